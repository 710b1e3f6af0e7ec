"""What loaders of several benchmarks share."""
