"""Speech recognisers of ``cascade:``."""
