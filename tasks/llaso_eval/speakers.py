"""Which items of a data set share a speaker.

Intervals and tests treat the items of one speaker as one cluster. A speaker id in the item's own fields
comes first; otherwise the source corpora put it into their file names. Items of corpora that name no
speaker are their own cluster. This affects error bars only, never a score.
"""

from __future__ import annotations

import re
from typing import Any, Final

from harness.types import Document

_FIELDS: Final = ("speaker_id", "spk_id", "usrid", "speaker")
_NAMES: Final = (
    re.compile(r"(?:^|/)vctk/.*/(?P<speaker>p\d+|s5)_[^/]*$"),
    re.compile(r"(?:^|/)voxceleb/.*/(?P<speaker>id\d+)/[^/]*$"),
    re.compile(r"(?:^|/)cremad/.*/(?P<speaker>\d{4})_[^/]*$", re.IGNORECASE),
    re.compile(r"(?:^|/)mls_[^/]*/.*/(?P<speaker>\d+)_\d+_\d+\.[^/]*$"),
    re.compile(r"(?:^|/)(?P<speaker>[0-9a-f]{8})_nohash_[^/]*$"),
)


def clip(doc: Document) -> str:
    r"""Return the item's audio path with forward slashes, empty if it names none.

    >>> clip({"voice": ["slurp/data\\audio-1.wav"]})
    'slurp/data/audio-1.wav'
    """
    voice: Any = doc.get("voice")
    if isinstance(voice, list):
        voice = voice[0] if voice else ""
    return voice.replace("\\", "/") if isinstance(voice, str) else ""


def cluster(doc: Document) -> str:
    r"""Return the speaker of an item, else its clip, else its id.

    >>> cluster({"voice": ["vctk/wav48_silence_trimmed/p334\\p334_199_mic1.flac"]})
    'p334'
    >>> cluster({"voice": ["nsynth-train/audio\\reed_acoustic_025-068-025.wav"]})
    'nsynth-train/audio/reed_acoustic_025-068-025.wav'
    """
    metadata = doc.get("metadata")
    for fields in (doc, metadata if isinstance(metadata, dict) else {}):
        for name in _FIELDS:
            if isinstance(fields.get(name), (str, int)) and str(fields[name]).strip():
                return str(fields[name])
    path = clip(doc)
    for pattern in _NAMES:
        if found := pattern.search(path):
            return found["speaker"]
    return path or str(doc.get("_id", ""))
