"""Tasks of lm-evaluation-harness itself (``-t lm_eval:NAME``): its prompts and scoring, our adapters and run directory.

Only ``bridge`` imports lm-eval, and only when such a task is asked for.
"""
