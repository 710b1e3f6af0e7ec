"""Forms in which an option may be named beside its text: the words of its family, its other number, its place."""
