"""VoiceBench: spoken-assistant benchmark (arXiv 2410.17196); see ``README.md``."""
