"""Floor 6: where tables are written, each in a file named after it."""
