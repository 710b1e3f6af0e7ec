"""One reference for clips wherever they lie: file, bytes, parquet cell, saved row, or any other source."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from harness.audio import AudioRef, ParquetCell
from harness.errors import AudioError
from tasks._shared.arrow import SavedCell
from tests.support import clips

CONTENT = clips.encoded(clips.tone(0.25))


class Own(NamedTuple):
    """A source that nobody has thought of."""

    number: int

    def __str__(self) -> str:
        return f"own:{self.number}"

    def read_bytes(self) -> bytes:
        if self.number:
            raise AudioError("there is no such clip", where=str(self))
        return CONTENT


def file(folder: Path) -> Path:
    path = folder / "clip.wav"
    path.write_bytes(CONTENT)
    return path


def parquet(folder: Path) -> ParquetCell:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "clips.parquet"
    pq.write_table(pa.table({"audio": [{"bytes": CONTENT, "path": "a.wav"}]}), path)
    return ParquetCell(path, 0, 0, "audio")


def saved(folder: Path) -> SavedCell:
    import pyarrow as pa

    table = pa.table({"audio": [CONTENT]})
    path = folder / "data.arrow"
    with pa.OSFile(str(path), "wb") as out, pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return SavedCell(path, 0, "audio")


SOURCES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "file": (file, "clip.wav"),
    "bytes": (lambda _: CONTENT, "<bytes>"),
    "parquet": (parquet, "clips.parquet#0.0"),
    "saved": (saved, "data.arrow#0"),
    "own": (lambda _: Own(0), "own:0"),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_behaves_alike(kind: str, tmp_path: Path) -> None:
    make, name = SOURCES[kind]
    ref = AudioRef(make(tmp_path))
    assert ref.path.endswith(name)
    assert ref.read_bytes() == CONTENT
    assert ref.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (ref.info.sampling_rate, ref.info.channels, ref.seconds) == (16_000, 1, 0.25)
    ready = ref.prefetched(8_000)
    assert type(ready) is AudioRef
    assert (len(ready.decode()), ready["sampling_rate"], ready.path) == (2_000, 8_000, ref.path)
    np.testing.assert_allclose(ref.decode(), clips.tone(0.25), atol=1e-4)
    for twin in (copy.copy(ref), copy.deepcopy(ref), pickle.loads(pickle.dumps(ref))):
        assert twin == ref and hash(twin) == hash(ref)
        assert twin.sha256 == ref.sha256
    assert AudioRef(make(tmp_path), "a name").path == "a name"


def test_a_source_without_bytes_is_an_audio_error_wherever_it_is_read() -> None:
    ref = AudioRef(Own(1))
    assert ref != AudioRef(Own(0))
    for read in (ref.read_bytes, ref.decode, lambda: ref.sha256, lambda: ref.info):
        with pytest.raises(AudioError, match="no such clip"):
            read()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name != "posix", reason="named pipes and device files are of POSIX")
@pytest.mark.parametrize("made", [pipe, device])
@pytest.mark.parametrize("use", [AudioRef.decode, AudioRef.read_bytes, lambda clip: clip.sha256])
def test_a_pipe_or_a_device_in_the_place_of_a_clip_is_neither_waited_for_nor_read(
    tmp_path: Path, made: Callable[[Path], None], use: Callable[[AudioRef], Any]
) -> None:
    made(tmp_path / "clip.wav")
    with pytest.raises(AudioError, match="not a regular file"):
        use(AudioRef(tmp_path / "clip.wav"))


@pytest.mark.parametrize("source", [None, 5, 0.5, ["a.wav"]])
def test_what_is_no_place_of_a_clip_is_refused_where_it_is_named(source: Any) -> None:
    with pytest.raises(TypeError, match="expected a path"):
        AudioRef(source)
