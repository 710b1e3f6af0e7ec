"""Hazards: an item that is dropped, a cell that shifts, a clip from outside the folder, two items with one id."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import HarnessError, InputFileError, MissingDataError
from harness.types import Documents
from tasks.declared import load
from tests.support import clips
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl

Cli = Callable[..., CommandResult]
ITEMS: list[dict[str, Any]] = [
    {"id": f"i{number}", "audio": f"clips/{number}.wav", "text": f"Words, of {number}\u2028here"}
    for number in range(3)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    for number in range(3):
        clips.write(
            tmp_path / "clips" / f"{number}.wav", clips.tone(0.2, 440.0, 8000, level=0.3), 8000
        )
    return tmp_path


def documents(folder: Path, name: str, **data: Any) -> Documents:
    lalm = {"rule": "transcript", "data": {"path": name, **data}}
    return load(lalm=lalm, folder=folder)["test"]


def write(folder: Path, name: str, items: list[dict[str, Any]] = ITEMS) -> str:
    path = folder / name
    if name.endswith(".parquet"):
        rows = [
            {**item, "audio": {"bytes": (folder / item["audio"]).read_bytes(), "path": "x"}}
            for item in items
        ]
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif name.endswith(".json"):
        path.write_text(json.dumps({"data": items}), encoding="utf-8")
    elif name.endswith("l"):
        path.write_text(
            "\n".join(json.dumps(item, ensure_ascii=False) for item in items), encoding="utf-8-sig"
        )
    else:
        mark = "\t" if name.endswith(".tsv") else ","
        lines = [
            mark.join(items[0]),
            *(mark.join(f'"{cell}"' for cell in item.values()) for item in items),
        ]
        path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    return name


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjsonl", "a.json", "a.csv", "a.tsv", "a.parquet"])
def test_the_same_items_from_every_form(folder: Path, name: str) -> None:
    write(folder, name)
    if name == "a.ndjsonl":
        (folder / name).rename(folder / "a.ndjson")
        name = "a.ndjson"
    found = documents(folder, name)
    assert [doc["_id"] for doc in found] == ["i0", "i1", "i2"]
    assert [doc["text"] for doc in found] == [item["text"] for item in ITEMS]
    assert [round(doc["_audio"][0].seconds, 2) for doc in found] == [0.2] * 3
    assert not any("audio" in doc or "_where" in doc for doc in found)


def test_a_folder_of_clips_with_transcripts(folder: Path) -> None:
    for number in range(3):
        (folder / "clips" / f"{number}.txt").write_text(f"said {number}\n")
    found = documents(folder, "clips")
    assert [(doc["_id"], doc["text"]) for doc in found] == [
        (f"{n}.wav", f"said {n}") for n in range(3)
    ]


def test_an_absent_clip_leaves_its_item_out_and_says_so(folder: Path) -> None:
    (folder / "clips" / "1.wav").unlink()
    found = documents(folder, write(folder, "a.jsonl"))
    assert [doc["_id"] for doc in found] == ["i0", "i2"]
    assert (found.info.total, found.info.absent) == (3, ("i1",))


def test_several_clips_and_another_id(folder: Path) -> None:
    items = [{"key": 7, "a": "clips/0.wav", "b": ["clips/1.wav", "clips/2.wav"], "text": "x"}]
    found = documents(folder, write(folder, "a.jsonl", items), audio=["a", "b"], id="key")
    assert (found[0]["_id"], len(found[0]["_audio"])) == ("7", 3)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.jsonl", '{"id": 1, "audio": "clips/0.wav", "text": "a"}\n[]', "a.jsonl:2: expected an object"),
        ("a.jsonl", '{"id": 1,', "not valid JSON"),
        ("a.jsonl", '{"id": 1, "text": "a"}', "the field 'audio' of the clip is missing"),
        ("a.jsonl", '{"id": 1, "audio": 5, "text": "a"}', "expected a path"),
        ("a.jsonl", '{"id": 1, "audio": "clips/0.wav"}', "the field 'text' is missing; there are id"),
        ("a.jsonl", '{"id": 1, "audio": "clips/0.wav", "text": ""}', "a.jsonl:1: field 'text' is ''"),
        ("a.jsonl", '{"id":1,"audio":"clips/0.wav","text":"a"}\n' * 2, "the id '1' is also that of"),
        ("a.jsonl", '{"id": 1, "audio": "../out.wav", "text": "a"}', "outside the folder"),
        ("a.jsonl", '{"id": 1, "audio": "/etc/hostname", "text": "a"}', "outside the folder"),
        ("a.json", "3", "expected a JSON array"),
        ("a.csv", "id,audio,text\n1,clips/0.wav", "fewer than the 3 cells"),
        ("a.csv", "id,audio,text\n1,clips/0.wav,a,b", "more than the 3 cells"),
        ("a.csv", "id,id,text\n1,2,3", "a name twice"),
        ("a.csv", "id|audio|text\n1|clips/0.wav|a", "the first line is one cell with '|' in it"),
        ("a.tsv", "id;audio,text\n1;clips/0.wav,a", "the first line is one cell with ';' in it"),
        ("a.csv", 'id,audio,text\n1,clips/0.wav,"a', "not a table"),
        ("a.xlsx", "x", "cannot be read"),
        ("a.parquet", "x", "not a readable parquet file"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_with_its_line(
    folder: Path, name: str, content: str, says: str
) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(HarnessError) as error:
        documents(folder, name)
    assert says in str(error.value)
    assert name in str(error.value)


@pytest.mark.parametrize(
    "cell", ["red||green", "red|green|", "red| |green", '["red", "", "green"]']
)
def test_an_empty_option_is_named_with_its_line(folder: Path, cell: str) -> None:
    quoted = cell.replace('"', '""')
    (folder / "a.csv").write_text(f'id,audio,options,answer\n0,clips/0.wav,red|green,red\n1,clips/1.wav,"{quoted}",red\n')  # fmt: skip
    with pytest.raises(InputFileError, match="options none of which is empty") as error:
        load(lalm={"rule": "option", "data": {"path": "a.csv"}}, folder=folder)
    assert str(folder / "a.csv:3") in str(error.value)


def test_a_long_cell_is_read_and_a_fault_has_its_own_line(folder: Path) -> None:
    head, long = "id,audio,text\n0,clips/0.wav,a\n", "word " * 40_000
    (folder / "a.csv").write_text(f"{head}1,clips/1.wav,{long}\n")
    assert documents(folder, "a.csv")[1]["text"] == long
    (folder / "a.csv").write_text(f"{head}1,clips/1.wav,{'x' * 10_000_001}\n")
    with pytest.raises(InputFileError, match="field larger than field limit") as error:
        documents(folder, "a.csv")
    assert str(folder / "a.csv:3") in str(error.value)


@pytest.mark.parametrize("verb", ["score", "evaluate", "validate"])
def test_a_metric_that_the_rule_gives_and_the_list_lacks_is_refused(cli: Cli, folder: Path, verb: str) -> None:  # fmt: skip
    listed = "".join(f"  - {{metric: {one}, aggregation: !function tasks.declared.aggregate, higher_is_better: false}}\n" for one in ("wer", "cer"))  # fmt: skip
    rule = "{name: transcript, mixed: true}"
    (folder / "said.yaml").write_text(
        f"task: said\nmetric_list:\n{listed}metadata: {{lalm: {{rule: {rule}, data: {{path: {write(folder, 'a.jsonl')}}}}}}}\n"
    )
    (folder / "r.jsonl").write_text(json.dumps({"id": "i0", "response": "a"}) + "\n")
    more = ("--include-path", folder, "-o", folder / "run")
    done = {
        "score": lambda: cli("score", "said", folder / "r.jsonl", *more),
        "evaluate": lambda: cli("evaluate", "mock:echo", "-t", "said", *more),
        "validate": lambda: cli("tasks", "validate", folder / "said.yaml"),
    }[verb]()
    said = done.out + done.err
    assert done.code == 2 and "said.yaml:2" in said, said
    assert "lacks 'mer', which the rule 'transcript' gives" in said


def test_a_metric_that_the_rule_does_not_give_is_refused(cli: Cli, folder: Path) -> None:
    listed = "".join(f"  - {{metric: {one}, aggregation: !function tasks.declared.aggregate, higher_is_better: false}}\n" for one in ("wer", "cer", "bleu"))  # fmt: skip
    (folder / "said.yaml").write_text(
        f"task: said\nmetric_list:\n{listed}metadata: {{lalm: {{rule: transcript, data: {{path: {write(folder, 'a.jsonl')}}}}}}}\n"
    )
    done = cli(
        "evaluate", "mock:echo", "-t", "said", "--include-path", folder, "-o", folder / "run"
    )
    assert done.code == 2 and "said.yaml:2" in done.err, done.err
    assert "names 'bleu', which the rule 'transcript' does not give" in done.err


def test_spaces_after_commas_are_not_part_of_names_and_cells(folder: Path) -> None:
    text = 'id, audio, text\r\n1, clips/0.wav, "one, two"\r\n'
    (folder / "a.csv").write_text(text, encoding="utf-8")
    (doc,) = documents(folder, "a.csv")
    assert (doc["_id"], doc["text"], len(doc["_audio"])) == ("1", "one, two", 1)


def test_latin_1_and_missing_files(folder: Path) -> None:
    (folder / "a.csv").write_bytes("id,audio,text\n1,clips/0.wav,é".encode("latin-1"))
    with pytest.raises(InputFileError, match="not UTF-8"):
        documents(folder, "a.csv")
    with pytest.raises(MissingDataError, match="are not there"):
        documents(folder, "b.csv")
    (folder / "empty").mkdir()
    with pytest.raises(MissingDataError, match="no clips"):
        documents(folder, "empty")


def test_nothing_outside_the_folder_is_read(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    write(folder, "a.jsonl")
    (inner / "link.jsonl").symlink_to(folder / "a.jsonl")
    (inner / "clips").symlink_to(folder / "clips")
    for name in ("../a.jsonl", "link.jsonl", "clips", "..", str(folder / "a.jsonl")):
        with pytest.raises(HarnessError, match="outside"):
            documents(inner, name)


YAML = """
task: said
metadata: {lalm: {rule: transcript, data: {path: a.jsonl}, groups: [accent], cluster: speaker}}
"""


def test_a_declared_task_runs_without_trust_and_is_scored_again(cli: Cli, folder: Path) -> None:
    items = [{**item, "accent": "x" if n else "y", "speaker": "s"} for n, item in enumerate(ITEMS)]
    write(folder, "a.jsonl", items)
    (folder / "said.yaml").write_text(YAML)
    run = folder / "run"
    done = cli("evaluate", "mock:echo", "-t", "said", "--include-path", folder, "-o", run)
    assert done.code == 0, done.err
    before = (run / "results.json").read_bytes()
    sample = jsonl(run / "samples.jsonl")[0]
    assert (sample["reference"], sample["groups"], sample["cluster"]) == (
        items[0]["text"],
        {"accent": "y"},
        "s",
    )
    parts = json.loads((run / "manifest.json").read_text())["tasks"]["said"]["signature_parts"]
    assert parts["rule"].startswith("transcript#")
    assert (parts["scorer"], "code" in parts) == ("transcript.1", False)
    assert cli("score", run).code == 0
    assert (run / "results.json").read_bytes() == before
    replies = folder / "replies.jsonl"
    replies.write_text(
        "".join(json.dumps({"id": one["id"], "response": one["text"]}) + "\n" for one in ITEMS)
    )
    scored = cli("score", "said", replies, "--include-path", folder, "-o", folder / "scored")
    assert scored.code == 0, scored.err
    assert "0.00%" in scored.out


def test_only_functions_of_the_package_itself_need_no_trust(cli: Cli, folder: Path) -> None:
    """A module of that name next to the task file is somebody's code."""
    write(folder, "a.jsonl")
    (folder / "said.yaml").write_text(YAML + "custom_dataset: !function tasks.declared.load\n")
    (folder / "tasks").mkdir()
    (folder / "tasks" / "declared.py").write_text("raise SystemExit('ran')\n")
    done = cli(
        "evaluate", "mock:echo", "-t", "said", "--include-path", folder, "-o", folder / "run"
    )
    assert done.code == 2
    assert "--trust-task-code" in done.err
    (folder / "said.yaml").write_text(YAML + "process_results: !function mine.process_results\n")
    done = cli(
        "evaluate", "mock:echo", "-t", "said", "--include-path", folder, "-o", folder / "run"
    )
    assert done.code == 2
    assert "only one can score it" in done.err


@pytest.mark.slow
def test_the_proposed_file_runs_under_plain_lm_eval(cli: Cli, folder: Path) -> None:
    """Same values there as here; the folder is given as metadata."""
    import lm_eval.models  # noqa: F401
    from lm_eval.api.model import LM
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    class Same(LM):  # type: ignore[misc]
        MULTIMODAL = True

        def generate_until(self, requests: list[Any]) -> list[str]:
            assert all(len(one.args[2]["audio"]) == 1 for one in requests)
            return ["Words of" for _ in requests]

        def loglikelihood(self, requests: list[Any]) -> list[Any]:
            raise NotImplementedError

        def loglikelihood_rolling(self, requests: list[Any]) -> list[Any]:
            raise NotImplementedError

    assert cli("tasks", "new", "said", "--from", folder / write(folder, "a.jsonl")).code == 0
    manager = TaskManager(
        include_path=str(folder), include_defaults=False, metadata={"folder": str(folder)}
    )
    found = simple_evaluate(model=Same(), tasks=["said"], task_manager=manager, bootstrap_iters=0)[
        "results"
    ]["said"]
    replies = folder / "replies.jsonl"
    replies.write_text("".join(f'{{"id": "i{n}", "response": "Words of"}}\n' for n in range(3)))
    run = folder / "run"
    assert cli("score", "said", replies, "--include-path", folder, "-o", run).code == 0
    ours = json.loads((run / "results.json").read_text())["tasks"]["said"]["metrics"]
    for metric in ("wer", "cer"):
        assert found[f"{metric},none"] == pytest.approx(ours[metric]["strict"]["value"])
