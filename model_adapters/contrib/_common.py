"""What the modules of this folder share: prompts, generation arguments, clips as files, identity of a checkpoint.

What a model cannot take is a ``ValueError`` that says so, never dropped. Python 3.8, numpy, nothing of the harness.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_READ = ("max_new_tokens", "do_sample", "seed", "until")
_NEUTRAL = {
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "num_beams": 1,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "length_penalty": 1.0,
}
"""Arguments beyond length and temperature, with the value that changes nothing."""
_IEEE_FLOAT = 3


# --- generation arguments --------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """Generation arguments, read.

    Attributes:
        max_new_tokens: most tokens of the answer.
        sampled: whether tokens are drawn; greedy otherwise.
        seed: of a drawn answer.
        values: what else was given and the model takes, by its name; of a greedy answer, no sampling value.
    """

    max_new_tokens: int
    sampled: bool = False
    seed: int = 0
    values: dict[str, Any] = field(default_factory=dict)


def read_generation(generation: Mapping[str, Any], model: str, takes: Sequence[str]) -> Plan:
    """Read generation arguments for a model that takes ``takes`` beyond length, ``do_sample`` and ``seed``.

    They come as the harness hands them to every class (docs/adapters.md), each thing under one name. A drawn answer needs
    a seed: without one it would depend on what was asked before. Stop strings are cut by the harness.

    Raises:
        ValueError: an argument that the model does not take, or no seed of a drawn answer.

    >>> read_generation({"max_new_tokens": 8, "do_sample": False, "until": []}, "M", ())
    Plan(max_new_tokens=8, sampled=False, seed=0, values={})
    >>> read_generation({"max_new_tokens": 8, "do_sample": False, "num_beams": 4}, "M", ("temperature",))
    Traceback (most recent call last):
        ...
    ValueError: M takes no num_beams=4; it takes max_new_tokens, do_sample, seed, temperature
    """
    values = {}
    for name, value in generation.items():
        if name in _READ:
            continue
        if name in takes:
            values[name] = value
        elif name not in _NEUTRAL or value != _NEUTRAL[name]:
            taken = ", ".join(("max_new_tokens", "do_sample", "seed", *takes))
            raise ValueError(f"{model} takes no {name}={value}; it takes {taken}")
    sampled, seed = generation["do_sample"], generation.get("seed")
    if sampled and seed is None:
        raise ValueError(
            "a drawn answer needs a seed, so that it does not depend on what was asked before: "
            "--gen-kwargs seed=0"
        )
    return Plan(generation["max_new_tokens"], sampled, seed or 0, values)


# --- prompts ---------------------------------------------------------------------------------


def turns(
    messages: Sequence[Mapping[str, Any]], audio: Sequence[tuple[Any, int]]
) -> list[tuple[str, list[Any]]]:
    """Return the messages of a class with ``audio_mark = None``, each clip in its place.

    Returns:
        Role and parts of every message; a part is a text or a clip ``(samples, rate)``.

    >>> turns([{"role": "user", "content": [{"type": "audio"}, {"type": "text", "text": "?"}]}], ["clip"])
    [('user', ['clip', '?'])]
    """
    clips = iter(audio)
    return [
        (
            message["role"],
            [
                part["text"] if part["type"] == "text" else next(clips)
                for part in message["content"]
            ],
        )
        for message in messages
    ]


def single_turn(
    messages: Sequence[Mapping[str, Any]], audio: Sequence[tuple[Any, int]], model: str
) -> tuple[str | None, list[Any]]:
    """Return the system prompt, if there is one, and the parts of the one user message.

    Raises:
        ValueError: another shape of conversation.
    """
    found = turns(messages, audio)
    roles = [role for role, _ in found]
    if roles not in (["user"], ["system", "user"]) or (len(found) == 2 and spoken(found[0][1])):
        raise ValueError(
            f"{model} takes one user message, perhaps after a system prompt of text; found {roles}"
        )
    system = None if len(found) == 1 else "".join(found[0][1])
    return system, found[-1][1]


def spoken(parts: Sequence[Any]) -> list[Any]:
    """Return the clips among parts."""
    return [part for part in parts if not isinstance(part, str)]


# --- clips -----------------------------------------------------------------------------------


def wav_bytes(samples: Any, rate: int) -> bytes:
    """Encode a mono wav file with float32 samples, so that reading it gives the same samples.

    >>> len(wav_bytes([0.5, -0.5], 16000))
    52
    """
    import numpy as np

    content = np.asarray(samples, dtype="<f4").tobytes()
    form = struct.pack("<HHIIHH", _IEEE_FLOAT, 1, rate, 4 * rate, 4, 32)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@contextlib.contextmanager
def wav_files(clips: Sequence[tuple[Any, int]]) -> Iterator[list[str]]:
    """Write clips as files, for upstreams that take paths; remove them when the block ends, however it ends."""
    with tempfile.TemporaryDirectory(prefix="clips-") as folder:
        paths = []
        for number, (samples, rate) in enumerate(clips):
            path = Path(folder) / f"{number}.wav"
            path.write_bytes(wav_bytes(samples, rate))
            paths.append(str(path))
        yield paths


# --- checkpoints -----------------------------------------------------------------------------


def snapshot(
    checkpoint: str, revision: str | None = None, patterns: Sequence[str] | None = None
) -> tuple[str, str]:
    """Return a checkpoint as a folder, and its identity: ``ID@COMMIT``, or ``folder``.

    Loading from the folder pins the commit, also for upstreams that have no ``revision``. A folder of the user's is
    identified by its files, which the harness hashes.

    Args:
        checkpoint: hub id or folder.
        revision: of a hub id; the newest if ``None``.
        patterns: which files are fetched; all if ``None``.

    Raises:
        ValueError: a revision of a folder.
    """
    folder = os.path.expanduser(checkpoint)  # noqa: PTH111  (the text that upstream gets)
    if os.path.isdir(folder):  # noqa: PTH112
        if revision is not None:
            raise ValueError(f"revision={revision} of {checkpoint}, which is a folder")
        return folder, "folder"
    from huggingface_hub import snapshot_download

    chosen: dict[str, Any] = {} if patterns is None else {"allow_patterns": list(patterns)}
    folder = snapshot_download(checkpoint, revision=revision, **chosen)
    return folder, f"{checkpoint}@{Path(folder).name}"


def commit_of(model: Any, name: str) -> str:
    """Return ``name`` with the hub commit that transformers has noted in the model's config, if it has."""
    commit = getattr(getattr(model, "config", None), "_commit_hash", None)
    return f"{name}@{commit or 'unknown'}"


def identity(*facts: str) -> str:
    """Return a fingerprint: the facts, and this file, which the harness does not look at."""
    return " ".join((*facts, hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]))


def only(name: str, value: object, accepted: Sequence[object], why: str) -> None:
    """Refuse an argument of ``load`` that upstream does not have.

    >>> only("dtype", "float16", ("auto", "bfloat16"), "upstream loads bfloat16")
    Traceback (most recent call last):
        ...
    ValueError: dtype=float16: upstream loads bfloat16; accepted: auto, bfloat16
    """
    if value not in accepted:
        choices = ", ".join(str(choice) for choice in accepted)
        raise ValueError(f"{name}={value}: {why}; accepted: {choices}")


def cut_short(tokens: Sequence[int], ends: Any) -> bool:
    """Return whether a generated row has none of the end tokens (one number or several).

    >>> cut_short([5, 6], 2), cut_short([5, 2], [2, 3])
    (True, False)
    """
    known = {ends} if isinstance(ends, int) else set(ends or ())
    return not any(token in known for token in tokens)
