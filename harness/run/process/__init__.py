"""A run and its process: output, signals, waiting."""
