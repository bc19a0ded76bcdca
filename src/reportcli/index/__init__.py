"""A SQLite copy of the catalogue that answers quickly and may be deleted at any time."""
