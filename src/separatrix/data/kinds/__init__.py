"""Kinds of columns: what the cells of a column mean, decided from all rows, and how they are read."""
