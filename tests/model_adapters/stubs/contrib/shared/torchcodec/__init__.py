"""Stub of torchcodec 0.8.1."""
