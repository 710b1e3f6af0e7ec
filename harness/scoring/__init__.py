"""The score stage: from records to samples and results."""
