"""``python -m tests.support.models.small_checkpoint FOLDER``: a random Qwen2-Audio checkpoint of 3 MB, for examples."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.models.tiny_models import build_tiny_qwen2_audio

if __name__ == "__main__":
    build_tiny_qwen2_audio(Path(sys.argv[1]))
