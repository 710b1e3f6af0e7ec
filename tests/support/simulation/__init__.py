"""Simulations with fixed seeds: do intervals cover, do tests keep their size, is promised power reached?"""
