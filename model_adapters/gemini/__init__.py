"""``gemini:MODEL``: Google's Gemini API."""
