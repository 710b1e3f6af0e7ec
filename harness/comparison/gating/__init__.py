"""The parts of the gate: what may be compared, tests, the suite mean, guards, policies, baselines and the nights ledger."""
