"""Several copies of a model at the same time."""
