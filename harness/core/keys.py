"""Content keys: what makes two items, two requests or two data sets the same.

``item_key`` pairs runs in compare, gate and leaderboard; ``request_key`` caches and resumes. Keys hash
canonical JSON (sorted keys, no white space, UTF-8), so they depend on content only.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, overload

from harness.core.generation import Generation
from harness.core.messages import Audio, Message, Text
from harness.core.scoring import Document
from harness.errors import AudioError

HASH_CHARS = 6
_KEY_BYTES: Final = 32
_WORD: Final = 8
_NUL: Final = b"\0\1"
_END: Final = b"\0\0"
"""Ends an id in a row: less than any byte that goes on, since a NUL in an id is ``_NUL``."""


def _plain(value: Any) -> Any:
    """Return the JSON-able form of values that loaders may leave in documents (dates, numpy scalars, tuples)."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:  # most values, at no cost
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if kind is dict:
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return str(value)


def canonical_json(value: Any) -> str:
    """Return canonical JSON: equal content gives equal text.

    >>> canonical_json({"b": 1, "a": [True, None, "ü"]})
    '{"a":[true,null,"ü"],"b":1}'
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """Return the hex sha256 of the canonical JSON of a value."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def short_hash(value: Any) -> str:
    """Return the first characters of ``digest``, for signatures."""
    return digest(value)[:HASH_CHARS]


def original_fields(doc: Document) -> dict[str, Any]:
    """Return the benchmark's own fields of a document, JSON-able, without ours and without audio."""
    return {
        key: _plain(value)
        for key, value in doc.items()
        if not key.startswith("_") and not isinstance(value, (Audio, bytes))
    }


def identity(doc: Document, doc_fields: Sequence[str]) -> dict[str, Any]:
    """Return the declared fields of a document that make its identity (all original ones if none are there)."""
    fields = original_fields(doc)
    declared = {key: fields[key] for key in doc_fields if key in fields}
    return declared or fields


class ItemKeys(Sequence[str]):
    """Keys of documents, 32 bytes each.

    Args:
        content: the keys, one behind the other.
    """

    def __init__(self, content: bytes = b"") -> None:
        self._content = content

    def __len__(self) -> int:
        return len(self._content) // _KEY_BYTES

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        start = range(len(self))[index] * _KEY_BYTES
        return self._content[start : start + _KEY_BYTES].hex()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ItemKeys) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)


def item_keys(task: str, docs: Iterable[Document], doc_fields: Sequence[str]) -> ItemKeys:
    """Return the keys of documents in order; equal documents are told apart by their occurrence number."""
    content = bytearray()
    for doc in docs:
        content += bytes.fromhex(digest([task, identity(doc, doc_fields)]))
    repeated = _repeated_beginnings(content)
    seen: Counter[bytes] = Counter()
    for start in range(0, len(content) if repeated else 0, _KEY_BYTES):
        if bytes(content[start : start + _WORD]) not in repeated:
            continue
        key = bytes(content[start : start + _KEY_BYTES])
        if seen[key]:
            content[start : start + _KEY_BYTES] = bytes.fromhex(digest([key.hex(), seen[key]]))
        seen[key] += 1
    return ItemKeys(bytes(content))


def _repeated_beginnings(content: bytearray) -> set[bytes]:
    """Return the first bytes of keys that begin alike, which few but equal ones do."""
    words = array("Q", bytes(content))[:: _KEY_BYTES // _WORD]
    ordered = sorted(words)
    alike = (one for one, next_one in itertools.pairwise(ordered) if one == next_one)
    return {array("Q", [word]).tobytes() for word in alike}


def data_hash(docs: Iterable[Document], doc_fields: Sequence[str]) -> str:
    """Hash documents in id order, independent of their order in the file.

    It is the hash of the list of ``[id, digest]``, made piece by piece: documents may be a million.
    """
    rows = sorted(_row(str(doc.get("_id", "")), digest(identity(doc, doc_fields))) for doc in docs)
    found = hashlib.sha256(b"[")
    for number, row in enumerate(rows):
        name = row[: -_KEY_BYTES - len(_END)].replace(_NUL, b"\0").decode("utf-8", "surrogatepass")
        pair = canonical_json([name, row[-_KEY_BYTES:].hex()])
        found.update(("," * bool(number) + pair).encode("utf-8", "surrogatepass"))
    found.update(b"]")
    return found.hexdigest()[:HASH_CHARS]


def _row(identifier: str, content: str) -> bytes:
    """Return an id and its digest as bytes that sort as the pair does."""
    name = identifier.encode("utf-8", "surrogatepass").replace(b"\0", _NUL)
    return name + _END + bytes.fromhex(content)


def clip_digest(clip: Audio) -> str | None:
    """Return the digest of a clip's bytes, ``None`` if they cannot be read (its item is then an error)."""
    try:
        return clip.sha256
    except AudioError:
        return None


def message_record(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return messages as stored in ``responses.jsonl``: text verbatim, audio by name and digest."""
    return [
        {
            "role": message.role,
            "content": [
                {"type": "text", "text": part.text}
                if isinstance(part, Text)
                else {"type": "audio", "path": part.path, "sha256": clip_digest(part)}
                for part in message.parts
            ],
        }
        for message in messages
    ]


def request_key(
    fingerprint: str, messages: Sequence[Message], generation: Generation, repeat: int
) -> str:
    """Return the key of one call: model, rendered messages, audio content, decoding and repeat."""
    content = [
        [
            message.role,
            [
                part.text if isinstance(part, Text) else {"audio": clip_digest(part)}
                for part in message.parts
            ],
        ]
        for message in messages
    ]
    return digest([fingerprint, content, generation.content(), repeat])
