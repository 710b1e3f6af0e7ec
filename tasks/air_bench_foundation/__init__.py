"""AIR-Bench foundation: 19 single-choice tasks over speech, sound and music."""
