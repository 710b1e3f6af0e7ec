"""``mock:BEHAVIOUR``: scripted replies and faults, for tests."""
