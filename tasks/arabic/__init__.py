"""Arabic: the lists of the Open Universal Arabic ASR leaderboard."""
