"""Checks of what a task brings: its YAML key by key, and what its code returns."""
