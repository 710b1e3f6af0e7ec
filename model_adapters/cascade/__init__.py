"""``cascade:ASR[+LLM]``: a recogniser, and a text model behind it."""
