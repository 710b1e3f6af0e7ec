"""Fuzzing: seeded inputs for a target, each with a bound on its time, and how many of them are tried."""
