"""``hf:PATH_OR_ID``: checkpoints that transformers loads."""
