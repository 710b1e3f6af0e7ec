"""MMAU: multiple-choice understanding of sound, music and speech."""
