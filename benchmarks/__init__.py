"""Measurements against peers and goals; each module is run on its own and prints a table."""
