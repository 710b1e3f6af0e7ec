"""Text before it is compared: one canonical form for every strict reading."""
