r"""Read stored replies, for ``harness score`` and for ``replay:``.

A responses file is a JSON array, or JSON lines split on "\n" only (replies contain U+2028 and the
like); either may be gzip-compressed, which its content tells, never its name. Messages name the place
of a record: ``file:line``, or ``file, record n`` in an array. The log of a run may end in a torn line:
that line is not a reply and is left out. Any other malformed content is an ``InputFileError``.

A record is ``{"id": …, "doc": {…}, "response": "…", "judge_reply": "…" | [...]}``; without ``doc`` the
record itself is the document when it has the benchmark's fields. Nothing is cleaned and nothing is
dropped: a record without a response key is kept as such, since some scorers treat it differently from
a null response. Lines of a recogniser's manifest (``audio_filepath``, ``pred_text``) are records too.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.core.run_files import RESPONSES
from harness.core.scoring import MISSING
from harness.core.untrusted.bounded_json import load_json
from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError, UsageError

_GZIP: Final = b"\x1f\x8b"
_UNPACKED: Final = 100_000_000
"""Bytes that any file may have when it is unpacked."""
_DENSEST: Final = 100
"""How many times its size a larger one may have; texts have some ten times theirs."""
_MANIFEST: Final = {"audio_filepath", "pred_text"}
_LIKELY_FIELDS: Final = [
    "response",
    "filtered_resps",
    "model_output",
    "model_prediction",
    "prediction",
    "answer",
    "output",
    "result",
    "generated_text",
    "pred",
    "pred_text",
]


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the record fields (``--response-field``, ``--doc-field``, ``--id-field``, ``--judge-field``)."""

    response: str = "response"
    doc: str = "doc"
    id: str = "id"
    judge: str = "judge_reply"


@dataclass(frozen=True, slots=True)
class Record:
    """One stored response.

    Attributes:
        where: file and line (or array element), for messages.
        id: the record's own id, verbatim; ``None`` if it has none.
        doc: the document given in the record, if any.
        whole: the whole record without response and judge reply: a document of its own if it has
            the benchmark's fields.
        response: any JSON value, or ``MISSING``.
        judge_replies: judge replies (``None`` if the record has none).
    """

    where: str
    id: str | int | None
    doc: dict[str, Any] | None
    whole: dict[str, Any]
    response: Any
    judge_replies: tuple[str | None, ...] | None


def read_records(path: Path, fields: Fields) -> list[Record]:
    """Return all records of a responses file.

    Raises:
        InputFileError: missing file, invalid JSON (line named), duplicate id, wrong shape, or no
            record that has the response field although another field looks like it.
    """
    values = _from_manifest([*_values(path, _bytes(path))], fields)
    records = [_record(value, where, fields) for value, where in values]
    if not records:
        raise InputFileError("the file has no records", where=str(path))
    seen: dict[str | int, str] = {}
    for record in records:
        if record.id is None:
            continue
        if record.id in seen:
            raise InputFileError(
                f"the id {record.id!r} occurs twice (first at {seen[record.id]})",
                where=record.where,
                hint="ids must be unique; name another field with --id-field",
            )
        seen[record.id] = record.where
    _check_response_field(path, records, fields)
    return _unwrapped(records)


def _from_manifest(values: list[tuple[Any, str]], fields: Fields) -> Sequence[tuple[Any, str]]:
    """Return the lines of a recogniser's manifest as records, the chunks of a recording joined; other files as they are.

    A manifest, of NeMo and of the Open ASR leaderboard, has ``audio_filepath``, ``pred_text`` and, of a chunk, ``parent_id`` and
    ``chunk_index``. Replies of chunks are stripped and joined by spaces in their order, empty ones left out, as the leaderboard does.

    Raises:
        InputFileError: a chunk is missing or there twice, or a reply is not a text.
    """
    if not all(isinstance(one, dict) and one.keys() >= _MANIFEST for one, _ in values):
        return values
    if any({fields.response, fields.id} & one.keys() for one, _ in values):
        return values
    records: list[tuple[Any, str]] = []
    chunks: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for line, where in values:
        if line.get("parent_id") is not None:
            chunks.setdefault(str(line["parent_id"]), []).append((line, where))
        else:
            records.append(
                (_as_record(line, line["audio_filepath"], line["pred_text"], fields), where)
            )
    for name, found in chunks.items():
        line, where = found[0]
        records.append((_as_record(line, name, _joined(name, found), fields), where))
    return records


def _as_record(line: dict[str, Any], name: Any, reply: Any, fields: Fields) -> dict[str, Any]:
    kept = {key: value for key, value in line.items() if key != "pred_text"}
    return {**kept, fields.id: name, fields.response: reply}


def _joined(name: str, chunks: Sequence[tuple[dict[str, Any], str]]) -> str:
    """Return the reply to a recording from those to its chunks."""
    for line, where in chunks:
        if not isinstance(line["pred_text"], str | None):
            raise InputFileError(
                f"pred_text is {line['pred_text']!r:.80}, expected a text", where=where
            )
        if not isinstance(line.get("chunk_index"), int):
            raise InputFileError(
                "a line with parent_id has no whole number chunk_index", where=where
            )
    ordered = sorted((line for line, _ in chunks), key=lambda line: int(line["chunk_index"]))
    found = [line["chunk_index"] for line in ordered]
    if found != [*range(len(found))]:
        raise InputFileError(
            f"the chunks of {name!r} are {', '.join(map(str, found[:12]))}, expected 0 to {len(found) - 1}, each once",
            where=chunks[0][1],
            hint="without all chunks what was not heard would count as deleted",
        )
    said = ((line["pred_text"] or "").strip() for line in ordered)
    return " ".join(text for text in said if text)


def _check_response_field(path: Path, records: Sequence[Record], fields: Fields) -> None:
    if any(record.response is not MISSING for record in records):
        return
    likely = [name for name in _LIKELY_FIELDS if any(name in record.whole for record in records)]
    if likely:
        raise InputFileError(
            f"no record has the field {fields.response!r}",
            where=str(path),
            hint=f"did you mean --response-field {likely[0]}{_id_field(records)}?",
        )


def _id_field(records: Sequence[Record]) -> str:
    """Return what to add to a hint where the field that lm-eval gives for ids holds them."""
    without = all(record.id is None and "doc_id" in record.whole for record in records)
    return " --id-field doc_id" if without else ""


def _unwrapped(records: list[Record]) -> list[Record]:
    """Return the records with one-element lists as their element, if every response is such a list."""
    responses = [record.response for record in records if record.response is not MISSING]
    lists = all(
        isinstance(one, list) and len(one) == 1 and isinstance(one[0], str) for one in responses
    )
    if not responses or not lists:
        return records
    return [
        record if record.response is MISSING else replace(record, response=record.response[0])
        for record in records
    ]


def _record(value: Any, where: str, fields: Fields) -> Record:
    value = _object(value, where)
    identifier = value.get(fields.id)
    if identifier is not None and (
        isinstance(identifier, bool) or not isinstance(identifier, (str, int))
    ):
        raise InputFileError(
            f"the field {fields.id!r} must be text or an integer, found {identifier!r}", where=where
        )
    doc = value.get(fields.doc)
    if doc is not None and not isinstance(doc, dict):
        raise InputFileError(
            f"the field {fields.doc!r} must be an object, found {type(doc).__name__}", where=where
        )
    return Record(
        where=where,
        id=identifier,
        doc=doc,
        whole={
            key: item for key, item in value.items() if key not in (fields.response, fields.judge)
        },
        response=value.get(fields.response, MISSING),
        judge_replies=judge_replies(value.get(fields.judge), fields.judge, where),
    )


def judge_replies(value: Any, field: str, where: str) -> tuple[str | None, ...] | None:
    """Return the judge replies of a record: one text, or a list of them.

    Raises:
        InputFileError: neither.
    """
    if value is None:
        return None
    replies = value if isinstance(value, list) else [value]
    if not all(reply is None or isinstance(reply, str) for reply in replies):
        raise InputFileError(f"the field {field!r} must be text or a list of texts", where=where)
    return tuple(replies)


class StoredObject(NamedTuple):
    """One JSON object of a responses file and its place."""

    where: str
    fields: dict[str, Any]


class ResponseFile(NamedTuple):
    """Content of a responses file, unread.

    Attributes:
        path: the file itself (the log, if a run directory was given).
        sha256: hex digest of the file as it lies on disk.
        records: in file order.
    """

    path: Path
    sha256: str
    records: list[StoredObject]


def read_response_file(target: str | Path) -> ResponseFile:
    """Read the objects of a responses file, without reading anything into them.

    Args:
        target: a responses file, or a run directory (its ``responses.jsonl`` is read).

    Raises:
        UsageError: there is no such file.
        InputFileError: not gzip, not UTF-8, not JSON, or a record that is not an object.
    """
    path = Path(target).expanduser()
    if path.is_dir():
        path = path / RESPONSES
    if not path.exists():
        raise UsageError(
            f"no such responses file: {path}",
            hint="replay: takes a JSON or JSONL file of replies, or a run directory",
        )
    data = _bytes(path)
    records = [StoredObject(where, _object(value, where)) for value, where in _values(path, data)]
    if not records:
        raise InputFileError("the file has no records", where=str(path))
    return ResponseFile(path, hashlib.sha256(data).hexdigest(), records)


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputFileError(
            f"expected a JSON object, found {type(value).__name__}",
            where=where,
            hint='a record is {"id": …, "doc": {…}, "response": "…"}',
        )
    return value


def _values(path: Path, data: bytes) -> Iterator[tuple[Any, str]]:
    """Yield (JSON value, place) of every record."""
    data = _unzipped(data, path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if path.name == RESPONSES and b"\n" not in data[error.start :]:  # inside a torn last line
            text = data[: data.rfind(b"\n") + 1].decode("utf-8-sig")
        else:
            line = data.count(b"\n", 0, error.start) + 1
            raise InputFileError(
                f"not UTF-8: {error.reason}",
                where=f"{path}:{line}",
                hint=_encoding_hint(path, data),
            ) from error
    if text.lstrip().startswith("["):
        try:
            values = load_json(text)
        except ValueError as error:
            line = getattr(error, "lineno", 1)
            raise InputFileError(f"invalid JSON: {error}", where=f"{path}:{line}") from error
        for number, value in enumerate(values, start=1):
            yield value, f"{path}, record {number}"
        return
    lines = text.split("\n")
    torn = len(lines) if lines[-1].strip() and path.name == RESPONSES else None
    for number, line_text in enumerate(lines, start=1):
        if not line_text.strip():
            continue
        try:
            value = load_json(line_text)
        except ValueError as error:
            if number == torn:
                return
            raise InputFileError(
                f"invalid JSON: {error}",
                where=f"{path}:{number}",
                hint="one JSON object a line, or one JSON array",
            ) from error
        yield value, f"{path}:{number}"


def _encoding_hint(path: Path, data: bytes) -> str:
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in data[:64]:
        return (
            "it looks like UTF-16, which PowerShell's > writes; save it as UTF-8:"
            f" iconv -f UTF-16 -t UTF-8 {path.name} > utf8.jsonl"
        )
    return f"save it as UTF-8, for instance: iconv -f LATIN1 -t UTF-8 {path.name} > utf8.jsonl"


def _bytes(path: Path) -> bytes:
    try:
        check_regular(path)
        return path.read_bytes()
    except FileNotFoundError:
        raise InputFileError("the file does not exist", where=str(path)) from None
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error


def _unzipped(data: bytes, path: Path) -> bytes:
    if not data.startswith(_GZIP):
        return data
    bound = max(_UNPACKED, _DENSEST * len(data))
    try:
        with gzip.open(io.BytesIO(data)) as file:
            content = file.read(bound + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputFileError(f"damaged gzip data: {error}", where=str(path)) from error
    if len(content) > bound:
        raise InputFileError(f"more than {bound:,} bytes when unpacked", where=str(path))
    return content
