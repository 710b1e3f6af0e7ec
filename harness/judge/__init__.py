"""Judges: options, requests, cache, budget, the judge stage."""
