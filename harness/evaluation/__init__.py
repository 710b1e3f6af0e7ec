"""Running: plan, runner, dry run, stored replies, diagnosis."""
