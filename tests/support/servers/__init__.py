"""Loopback servers that answer, fail and misbehave as told."""
