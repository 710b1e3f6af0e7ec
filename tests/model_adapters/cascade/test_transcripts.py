"""Transcripts outlive a process, belong to their recogniser, and no trouble with their file stops a run."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AudioError, UsageError
from harness.types import Audio
from model_adapters.cascade.adapter import CascadeAdapter
from model_adapters.cascade.recognisers.base import LocalRecogniser
from model_adapters.cascade.transcripts import Transcripts
from tests.support import clips

CLIPS = [clips.ref(clips.tone(0.1, 200.0 + 50 * n), f"{n}.wav") for n in range(5)]


class Counting(LocalRecogniser):
    """Hears how many samples a clip has, and remembers what it was asked."""

    def __init__(self, name: str = "counting:1") -> None:
        self.name = name
        self.heard: list[str] = []

    def open(self) -> str:
        return self.name

    def hear(self, clip: Audio) -> str:
        self.heard.append(clip.sha256)
        return f"{self.name} {clip.sha256[:8]} ü"


def opened(file: Path | None, name: str = "counting:1") -> tuple[Transcripts, Counting]:
    recogniser = Counting(name)
    transcripts = Transcripts(recogniser, None if file is None else str(file))
    assert transcripts.open() == name
    return transcripts, recogniser


def test_a_clip_is_heard_once_in_a_process_and_once_with_a_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "transcripts.sqlite"
    first, listener = opened(file)
    texts = [first.of(clip) for clip in [*CLIPS, *CLIPS]]
    first.close()
    assert len(listener.heard) == len(CLIPS) and texts[:5] == texts[5:]
    again, listener = opened(file)
    assert [again.of(clip) for clip in CLIPS] == texts[:5]
    again.close()
    assert listener.heard == []
    without, listener = opened(None)
    assert without.of(CLIPS[0]) == texts[0]
    assert listener.heard == [CLIPS[0].sha256]


def test_transcripts_of_another_recogniser_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "transcripts.sqlite"
    for name in ("counting:1", "counting:2"):
        transcripts, listener = opened(file, name)
        assert transcripts.of(CLIPS[0]).startswith(name)
        assert len(listener.heard) == 1
        transcripts.close()


@pytest.mark.parametrize(
    "content", [b"not a database at all, certainly not", None], ids=["file", "folder"]
)
def test_something_else_in_its_place_is_said_at_once(tmp_path: Path, content: bytes | None) -> None:
    place = tmp_path / "there"
    if content is None:
        place.mkdir()
    else:
        place.write_bytes(content)
    with pytest.raises(UsageError, match=r"there cannot hold transcripts"):
        opened(place)
    if content is not None:
        assert place.read_bytes() == content


def test_a_file_that_fails_while_running_costs_a_warning_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "transcripts.sqlite"
    transcripts, listener = opened(file)
    text = transcripts.of(CLIPS[0])
    file.write_bytes(b"damaged " * 1000)
    with pytest.warns(UserWarning, match="no longer kept in") as caught:
        found = [transcripts.of(clip) for clip in CLIPS]
    assert len(caught) == 1
    assert found[0] == text and len(set(found)) == len(CLIPS)
    assert len(listener.heard) == len(CLIPS)
    transcripts.close()


def test_runs_that_share_a_file_wait_for_each_other(tmp_path: Path) -> None:
    file = tmp_path / "transcripts.sqlite"
    transcripts, _ = opened(file)
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
    text = transcripts.of(CLIPS[0])
    transcripts.close()
    ((stored,),) = other.execute("SELECT transcript FROM transcripts").fetchall()
    assert stored == text
    other.close()


def test_an_unreadable_clip_does_not_hold_up_the_others(tmp_path: Path) -> None:
    class Service(Counting):
        def start(self, clip: Audio) -> Future[str]:
            future: Future[str] = Future()
            future.set_result(self.hear(clip))
            return future

    recogniser = Service()
    transcripts = Transcripts(recogniser)
    transcripts.open()
    absent = AudioRef(tmp_path / "absent.wav")
    transcripts.start([absent, *CLIPS, *CLIPS])
    assert len(recogniser.heard) == len(CLIPS)
    assert transcripts.of(CLIPS[0]).startswith("counting")
    with pytest.raises(AudioError, match=r"absent\.wav"):
        transcripts.of(absent)
    assert len(recogniser.heard) == len(CLIPS)
    transcripts.close()


def test_a_cascade_takes_the_file_whatever_its_recogniser_and_keeps_its_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model_adapters.cascade import adapter as cascade

    made: list[Counting] = []

    def make(target: str, arguments: Any, patience: float | None) -> Counting:
        assert (arguments, patience) == ({}, None)
        made.append(Counting())
        return made[-1]

    monkeypatch.setattr(cascade, "make_recogniser", make)
    fingerprints = set()
    for target in ("pocketsphinx", "pocketsphinx+mock:echo", "pocketsphinx+mock:hash"):
        adapter = CascadeAdapter(target, transcript_cache=str(tmp_path / "t.sqlite"))
        fingerprints.add(adapter.open().fingerprint)
        adapter.transcripts.of(CLIPS[0])
        adapter.close()
    plain = CascadeAdapter("pocketsphinx")
    assert plain.open().fingerprint in fingerprints
    assert [len(one.heard) for one in made] == [1, 0, 0, 0]
