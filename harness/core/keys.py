"""Content keys: what makes two items, two requests or two data sets the same.

``item_key`` pairs runs in compare, gate and leaderboard; ``request_key`` caches and resumes. Keys hash
canonical JSON (sorted keys, no white space, UTF-8), so they depend on content only.
"""

from __future__ import annotations

import hashlib
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, overload

from harness.core.generation import Generation
from harness.core.messages import Audio, Message, Text
from harness.core.scoring import Document
from harness.core.scratch.database import Scratch
from harness.core.scratch.repeated import repeated
from harness.core.scratch.rows import Rows
from harness.errors import AudioError

HASH_CHARS = 6
_KEY_BYTES: Final = 32
_WORD: Final = 8
_FEW: Final = 1 << 14
"""Bytes of keys, or rows, that are handed on together."""
_CANONICAL: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_NUL: Final = b"\0\1"
_END: Final = b"\0\0"
"""Ends an id in a row: less than any byte that goes on, since a NUL in an id is ``_NUL``."""


def _plain(value: Any) -> Any:
    """Return the JSON-able form of values that loaders may leave in documents (dates, numpy scalars, tuples)."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:  # most values, at no cost
        return value
    if kind is dict:
        return {str(key): _plain(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
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
    return _CANONICAL.encode(_plain(value))


def digest(value: Any) -> str:
    """Return the hex sha256 of the canonical JSON of a value."""
    return _sha256(canonical_json(value)).hex()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


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
    declared = original_fields({key: doc[key] for key in doc_fields if key in doc})
    return declared or original_fields(doc)


def _identity_json(doc: Document, doc_fields: Sequence[str]) -> str:
    """Return the canonical JSON of a document's identity, whose values are plain already."""
    return _CANONICAL.encode(identity(doc, doc_fields))


class ItemKeys(Sequence[str]):
    """Keys of documents, 32 bytes each.

    Args:
        content: the keys as bytes.
    """

    def __init__(self, content: Rows | None = None) -> None:
        self._content = content if content is not None else Rows(_KEY_BYTES)

    def __len__(self) -> int:
        return len(self._content)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return self._content[index].hex()

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ItemKeys)
            and len(self) == len(other)
            and all(one == two for one, two in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]


def item_keys(task: str, docs: Iterable[Document], doc_fields: Sequence[str]) -> ItemKeys:
    """Return the keys of documents in order; equal documents are told apart by their occurrence number."""
    content, few = Rows(_KEY_BYTES), bytearray()
    beginnings = array("Q")
    before = f"[{canonical_json(task)},"
    for doc in docs:
        key = _sha256(f"{before}{_identity_json(doc, doc_fields)}]")
        beginnings.frombytes(key[:_WORD])
        few += key
        if len(few) >= _FEW:
            content.extend(few)
            few.clear()
    content.extend(few)
    seen: Counter[bytes] = Counter()
    for number in repeated(beginnings):
        key = content[number]
        if seen[key]:
            content[number] = bytes.fromhex(digest([key.hex(), seen[key]]))
        seen[key] += 1
    return ItemKeys(content)


def data_hash(docs: Iterable[Document], doc_fields: Sequence[str]) -> str:
    """Hash documents in id order, independent of their order in the file.

    It is the hash of the list of ``[id, digest]``, made piece by piece: documents may be a million.
    """
    few: list[bytes] = []
    many: Scratch | None = None
    for doc in docs:
        few.append(_row(str(doc.get("_id", "")), _sha256(_identity_json(doc, doc_fields))))
        if len(few) >= _FEW:
            many = many or Scratch("CREATE TABLE rows (row BLOB)")
            many.write_all("INSERT INTO rows VALUES (?)", zip(few, strict=True))
            few.clear()
    ordered: Iterable[tuple[bytes]] = ((row,) for row in sorted(few))
    if many is not None:
        many.write_all("INSERT INTO rows VALUES (?)", zip(few, strict=True))
        ordered = many.rows("SELECT row FROM rows ORDER BY row")
    found = hashlib.sha256(b"[")
    for number, (row,) in enumerate(ordered):
        name = row[: -_KEY_BYTES - len(_END)].replace(_NUL, b"\0").decode("utf-8", "surrogatepass")
        pair = f'[{_CANONICAL.encode(name)},"{row[-_KEY_BYTES:].hex()}"]'
        found.update(("," * bool(number) + pair).encode("utf-8", "surrogatepass"))
    found.update(b"]")
    return found.hexdigest()[:HASH_CHARS]


def _row(identifier: str, content: bytes) -> bytes:
    """Return an id and its digest as bytes that sort as the pair does."""
    name = identifier.encode("utf-8", "surrogatepass").replace(b"\0", _NUL)
    return name + _END + content


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
