"""Which option or label a reply commits to: frames of answers, mentions, negations, contradictions."""
