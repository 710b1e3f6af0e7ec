"""Which items of a task one command asks: a seeded sample, a shard of a run."""
