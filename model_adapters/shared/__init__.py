"""Parts that adapters of several kinds share."""
