"""``python:MODULE:CLASS``: a class of the user, here or in its own interpreter."""
