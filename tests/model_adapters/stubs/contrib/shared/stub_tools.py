"""What the stubs share: a ledger of calls, wav files read independently, and replies that depend on all that was given."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

import numpy as np

WINDOW = 480_000


def record(name: str, /, **arguments: Any) -> None:
    """One line per call in the file that ``STUB_LEDGER`` names."""
    path = os.environ.get("STUB_LEDGER")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"call": name, **_plain(arguments)}, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    shape = getattr(value, "shape", None)
    if shape is not None:
        return {"shape": list(shape), "dtype": str(value.dtype)}
    return type(value).__name__


def read_wav(source: str | bytes) -> tuple[np.ndarray, int]:
    """Samples and rate of a mono file with float32 samples; any other is refused."""
    if isinstance(source, str):
        with open(source, "rb") as file:
            source = file.read()
    assert source[:4] == b"RIFF" and source[8:12] == b"WAVE"
    assert struct.unpack("<I", source[4:8])[0] == len(source) - 8
    chunks, position = {}, 12
    while position < len(source):
        name, (size,) = (
            source[position : position + 4],
            struct.unpack_from("<I", source, position + 4),
        )
        chunks[name] = source[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    form, channels, rate, bytes_per_second, block, bits = struct.unpack_from(
        "<HHIIHH", chunks[b"fmt "]
    )
    assert (form, channels, bits, block, bytes_per_second) == (3, 1, 32, 4, 4 * rate)
    return np.frombuffer(chunks[b"data"], dtype="<f4"), rate


def trouble(text: str) -> None:
    """What a full card says, for a prompt that asks for it."""
    if "poison" in text:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")


def fact(samples: Any, rate: int) -> str:
    """A word about a clip that changes with every sample."""
    samples = np.asarray(samples, dtype="float64")
    weights = 1 + np.arange(len(samples)) % 7
    return f"{float(np.abs(samples * weights).sum()):.3f}@{rate}x{len(samples)}"


class Vocabulary:
    """Words as tokens: 1, 2, 3 … in the order of their first use; a word keeps the white space before it."""

    def __init__(self) -> None:
        self.words: list[str] = [""]

    def encode(self, text: str) -> list[int]:
        """Tokens of a text."""
        found, word, seen = [], "", False
        for character in text:
            if character.isspace() and seen:
                found.append(word)
                word, seen = "", False
            word += character
            seen = seen or not character.isspace()
        if word:
            found.append(word)
        for word in found:
            if word not in self.words:
                self.words.append(word)
        return [self.words.index(word) for word in found]

    def decode(self, tokens: Any) -> str:
        """Text of tokens; what is no word is left out, as special tokens are."""
        return "".join(self.words[token] for token in tokens if 0 < token < len(self.words))
