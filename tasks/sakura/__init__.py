"""SAKURA: single- and multi-hop questions about audio attributes."""
