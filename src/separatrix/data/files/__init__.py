"""Files of tables: their formats, and how each is read."""
