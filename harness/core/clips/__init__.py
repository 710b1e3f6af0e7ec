"""Files that are not, or not quite, what their name says: foreign kinds, headers that were never filled in."""
