"""Run directories of strangers: every reader refuses what is not of the schema, and says so in its own words."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.errors import HarnessError
from harness.run.schema import file_schema
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import bent_bytes, bent_json, beyond_scale, deep
from tests.support.fuzzing.run_readers import MADE_WITH, READERS, make_runs, resume

LOGS = ("responses.jsonl", "judgements.jsonl", "samples.jsonl")
FORMS = {
    name: jsonschema.Draft202012Validator(file_schema(name))
    for name in ("manifest.json", "results.json", *LOGS)
}
NEEDS = {
    "manifest.json": ("status", "load_run", "gate", "gate, as baseline", "leaderboard", "report", "export", "score", "resume"),
    "results.json": ("load_run", "gate", "leaderboard", "report", "export", "--reference"),
    "responses.jsonl": ("status", "score", "resume"),
    "judgements.jsonl": ("score", "judge calibrate --run", "report"),
    "samples.jsonl": ("load_run", "report"),
}  # fmt: skip
"""File -> readers that read all of it, so that none of them may end well where it is not of the schema."""


@pytest.fixture(scope="module")
def runs(scratch: Path) -> tuple[Path, dict[str, dict[str, bytes]]]:
    return scratch, make_runs(scratch / "whole")


def bend(content: bytes, name: str, draw: random.Random) -> tuple[bytes, Any, bool]:
    """Change the content of a file; return it with the record that was changed, ``None`` where it is no record, and whether only its figures are wrong."""
    if draw.random() < 0.15:
        return (
            draw.choice(
                (bent_bytes(content, draw), b"", content[: len(content) // 2], deep(draw) + b"\n")
            ),
            None,
            False,
        )
    lines = [content] if name not in LOGS else content.split(b"\n")[:-1]
    number = draw.randrange(len(lines))
    whole, beyond = json.loads(lines[number]), None
    if name in ("samples.jsonl", "results.json") and draw.random() < 0.3:
        beyond = beyond_scale(whole, draw)
    record = bent_json(whole, draw) if beyond is None else beyond
    try:
        text = json.dumps(
            record,
            ensure_ascii=draw.random() < 0.5,
            indent=draw.choice((None, None, 1)) if name not in LOGS else None,
        )
        lines[number] = text.encode()
    except UnicodeEncodeError:
        lines[number] = json.dumps(record).encode()
    return b"\n".join(lines) + b"\n", record, beyond is not None


def test_no_run_directory_ends_in_a_traceback_or_is_read_against_its_schema(
    runs: tuple[Path, dict[str, dict[str, bytes]]],
    record_property: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # these runs need not outlive a power cut
    folder, whole = runs
    readers = {**READERS, "resume": resume}

    def one(draw: random.Random) -> str:
        kind = draw.choice([*whole])
        wanted = [name for name in readers if name != "resume" or kind in MADE_WITH]
        reader = draw.choice(wanted)
        run, pristine = folder / "bent" / kind, folder / "whole" / kind
        files = whole[kind]
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir(parents=True)
        for place in (run, pristine):
            for file, content in files.items():
                (place / file).write_bytes(content)
        changed: dict[str, Any] = {}
        figures: set[str] = set()
        for name in draw.sample([*files], draw.choice((1, 1, 1, 2)) if len(files) > 1 else 1):
            if draw.random() < 0.02:
                (run / name).unlink()
                continue
            content, record, beyond = bend(files[name], name, draw)
            figures.update([name] * beyond)
            (run / name).write_bytes(content)
            if record is not None:
                changed[name] = record
        wrong = {
            name: name in figures or not FORMS[name].is_valid(record)
            for name, record in changed.items()
        }
        try:
            readers[reader](run, pristine)
        except HarnessError as error:
            assert error.message, "an error without a message"
            return "refused"
        against = [name for name, bad in wrong.items() if bad and reader in NEEDS[name]]
        assert not against, (
            f"{reader} of {kind} took {against}, which the schema or a metric refuses: {changed}"[
                :1400
            ]
        )
        return "read" if not any(wrong.values()) else "not looked at"

    found = fuzz("run directories", one, quick=150, record=record_property)
    assert found["refused"] and found["read"]
