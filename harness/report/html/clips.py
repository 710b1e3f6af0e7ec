"""The clips of a run for a page: where they are, their pictures, and on request their content.

A run directory names clips and has their digests; it may come from a stranger. So a file is used only if its content has
the recorded digest and decodes as audio: nothing else on this machine can get into a page.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from harness.core.untrusted.regular import is_folder
from harness.report.html.sound import COARSE, FINE, Grid, pictures
from harness.run.files import AudioRecord
from harness.run.reader import RunView
from harness.task_loading.places import tasks_root
from harness.task_loading.specs import data_folder

MOST_WAVES: Final = 3_000
"""Clips whose waveform is made; later ones are linked without."""
SPECTRA: Final = 1_200_000
"""Characters of spectrograms in a page; clips after these have a waveform alone."""
MOST_FINE: Final = 200
"""Items up to which spectrograms are fine: more have the coarse form, which a thousand items have room for."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a clip beyond which it is only linked."""
LONGEST: Final = 20 * 60.0
"""Seconds of a clip beyond which no picture is made."""
_TYPES: Final[Mapping[bytes, str]] = {
    b"RIFF": "audio/wav",
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
    b"ID3\x03": "audio/mpeg",
    b"ID3\x04": "audio/mpeg",
}


@dataclass(slots=True)
class Clip:
    """One clip, as the page knows it.

    Attributes:
        number: place among the page's clips.
        source: address relative to the page, ``None`` where the file is not at hand.
        wave: its waveform (``harness.report.html.sound``), ``None`` if there is none.
        spectrum: its spectrogram, likewise.
        content: the encoded file as base64, if it is embedded.
        kind: media type.
        note: why it cannot be played.
    """

    number: int
    source: str | None = None
    wave: str | None = None
    spectrum: str | None = None
    content: str | None = None
    kind: str = "audio/wav"
    note: str | None = None


class Clips:
    """Finds clips by their recorded name and digest; each is read once.

    Args:
        view: the run.
        page: the file that will link them.
        data: folders of official copies by benchmark.
        cap: bytes of audio that may be embedded; 0 embeds none.

    Attributes:
        grid: the size of the spectrograms.
    """

    def __init__(
        self, view: RunView, page: Path, *, data: Mapping[str, Path] | None = None, cap: int = 0
    ) -> None:
        items = sum(entry["n"] for entry in view.results["tasks"].values())
        self.grid: Grid = FINE if items <= MOST_FINE else COARSE
        self._left = SPECTRA
        self.known: dict[tuple[str | None, str | None], Clip] = {}
        self.room = cap
        self.embedded = self.missing = 0
        self._page = page.absolute().parent
        self._view = view
        self._data = data or {}
        self._roots: dict[str, tuple[Path, ...]] = {}

    def find(self, task: str, record: AudioRecord) -> Clip:
        """Return the clip of a record."""
        key = (record["sha256"], record["path"])
        if key not in self.known:
            self.known[key] = self._find(task, record)
            self.missing += self.known[key].source is None
        return self.known[key]

    def _find(self, task: str, record: AudioRecord) -> Clip:
        clip = Clip(len(self.known))
        if not record["path"] or not record["sha256"]:
            clip.note = "the run did not record this clip's content"
            return clip
        for path in self._places(task, record["path"]):
            content = _content(path)
            if content is None:
                continue
            if hashlib.sha256(content).hexdigest() != record["sha256"]:
                clip.note = "the file of this name is not the clip that the model heard"
                continue
            clip.note = None
            self._describe(clip, path, content, record)
            return clip
        if clip.note is None:
            clip.note = "the file is not at hand; --data BENCHMARK=FOLDER names its folder"
        return clip

    def _describe(self, clip: Clip, path: Path, content: bytes, record: AudioRecord) -> None:
        clip.kind = _TYPES.get(content[:4], "audio/mpeg")
        clip.source = "./" + quote(os.path.relpath(path, self._page), safe="/")
        wanted = clip.number < MOST_WAVES and (record["seconds"] or 0.0) <= LONGEST
        if wanted or self.room:
            made = pictures(content, self.grid if self._left > 0 else None)
            if made is not None:
                clip.wave, clip.spectrum = made
                self._left -= len(clip.spectrum or "")
        if clip.wave is None and wanted:
            clip.source, clip.note = None, "the file does not decode as audio"
        elif clip.wave is not None and 0 < len(content) <= self.room:
            self.room -= len(content)
            self.embedded += 1
            clip.content = base64.b64encode(content).decode("ascii")

    def _places(self, task: str, name: str) -> Iterator[Path]:
        benchmark = self._view.tasks[task]["benchmark"]
        if task not in self._roots:
            source = self._view.tasks[task]["data"]["source"]
            given = data_folder(benchmark, self._data)
            roots: Sequence[Path | None] = (
                given,
                tasks_root() if source == "packaged" else None,
                Path(source) if Path(source).is_absolute() or is_folder(Path(source)) else None,
                self._view.path,
            )
            self._roots[task] = tuple(root for root in roots if root is not None)
        for root in self._roots[task]:
            yield root / name


def _content(path: Path) -> bytes | None:
    """Return the content of a regular file that is not too large, ``None`` if there is none."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return None
        return path.read_bytes()
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
