"""Files with the text that a command or renderer is expected to give; ``make golden`` writes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path


def check(path: Path, text: str) -> None:
    """Compare text with a file; write the file instead if ``UPDATE_GOLDEN`` is set. Read the difference then."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path} is absent: make golden"
    assert text == path.read_text(encoding="utf-8"), f"{path} is another text: make golden"


def without_assets(page: str) -> str:
    """A page without style, script and their digests, which change with every touch of their looks."""
    page = re.sub(r"(?s)<(style|script)>.*?</\1>", r"<\1></\1>", page)
    return re.sub(r"'sha256-[^']+'", "'sha256'", page)
