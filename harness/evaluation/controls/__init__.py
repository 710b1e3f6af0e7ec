"""Controls: the same task with its audio taken away, replaced or degraded, to see what a score owes to listening."""
