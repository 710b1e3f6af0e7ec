"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.runs.toy import write_tone


@pytest.fixture
def ten_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten toy items with a clip, and a working directory of our own."""
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "10")
    monkeypatch.chdir(tmp_path)
