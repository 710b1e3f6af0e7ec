"""Speech-IFEval: instruction following of speech-aware models, and what they forgot of it."""
