"""The loader of declared tasks: documents from what ``metadata.lalm.data`` names, checked against the rule."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.audio import AudioRef
from harness.errors import InputFileError
from harness.types import DataInfo, Document, Documents
from tasks.declared import scoring
from tasks.declared.data_block import read_data
from tasks.declared.declaration import Rule, read_rule
from tasks.declared.files import Row, absent_note, open_items


def parameters(rule: Rule, anchored: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return ``_params`` of every document: the rule, and the metrics whose anchors the task declares."""
    return {"rule": rule.as_json(), "anchored": list(anchored)}


def load(
    *,
    lalm: Mapping[str, Any],
    folder: str | Path | None = None,
    revision: str | None = None,
    needs_audio: bool = True,
    task: str = "the task",
    **unused: Any,  # noqa: ARG001  (lm-eval passes all metadata)
) -> dict[str, Documents]:
    """Load the items of a declared task, as ``{"test": Documents}``.

    Args:
        lalm: the YAML's ``metadata.lalm``.
        folder: root of the data; the harness gives the folder of the YAML where the user names none. ``None`` is the
            current folder (plain lm-eval without ``folder`` in its metadata).
        revision: hub revision to pin.
        needs_audio: leave out items whose clip is absent.
        task: name for errors.
        unused: further metadata.

    Raises:
        TaskFileError: the declaration is malformed.
        MissingDataError: the data is not there.
        InputFileError: an item lacks a field that the rule reads, or has an id twice; file and line are named.
    """

    def where(*keys: str) -> str:
        return ".".join(("metadata", "lalm", *keys))

    rule = read_rule(lalm.get("rule"), lambda *keys: where("rule", *keys))
    data = read_data(lalm.get("data"), lambda *keys: where("data", *keys))
    root = Path(folder) if folder is not None else None
    opened = open_items(data, root, revision, task=str(lalm.get("benchmark") or task))
    params = parameters(rule, tuple(lalm.get("anchors") or ()))
    aliases = lalm.get("aliases")
    docs: list[Document] = []
    absent: dict[str, Row] = {}
    places: dict[str, str] = {}
    seen: list[list[Any]] = []
    repeats: Counter[str] = Counter()
    for number, row in enumerate(opened.rows):
        name = _identifier(row.fields, data.id, number, row.where)
        if not data.unique and (copies := repeats[name]):
            repeats[name] += 1
            name = f"{name}~{copies + 1}"
        repeats[name] += 1
        if name in places:
            raise InputFileError(
                f"the id {name!r} is also that of {places[name]}",
                where=row.where,
                hint="name the field of the id in metadata.lalm.data: id, or give every item its own",
            )
        places[name] = row.where
        if data.editions:
            seen.append([name, [row.fields.get(field) for field in rule.fields()]])
        if row.absent is not None and needs_audio:
            absent[name] = row
            continue
        doc: Document = {**row.fields, "_id": name, "_audio": row.clips, "_params": params}
        if aliases:
            doc["_aliases"] = aliases
        doc["_where"] = row.where
        docs.append(doc)
    complete(docs, rule)
    warnings = [*absent_note([*absent.values()])]
    version = data.editions.get(edition_digest(seen), opened.version)
    if data.editions and version == opened.version:
        known = ", ".join(data.editions.values())
        warnings.append(f"the items are of no known edition ({known})")
    total = len(docs) + len(absent)
    info = DataInfo(opened.source, version, total, tuple(absent), tuple(warnings))
    return {"test": Documents(docs, info)}


def edition_digest(items: Sequence[Sequence[Any]]) -> str:
    """Return the digest of an edition: ids with what the rule reads, in any order.

    >>> edition_digest([["b", ["x"]], ["a", ["y"]]]) == edition_digest([["a", ["y"]], ["b", ["x"]]])
    True
    """
    lines = sorted(json.dumps(item, ensure_ascii=False, sort_keys=True) for item in items)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def complete(docs: list[Document], rule: Rule) -> None:
    """Check every document, turn options of one cell into lists, and attach what scoring knows of the split.

    Args:
        docs: documents with ``_params``, and with their places in ``_where``, which is taken out.
        rule: their rule.

    Raises:
        InputFileError: a document lacks a field, or has one that the rule cannot read.
    """
    for doc in docs:
        for name in rule.fields():
            if not any(one in doc for one in name.split("|")):
                raise InputFileError(
                    f"the field {name!r} is missing; there are"
                    f" {', '.join(key for key in doc if not key.startswith('_'))}",
                    where=str(doc["_where"]),
                    hint="name the field in metadata.lalm.rule",
                )
    facts = scoring.facts(docs)
    for doc in docs:
        doc["_facts"] = facts
        scoring.check(doc)
        options = rule.parameters.get("options")
        if isinstance(options, str):  # a cell of a table becomes a list, for the prompt too
            doc[options] = list(scoring.options(doc))
        del doc["_where"]


def _identifier(fields: Mapping[str, Any], names: Sequence[str], number: int, where: str) -> str:
    if not names:
        return str(fields.get("id") if fields.get("id") not in (None, "") else number)
    declared = next((name for name in names if name in fields), names[0])
    value = fields.get(declared)
    if isinstance(value, (dict, list, bool)) or value is None or str(value).strip() == "":
        found = repr(value) if declared in fields else "missing"
        raise InputFileError(f"the id field {declared!r} is {found[:80]}", where=where)
    return str(value)


def audio(doc: Document) -> list[AudioRef]:
    """Return the clips of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips
