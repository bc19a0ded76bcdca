"""The Python API: texts in, whole answers out. ``reportcli`` itself has its public names."""
