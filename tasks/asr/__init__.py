"""Speech recognition: the English sets of the Open ASR leaderboard, and FLEURS."""
