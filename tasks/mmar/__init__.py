"""MMAR: multiple-choice reasoning over sound, music, speech and their mixes."""
