"""How the catalogue is asked: conditions, periods and names."""
