"""Hazards: a clip that was changed keeps its old digest, or a cache that is broken ends a run."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from harness.audio import AudioRef
from harness.core.clips.digests import SETTLED_SECONDS, Digests
from harness.errors import AudioError


def write(path: Path, content: bytes) -> Path:
    """A file that was written a while ago, as far as its directory says."""
    path.write_bytes(content)
    return path


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as written long ago."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10 * SETTLED_SECONDS)


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise AssertionError("the file was read again")

    monkeypatch.setattr(hashlib, "file_digest", fail)


@pytest.mark.usefixtures("settled")
def test_a_clip_is_read_once_also_by_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write(tmp_path / "a.wav", b"abc")
    first = Digests(tmp_path / "cache" / "base.sqlite")
    assert first.of(clip) == sha256(b"abc")
    first.flush()
    unread(monkeypatch)
    assert first.of(clip) == sha256(b"abc")
    assert Digests(tmp_path / "cache" / "base.sqlite").of(str(clip)) == sha256(b"abc")


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("how", ["content", "size", "replaced", "time set back"])
def test_a_change_is_seen(tmp_path: Path, how: str) -> None:
    clip = write(tmp_path / "a.wav", b"abc")
    digests = Digests(tmp_path / "base.sqlite")
    assert digests.of(clip) == sha256(b"abc")
    digests.flush()
    before = clip.stat()
    time.sleep(0.02)
    content = b"abcd" if how == "size" else b"xyz"
    if how == "replaced":
        other = write(tmp_path / "b.wav", content)
        other.replace(clip)
    else:
        clip.write_bytes(content)
    if how == "time set back":
        os.utime(clip, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digests.of(clip) == sha256(content)
    assert Digests(tmp_path / "base.sqlite").of(clip) == sha256(content)


def test_a_file_that_was_just_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two changes within one tick of the file system's clock look like one."""
    clip = write(tmp_path / "a.wav", b"abc")
    digests = Digests(tmp_path / "base.sqlite")
    assert digests.of(clip) == sha256(b"abc")
    unread(monkeypatch)
    with pytest.raises(AssertionError, match="read again"):
        digests.of(clip)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("damage", ["no database", "folder", "wrong rows"])
def test_a_broken_cache_is_no_error(tmp_path: Path, damage: str) -> None:
    clip = write(tmp_path / "a.wav", b"abc")
    place = tmp_path / "base.sqlite"
    if damage == "no database":
        place.write_bytes(b"no database at all" * 100)
    elif damage == "folder":
        place.mkdir()
    else:
        first = Digests(place)
        first.of(clip)
        first.flush()
        import sqlite3

        with sqlite3.connect(place) as base:
            base.execute("update clips set sha256 = 7")
        base.close()
    digests = Digests(place)
    assert digests.of(clip) == sha256(b"abc")
    digests.flush()


def test_a_clip_that_is_not_there_is_the_clips_error(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="cannot read audio: No such file"):
        _ = AudioRef(tmp_path / "none.wav").sha256
