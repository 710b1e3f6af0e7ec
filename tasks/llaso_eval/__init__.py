"""LLaSO-Eval: 44 data sets of 20 speech and audio tasks in three modality arrangements."""
