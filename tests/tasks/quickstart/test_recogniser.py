"""The suite does its job: a small recogniser without a language model does well, chance does not."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.registry import METRICS
from tasks.quickstart import data, scoring

pytestmark = pytest.mark.slow

PARAMETERS: dict[str, Any] = {"normalizer": "basic", "mae_ref": 23.75}


class Recogniser:
    """pocketsphinx with its en-us model; every clip starts from the initial cepstral mean."""

    def __init__(self) -> None:
        import pocketsphinx

        self._decoder = pocketsphinx.Decoder(samprate=16000.0, loglevel="FATAL")
        self._mean = self._decoder.get_cmn(False)

    def transcribe(self, doc: dict[str, Any]) -> str:
        samples = data.audio(doc)[0].decode(16000)
        self._decoder.set_cmn(self._mean)
        self._decoder.start_utt()
        self._decoder.process_raw((samples * 32767).astype("int16").tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return found.hypstr if found else ""


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    pytest.importorskip("pocketsphinx", reason="the demo extra is not installed")
    return Recogniser()


def nearest(options: tuple[str, ...], transcript: str) -> str:
    from rapidfuzz import fuzz

    return max(options, key=lambda option: fuzz.partial_ratio(option, transcript))


def values(recogniser: Recogniser, kind: Any) -> dict[str, float]:
    results = []
    for doc in data.load(kind=kind, **PARAMETERS)["test"]:
        transcript = recogniser.transcribe(doc)
        options = scoring.options(doc)
        response = nearest(options, transcript) if options else transcript
        results.append(scoring.score(doc, response, None))
    return {
        metric: METRICS[metric].aggregate(
            [result.metrics[metric]["strict"].stats or {} for result in results]
        )
        for metric in results[0].metrics
    }


def test_transcription(recogniser: Recogniser) -> None:
    found = values(recogniser, "transcription")
    assert 0.0 < found["wer"] < 0.25  # above 0: a suite without errors would measure nothing
    assert found["cer"] < found["wer"]


@pytest.mark.parametrize("kind", ["choice", "keyword"])
def test_options(recogniser: Recogniser, kind: str) -> None:
    assert values(recogniser, kind)["accuracy"] >= 0.7


def test_number(recogniser: Recogniser) -> None:
    assert values(recogniser, "number")["mae"] < PARAMETERS["mae_ref"] / 2


def test_the_order_of_clips_does_not_matter(recogniser: Recogniser) -> None:
    first, *_, last = data.load(kind="number")["test"]
    alone = Recogniser().transcribe(first)
    recogniser.transcribe(last)
    assert recogniser.transcribe(first) == alone


def test_the_first_option_is_at_chance() -> None:
    for kind in ("choice", "keyword"):
        results = [
            scoring.score(doc, scoring.options(doc)[0], None)
            for doc in data.load(kind=kind)["test"]  # type: ignore[arg-type]
        ]
        stats = [result.metrics["accuracy"]["strict"].stats or {} for result in results]
        assert METRICS["accuracy"].aggregate(stats) == 0.25
