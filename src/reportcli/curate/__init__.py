"""People keep the catalogue: entries are added, edited and checked."""
