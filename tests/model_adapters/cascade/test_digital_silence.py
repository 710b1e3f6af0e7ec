"""Hazard: what a recogniser writes about a clip of zeros depends on the clips that it heard before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.audio import AudioRef

CLIP = Path(__file__).resolve().parents[3] / "tasks" / "quickstart" / "clips" / "choice_01.opus"


def test_silence_is_heard_alike_before_and_after_speech() -> None:
    pytest.importorskip("pocketsphinx")
    from model_adapters.cascade.recognisers.pocketsphinx import PocketSphinx

    recogniser = PocketSphinx()
    recogniser.open()
    silence = np.zeros(32_000, np.float32)
    assert recogniser.transcribe(silence) == ""
    assert "keys" in recogniser.transcribe(AudioRef(CLIP).decode(16_000))
    assert recogniser.transcribe(silence) == ""
    recogniser.close()
