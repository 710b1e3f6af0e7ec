"""Files of stored replies: read as what they hold or refused with file and line, then scored or refused, never half of it."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.core.stored_replies import Fields, read_records, read_response_file
from harness.errors import HarnessError, InputFileError
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from tests.support.data.tiny_copies import WRITERS
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import PIECES, bent_bytes, bent_json, bent_text, deep
from tests.support.runs.toy import jsonl

REPLIES = (
    "a",
    "(b)",
    "red",
    "twenty",
    "<think>x</think>blue",
    "",
    None,
    5,
    ["a"],
    "the answer is 12",
)
TASKS = (
    "quickstart_choice", "quickstart_number", "quickstart_transcription", "quickstart_instruction", "mmau_test_mini",
    "mmsu", "sakura_animal_single", "voicebench_bbh", "voicebench_openbookqa", "voicebench_ifeval",
    "voicebench_alpacaeval", "speech_ifeval_closed", "llaso_asr", "llaso_velocity_classification",
    "llaso_slurp_entity_extraction",
)  # fmt: skip


Documents = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folders(scratch: Path) -> dict[str, Path]:
    """A copy of every benchmark, by its name."""
    benchmarks = {load_index().resolve([name])[0].benchmark for name in TASKS} - {"quickstart"}
    found = {name: scratch / name for name in sorted(benchmarks)}
    for name, folder in found.items():
        folder.mkdir()
        WRITERS[name](folder)
    return found


@pytest.fixture(scope="module")
def documents(folders: dict[str, Path]) -> Documents:
    """Three documents of each task, as a file of replies has them."""
    found: Documents = {}
    for name in TASKS:
        entry = load_index().resolve([name])[0]
        task = YamlTask(load_spec(entry), folder=folders.get(entry.benchmark))
        docs = [
            {k: v for k, v in doc.items() if not k.startswith("_")} for doc in task.documents()[:3]
        ]
        found[name] = json.loads(json.dumps(docs))
    return found


def records(docs: list[dict[str, Any]], draw: random.Random) -> list[dict[str, Any]]:
    found = []
    for number, doc in enumerate(docs):
        record: dict[str, Any] = {"id": f"i{number}", "doc": doc, "response": draw.choice(REPLIES)}
        if draw.random() < 0.3:
            record["judge_reply"] = draw.choice(("Judgement: correct", ["yes", None], "5", []))
        if isinstance(record["response"], str) and draw.random() < 0.3:
            record["response"] = bent_text(record["response"], draw)
        found.append(record)
    return found


def content_of(found: list[dict[str, Any]], draw: random.Random) -> bytes:
    """The bytes of a file of replies, some of its records changed, in one of its forms."""
    if draw.random() < 0.6:
        number = draw.randrange(len(found))
        found[number] = bent_json(found[number], draw)
    text = (
        json.dumps(found)
        if draw.random() < 0.2
        else "".join(json.dumps(one) + "\n" for one in found)
    )
    data = text.encode()
    match draw.randrange(12):
        case 0:
            data = deep(draw) + b"\n" + data
        case 1 | 2:
            data = bent_bytes(data, draw)
        case 3:
            data = bent_bytes(gzip.compress(data, mtime=0), draw, head=60)
        case 4:
            data = gzip.compress(data, mtime=0)
        case 5:
            data = draw.choice(
                (text.encode("utf-16"), b"", b"\n\n", b"\x1f\x8b", text.encode("utf-8-sig"))
            )
    return data


@cache
def odd_fields() -> tuple[Fields, ...]:
    return (
        Fields(),
        Fields(response="doc"),
        Fields(id="response"),
        Fields(doc="x"),
        Fields(judge="doc"),
        *(Fields(id=p) for p in PIECES[:3]),
    )


def plain_count(data: bytes) -> int | None:
    """The records of a file that is plain JSON lines, read by the book; ``None`` where it is none."""
    try:
        lines = [json.loads(line) for line in data.decode().split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None
    return len(lines) if all(isinstance(line, dict) for line in lines) else None


def test_no_responses_file_ends_in_a_traceback_or_loses_a_record(
    tmp_path: Path, documents: Documents, record_property: Any
) -> None:
    file = tmp_path / "replies.jsonl"

    def one(draw: random.Random) -> str:
        docs = documents[draw.choice(TASKS)]
        data = content_of(records(docs, draw), draw)
        file.write_bytes(data)
        count = plain_count(data)
        outcome = "refused"
        for reader in (
            lambda: read_records(file, draw.choice(odd_fields())),
            lambda: read_response_file(file).records,
        ):
            try:
                found = reader()
            except InputFileError as error:
                assert str(file) in str(error.where) and error.message
                continue
            assert count is None or len(found) == count
            outcome = "read"
        return outcome

    found = fuzz("responses files", one, quick=800, record=record_property)
    assert found["read"] and found["refused"]


def test_no_stored_reply_ends_in_a_traceback_or_goes_unscored(
    tmp_path: Path,
    documents: Documents,
    folders: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Any,
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)
    index = load_index()  # the same every time
    monkeypatch.setattr("harness.evaluation.documents.load_index", lambda *_, **__: index)
    file, run = tmp_path / "replies.jsonl", tmp_path / "run"

    def one(draw: random.Random) -> str:
        name = draw.choice(TASKS)
        file.write_bytes(content_of(records(documents[name], draw), draw))
        shutil.rmtree(run, ignore_errors=True)
        clean = draw.choice(("none", "none", "letter", "think"))
        try:
            judge = draw.choice(("replay", "none"))
            ended = harness.score(name, file, run, clean=clean, judge=judge, data=folders)
        except HarnessError as error:
            assert error.message
            return "refused"
        count = sum(1 for _ in read_response_file(file).records)
        lines = [(one["task"], one["id"]) for one in jsonl(run / "samples.jsonl")]
        assert ended.results["tasks"][name]["n"] == count == len(lines), lines
        assert ended.exit_code in (0, 3)
        ended.table().encode("utf-8", "backslashreplace")
        return "scored"

    found = fuzz("scored files", one, quick=50, record=record_property)
    assert found["scored"] and found["refused"]
