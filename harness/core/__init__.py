"""The ground: records and rules that every package shares. Imports only ``harness.errors``."""
