"""Model cards: what a model's authors report, with the prompts and decoding that they state, as tasks to run (``-t card:NAME``).

``read`` reads ``NAME.yaml``, ``measured`` puts measured values next to the reported ones.
"""
