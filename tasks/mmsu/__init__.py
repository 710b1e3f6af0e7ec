"""MMSU: spoken-language understanding in 47 tasks (not the ``mmsu`` subset of VoiceBench)."""
