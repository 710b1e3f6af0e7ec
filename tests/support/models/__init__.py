"""Randomly initialised checkpoints and a small real text model."""
