"""Transcripts as the boards of speech recognition compare them: normalisers in named versions, and edits with merged compounds."""
