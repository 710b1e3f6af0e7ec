"""Stub of Blinorot/ALARM, commit 67c6776ba152ae130fe1ddd2dd355e863dae3b73: ``src/utils.py``."""

from pathlib import Path

ROOT_PATH = Path(__file__).resolve().parent.parent
