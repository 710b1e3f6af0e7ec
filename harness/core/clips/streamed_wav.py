"""WAV files whose writer never came back to fill in the sizes: a header that says zero before samples that are there.

Writers that cannot seek leave 0xFFFFFFFF or 0 as sizes. The first is known to decoders; the second reads as a clip without
samples, although the samples follow.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Final

LARGEST: Final = 1 << 30
"""Bytes of the largest file that is mended; it is read into memory."""
_CHUNK: Final = 8


def mended(stream: BinaryIO) -> io.BytesIO | None:
    """Return a copy of a WAV with its sizes filled in; ``None`` if they need no mending.

    Args:
        stream: the file; the position is restored.
    """
    here = stream.tell()
    try:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        head = stream.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE" or size > LARGEST:
            return None
        start = _unfilled(stream, size)
        if start is None:
            return None
        stream.seek(0)
        whole = bytearray(stream.read())
    finally:
        stream.seek(here)
    whole[4:8] = (size - _CHUNK).to_bytes(4, "little")
    whole[start - 4 : start] = (size - start).to_bytes(4, "little")
    return io.BytesIO(bytes(whole))


def _unfilled(stream: BinaryIO, size: int) -> int | None:
    """Return where the samples of a data chunk of size 0 begin, if there are any."""
    at = 12
    while at + _CHUNK <= size:
        stream.seek(at)
        name, length = stream.read(4), int.from_bytes(stream.read(4), "little")
        if name == b"data":
            rest = size - at - _CHUNK
            return None if length or not rest or _is_chunks(stream, size) else at + _CHUNK
        at += _CHUNK + length + length % 2
    return None


def _is_chunks(stream: BinaryIO, size: int) -> bool:
    """Return whether nothing but further chunks follows, such as tags."""
    at = stream.tell()
    while at + _CHUNK <= size:
        stream.seek(at)
        name, length = stream.read(4), int.from_bytes(stream.read(4), "little")
        if not (name.isascii() and name.decode("ascii").isprintable()):
            return False
        at += _CHUNK + length + length % 2
    return at in (size, size + 1)
