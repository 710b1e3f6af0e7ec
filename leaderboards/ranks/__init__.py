"""Ranks of a leaderboard: what the items decide, column by column, and the rows that follow from it."""
