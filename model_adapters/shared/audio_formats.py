"""Which format stored audio has, and clips in a format that a service takes.

A format is known by its first bytes, never by a file's name. Stored bytes are passed on as they are where a service
takes their format; anything else is decoded to mono and encoded again, wav and flac as 16-bit PCM.
"""

from __future__ import annotations

import io
from collections.abc import Set
from typing import Final, Literal

from harness.types import Audio

AudioFormat = Literal["as_is", "wav", "mp3", "flac"]

COMMON: Final = frozenset({"wav", "mp3", "flac"})
"""Formats that OpenAI-compatible services take."""


def audio_format(content: bytes) -> str | None:
    r"""Tell the format of encoded audio: ``wav``, ``mp3``, ``flac``, ``ogg`` (Vorbis), ``aiff``, or ``None``.

    Opus in Ogg is not one of these, for few services take it; nor is AAC, whose frames begin much like those of mp3.

    >>> audio_format(b"RIFF....WAVEfmt "), audio_format(b"fLaC"), audio_format(b"OggS....OpusHead")
    ('wav', 'flac', None)
    >>> audio_format(b"OggS....\x01vorbis"), audio_format(b"\xff\xfb\x90"), audio_format(b"\xff\xf1\x50")
    ('ogg', 'mp3', None)
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    if content[:4] == b"fLaC":
        return "flac"
    if content[:4] == b"OggS" and b"\x01vorbis" in content[:64]:
        return "ogg"
    if content[:4] == b"FORM" and content[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if content[:3] == b"ID3" or _is_mpeg_frame(content[:2]):
        return "mp3"
    return None


def encode_clip(clip: Audio, wanted: AudioFormat, accepted: Set[str] = COMMON) -> tuple[bytes, str]:
    """Encode a clip in a format that a service takes; return its bytes and the name of that format.

    Args:
        clip: the clip.
        wanted: ``as_is``, or the format that it is to have.
        accepted: formats whose stored bytes are passed on.

    Raises:
        AudioError: the clip cannot be read or decoded.
    """
    content = clip.read_bytes()
    stored = audio_format(content)
    if stored is not None and (stored in accepted if wanted == "as_is" else stored == wanted):
        return content, stored
    import soundfile

    target = "wav" if wanted == "as_is" else wanted
    buffer = io.BytesIO()
    subtype = None if target == "mp3" else "PCM_16"
    soundfile.write(buffer, clip.decode(), clip.sampling_rate, subtype, format=target.upper())
    return buffer.getvalue(), target


def _is_mpeg_frame(head: bytes) -> bool:
    """Return whether a frame of MPEG audio begins here: eleven set bits, and a layer, which AAC lacks."""
    return len(head) == 2 and head[0] == 0xFF and head[1] >= 0xE0 and head[1] & 0x06 != 0
