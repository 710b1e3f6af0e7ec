"""Hazard: replies, judgements and transcripts that every user of a machine can read."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import harness
from harness.judge.cache import JudgeCache
from harness.report.export import export
from model_adapters.cascade.transcripts import TranscriptFile
from tests.support.data.tiny_copies import mmau

MARK = "a reply that is nobody else's business"


@pytest.fixture(autouse=True)
def _open_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def holding(folder: Path) -> list[Path]:
    """Files in which the reply stands."""
    return [
        path for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()
    ]


def test_whatever_holds_a_reply_is_the_users_own(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    mmau(copy)
    rows = json.loads((copy / "mmau-test-mini.json").read_text())
    given = tmp_path / "given.jsonl"
    given.write_text(
        "".join(json.dumps({"id": row["id"], "doc": row, "response": MARK}) + "\n" for row in rows)
    )
    run = tmp_path / "made" / "run"
    harness.score("mmau_test_mini", given, run)
    export(run, "mmau-submission", output=None, task=None, allow_partial=True)
    cache = JudgeCache(tmp_path / "made" / "cache", "m")
    cache.put(
        {"key": "k", "model": "m", "reply": MARK, "finish": "stop", "usage": None, "seconds": 1.0}
    )
    transcripts = TranscriptFile(tmp_path / "made" / "heard" / "t.sqlite")
    transcripts.open()
    transcripts.write("r", "c", MARK)
    assert transcripts.read("r", "c") == MARK
    found = holding(tmp_path / "made")
    assert {path.name for path in found} >= {
        "responses.jsonl",
        "samples.jsonl",
        "mmau-submission.json",
        "t.sqlite",
    }
    assert cache.path in found
    assert {path.name for path in found if path.stat().st_mode & 0o077} == set()
    assert cache.path.parent.stat().st_mode & 0o777 == 0o700
    with sqlite3.connect(tmp_path / "made" / "heard" / "t.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM transcripts").fetchone() == (1,)
    connection.close()
