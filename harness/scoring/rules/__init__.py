"""Rules of papers and other harnesses, applied to stored replies (``harness score … --as RULE``).

``rule`` says what a rule is, ``option_numbers``, ``letters`` and ``transcripts`` hold them, ``known`` lists them and ``reread`` applies them to a run.
"""
