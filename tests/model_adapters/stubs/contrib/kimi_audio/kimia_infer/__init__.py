"""Stub of MoonshotAI/Kimi-Audio, commit 2607d515f5b7dffa1dcc7526f9f26feb48e356c4."""
