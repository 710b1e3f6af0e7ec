"""Several runs in one command."""
