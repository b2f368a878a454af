"""Muddles, digits that are deliberately hard to tell, shown and played with."""
