"""Reading replies: the canonical form, normalisers, labels, letters, options, numbers, phonemes, edits."""
