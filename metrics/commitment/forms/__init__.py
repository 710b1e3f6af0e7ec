"""Forms in which an option may be named other than by its text: the words of its family, its other number, its place."""
