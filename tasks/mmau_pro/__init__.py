"""MMAU-Pro: its instruction-following items, and its open questions with a judge."""
