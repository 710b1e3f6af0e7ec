"""What a clip announces against what it holds: bounds before decoding, and clips that end too early.

A header is a stranger's word. Before anything is decoded, channels, rate and number of samples are compared with
bounds that no speech corpus comes near; a clip that is shorter than its container says is an error, in every
container whose announcement can be read, since half a clip that is scored as a whole one is a wrong result.
"""

from __future__ import annotations

import os
import re
from typing import Any, BinaryIO, Final

from harness.errors import AudioError

MAX_CHANNELS: Final = 64
MIN_RATE: Final = 1_000
MAX_RATE: Final = 384_000
"""Bounds of the sampling rate in Hz; 384 kHz is the highest that recorders offer."""
MAX_SAMPLES: Final = 3600 * 48_000
"""Longest clip that is decoded, in samples per channel: one hour at 48 kHz, about 690 MB."""
UNKNOWN_SIZE: Final = 0x7FFF0000
"""Streaming encoders write about 0x7FFFFFFF or 0xFFFFFFFF, less their headers, when they do not know the size."""
SLACK: Final = 1024
"""Bytes that may be missing: encoders count padding and trailing chunks differently."""

_SHORT: Final = re.compile(r"^ *([A-Za-z ]+?) *:? *(\d+) \(?should be (\d+)\)?", re.MULTILINE)
_SAID_TRUNCATED: Final = re.compile(r"seems to be (?:a )?truncated", re.IGNORECASE)
_FRAMES: Final = {
    "AVR": re.compile(r"^\s*Frames\s*: (\d+)", re.MULTILINE),
    "MPC2K": re.compile(r"^\s*Frames\s*: (\d+)", re.MULTILINE),
    "MAT5": re.compile(r"Cols : (\d+)\s+Type : \w+\s+Size : \d+\s+Name : wavedata"),
}
"""Where the log of libsndfile holds the announced number of samples, by format."""
_NIST: Final = re.compile(r"sample_count -i (\d+)")
_TAIL: Final = 1 << 17
_HEAD: Final = 1 << 13


def check_header(file: Any, path: str) -> None:
    """Compare the header of an open ``soundfile.SoundFile`` with the bounds.

    Raises:
        AudioError: no samples, or more channels or another rate than is taken.
    """
    if file.samplerate <= 0 or file.frames <= 0:
        raise AudioError("the audio has no samples (zero length)", where=path)
    if file.channels > MAX_CHANNELS:
        raise AudioError(
            f"the clip has {file.channels} channels; the harness takes at most {MAX_CHANNELS}",
            where=path,
        )
    if not MIN_RATE <= file.samplerate <= MAX_RATE:
        raise AudioError(
            f"the sampling rate is {file.samplerate} Hz; the harness takes {MIN_RATE} to {MAX_RATE} Hz",
            where=path,
        )


def check_length(file: Any, path: str) -> None:
    """Compare the announced number of samples with the bound, before they are decoded.

    Raises:
        AudioError: there are too many.
    """
    if file.seekable() and file.frames > MAX_SAMPLES:
        raise AudioError(
            f"the clip has {file.frames} samples at {file.samplerate} Hz;"
            f" the harness decodes at most {MAX_SAMPLES}",
            where=path,
            hint="resample it, or split it into shorter items",
        )


def check_announced(file: Any, stream: BinaryIO, path: str) -> None:
    """Compare what the container announces with the bytes that are there, without decoding.

    Args:
        file: the open ``soundfile.SoundFile``.
        stream: its bytes; the position is restored.
        path: what messages call the clip.

    Raises:
        AudioError: the file ends before the audio that it announces.
    """
    for name, announced, there in _SHORT.findall(file.extra_info):
        if int(there) + SLACK < int(announced) < UNKNOWN_SIZE:
            raise _truncated(
                f"its header says {announced} bytes of {name.strip()}, the file has {there}", path
            )
    if _SAID_TRUNCATED.search(file.extra_info):
        raise _truncated("it ends before the samples that its header announces", path)
    frames = _FRAMES.get(file.format)
    said = None if frames is None else frames.search(file.extra_info)
    if said is not None and int(said[1]) > file.frames:
        raise _truncated(f"{file.frames} of {said[1]} samples", path)
    if file.format == "NIST":
        said = _NIST.search(_read(stream, 0, _HEAD).decode("latin-1"))
        if said is not None and int(said[1]) > file.frames:
            raise _truncated(f"{file.frames} of {said[1]} samples", path)
    if file.format == "OGG" and _last_page_is_cut(stream):
        raise _truncated("its last page is cut", path)


def check_decoded(file: Any, stream: BinaryIO, samples: int, announced: int, path: str) -> None:
    """Compare the number of decoded samples with the announced one.

    MP3 data announce a length only in a Xing or Info frame; without one the number is an estimate.

    Raises:
        AudioError: there are fewer.
    """
    if not file.seekable() or samples >= announced:
        return
    if file.format == "MP3":
        head = _read(stream, 0, _HEAD)
        if not any(mark in head for mark in (b"Xing", b"Info", b"VBRI")):
            return
    raise _truncated(f"{samples} of {announced} samples", path)


def _truncated(how: str, path: str) -> AudioError:
    return AudioError(f"the audio is truncated: {how}", where=path, hint="fetch the file again")


def _read(stream: BinaryIO, start: int, size: int) -> bytes:
    here = stream.tell()
    try:
        stream.seek(start)
        return stream.read(size)
    finally:
        stream.seek(here)


def _last_page_is_cut(stream: BinaryIO) -> bool:
    here = stream.tell()
    try:
        size = stream.seek(0, os.SEEK_END)
    finally:
        stream.seek(here)
    tail = _read(stream, max(0, size - _TAIL), _TAIL)
    start = tail.rfind(b"OggS")
    if start < 0:
        return False
    page = tail[start:]
    if len(page) < 27:
        return True
    segments = page[26]
    return len(page) < 27 + segments + sum(page[27 : 27 + segments])
