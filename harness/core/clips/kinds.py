"""What a file is that no decoder takes for audio, by its first bytes, and what to do about it.

Libraries name such a file by a descriptor or the address of a buffer, and say "format not recognised". What people
have is a git-lfs pointer, a page of an error, an archive, or audio of a kind that is not decoded here.
"""

from __future__ import annotations

import re
from typing import Final

CONVERT: Final = "convert it, e.g. with ffmpeg -i FILE FILE.wav"
FETCH: Final = "fetch the file again"

_HANDLE: Final = re.compile(r"^Error opening .*?: (?=[A-Z])", re.DOTALL)
_STARTS: Final = (
    (b"version https://git-lfs", "a git-lfs pointer", "run git lfs pull"),
    (b"/annex/objects/", "a git-annex pointer", "run git annex get"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM file", CONVERT),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file (wma)", CONVERT),
    (b"#!AMR", "an AMR recording", CONVERT),
    (b"MAC ", "a Monkey's Audio file (ape)", CONVERT),
    (b"wvpk", "a WavPack file", CONVERT),
    (b"\xff\xf1", "AAC audio", CONVERT),
    (b"\xff\xf9", "AAC audio", CONVERT),
    (b"NIST_1A", "a NIST SPHERE file with compression", "convert it, e.g. with sph2pipe"),
    (b"\x00\x05\x16\x07", "an AppleDouble file of macOS (._NAME), not the clip", "delete it"),
    (b"PK\x03\x04", "a zip archive", "unpack it"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"BZh", "a bzip2 archive", "unpack it"),
    (b"\xfd7zXZ", "an xz archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"\x93NUMPY", "a NumPy array", "write the samples as WAV"),
    (b"PAR1", "a parquet file", "give the folder of the parquet files as the copy"),
    (b"\x89PNG", "a PNG image", FETCH),
    (b"\xff\xd8\xff", "a JPEG image", FETCH),
    (b"%PDF", "a PDF document", FETCH),
    (b"{", "JSON text, perhaps the error of a server", FETCH),
)
_PAGE: Final = re.compile(rb"^\s*(?:<!doctype html|<html|<head|<body|<\?xml|<error)", re.IGNORECASE)
_BRANDS: Final = {
    b"M4A": "MPEG-4 audio (m4a)",
    b"M4B": "MPEG-4 audio (m4b)",
    b"3gp": "a 3GP file",
    b"qt": "a QuickTime file",
}
_MOST: Final = 512
"""Bytes that are looked at."""


def foreign_kind(head: bytes) -> tuple[str, str] | None:
    """Return what a file is and the cure, from its first bytes; ``None`` if that is not known.

    >>> foreign_kind(b"version https://git-lfs.github.com/spec/v1")
    ('a git-lfs pointer', 'run git lfs pull')
    >>> foreign_kind(bytes(range(200, 256))) is None
    True
    """
    head = head[:_MOST]
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        named = next((text for key, text in _BRANDS.items() if brand.startswith(key)), None)
        return named or "an MPEG-4 file (mp4, m4a)", CONVERT
    if _PAGE.match(head):
        return "an HTML or XML page, perhaps the error of a server", FETCH
    for start, what, cure in _STARTS:
        if head.startswith(start):
            return what, cure
    if not any(head.strip(b"\0")):
        return "zero bytes only", FETCH
    if _is_text(head):
        return "a text file", FETCH
    return None


def without_handle(message: str) -> str:
    """Return what libsndfile says about a file without the descriptor or the address of the buffer.

    >>> without_handle("Error opening 3: Format not recognised.")
    'Format not recognised.'
    """
    said = _HANDLE.sub("", message)
    # what it says of some bytes of no format: the file is there, and is opened
    return "Format not recognised." if said.startswith("File does not exist") else said


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        text = head[: error.start].decode("utf-8") if error.start > len(head) - 4 else "\0"
    return len(text) > 7 and all(char.isprintable() or char in "\r\n\t" for char in text)
