"""Variations: the same items with their options in other orders, or with their prompt in other words."""
