"""How a run asks a model: clips decoded for it, batch after batch."""
