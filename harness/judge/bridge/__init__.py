"""Bridges: from a new judge's grades to what the official judge would have said."""
