"""What differs between two runs: numbers, signatures, items, the engine."""
