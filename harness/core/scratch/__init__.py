"""What grows with the number of items and need not be in memory: it lies in temporary files."""
