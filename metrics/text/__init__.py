"""Reading replies: normalisers, labels, letters, options, numbers, edits."""
