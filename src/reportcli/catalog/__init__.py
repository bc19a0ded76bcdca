"""Catalogue folders and the files in them."""
