"""Stub of EIT-NLP/LLaSO, commit 0907788d8f41c7252a59d96a2db164cdaa641245."""
