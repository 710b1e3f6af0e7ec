"""LLaSO-Eval loading: the documented copy with its oddities, the hub path, the task files, the engine."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.errors import InputFileError, MissingDataError, UnknownNameError
from tasks.llaso_eval import data, hub, scoring
from tasks.llaso_eval.layout import find_clip, read_items
from tasks.llaso_eval.sets import data_sets, task_id
from tests.support.command import CommandResult
from tests.support.data.llaso_eval import GENDER, clip, entry, write, write_copy
from tests.support.servers.hub_server import Hub

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    write_copy(tmp_path / "copy")
    return tmp_path / "copy"


def test_a_copy_with_its_oddities(copy: Path) -> None:
    docs = data.load(folder=copy, file=GENDER, version=1.0, lalm={})["test"]
    assert [doc["_id"] for doc in docs] == [f"{GENDER}/{row:04d}" for row in (0, 1, 2, 5)]
    assert docs.info.absent == (f"{GENDER}/0003", f"{GENDER}/0004")
    assert (docs.info.total, docs.info.version, docs.info.source) == (6, "local", str(copy))
    first, second, third, repeated = docs
    assert first["voice"] == ["vctk/wav48/p301\\p301_001_mic1.flac"]  # untouched
    assert second["conversations"][1]["value"] == " Female."
    assert [doc["_audio"][0].path for doc in (first, third)] == [
        "vctk/wav48/p301/p301_001_mic1.flac",
        "vctk/wav48/p302/p302_001_mic1.flac",
    ]
    assert data.audio(second)[0].info.format == "MP3"
    assert data.audio(third)[0].decode().shape == (4800,)
    assert [doc["_cluster"] for doc in docs] == ["p301", "p301", "p302", "p302"]
    assert first["_params"] == {"file": GENDER}
    assert first["_labels"] == repeated["_labels"] == ("Female.", "Male.")


def test_findings_about_a_copy_are_warnings(copy: Path) -> None:
    warnings = data.load(folder=copy, file=GENDER)["test"].info.warnings
    assert warnings[0] == f"{GENDER}: 6 items, 100 expected"
    assert "clips of several items: vctk/wav48/p302/p302_001_mic1.flac" in warnings[1]
    assert "leave the copy" in warnings[2]
    assert "../outside.flac" in warnings[2]
    assert "' Female.' 1 times instead of 0" in warnings[3]
    assert "'Female.' 1 times instead of 56" in warnings[3]


def test_json_lines_are_split_at_newlines_only_and_prompts_are_the_items_own(copy: Path) -> None:
    docs = data.load(folder=copy, file="dolly_instruction_0_test")["test"]
    assert [data.prompt(doc) for doc in docs] == ["<audio>Duck facts.", "<audio>No marker"]
    assert scoring.reference(docs[0]) == "Two\u2028lines\x85."
    assert data.prompt({**entry("a", "b", "<audio> one <audio> two")}) == "<audio> one  two"


def test_a_row_too_many_is_kept_and_reported(tmp_path: Path) -> None:
    rows = [entry(f"for\\{row}.wav", "Fake." if row < 51 else "Real.") for row in range(101)]
    file = "Synthetic_Audio_Classification_test"
    write(tmp_path / "text_audio" / f"{file}.json", json.dumps(rows).encode())
    for row in range(101):
        write(tmp_path / "for" / f"{row}.wav", clip(seconds=0.01))
    docs = data.load(folder=tmp_path, file=file)["test"]
    assert len(docs) == 101
    assert docs.info.warnings[0] == f"{file}: 101 items, 100 expected"
    assert "'Fake.' 51 times instead of 50" in docs.info.warnings[1]


def test_a_copy_deeper_in_the_folder_is_found(tmp_path: Path) -> None:
    write_copy(tmp_path / "downloads" / "hub" / "LLaSO-Eval")
    docs = data.load(folder=tmp_path / "downloads", file="dolly_instruction_0_test")["test"]
    assert len(docs) == 2
    assert docs.info.absent == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"voice": ["a.wav"]', "not valid JSON"),
        (b'{"voice": ["a.wav"]}\n{"voice": [', ":2: not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "item 0 is int"),
        (b'[{"voice": ["a.wav"]}]', "no text in conversations"),
        (
            json.dumps([{"conversations": [{"value": "Q"}, {"value": None}]}]).encode(),
            "reference is None",
        ),
    ],
)
def test_malformed_items_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    write(tmp_path / f"{GENDER}.json", content)
    with pytest.raises(InputFileError, match=message):
        data.load(folder=tmp_path, file=GENDER)


def test_missing_data_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="--data llaso_eval=FOLDER"):
        data.load(folder=tmp_path, file=GENDER)
    with pytest.raises(MissingDataError):
        data.load(folder=tmp_path / "absent", file=GENDER)
    with pytest.raises(UnknownNameError):
        data.load(folder=tmp_path, file="quacks_test")


@pytest.mark.parametrize("path", ["../x.wav", "/etc/hostname", "a/../../x.wav", "C:/x.wav", ""])
def test_a_clip_outside_the_copy_is_never_opened(tmp_path: Path, path: str) -> None:
    write(tmp_path / "x.wav", b"x")
    (tmp_path / "copy").mkdir()
    assert find_clip([tmp_path / "copy"], path) is None


def test_unreadable_items(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot read"):
        read_items(tmp_path)


# --- hub ---------------------------------------------------------------------------------------


@pytest.fixture
def loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub().serve() as served:
        served.use(monkeypatch, tmp_path / "cache")
        yield served


def put(served: Hub, root: Path) -> str:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    content = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    return served.commit(hub.REPOSITORY, content)


@pytest.mark.network
def test_only_the_files_of_the_data_set_are_fetched(loopback: Hub, copy: Path) -> None:
    commit = put(loopback, copy)
    docs = data.load(file=GENDER)["test"]
    assert [doc["_id"] for doc in docs] == [f"{GENDER}/{row:04d}" for row in (0, 1, 2, 5)]
    assert (docs.info.source, docs.info.version) == (hub.REPOSITORY, commit)
    assert data.audio(docs[0])[0].decode().shape == (4800,)
    assert not any("dolly" in path for path in loopback.contents())
    before = len(loopback.contents())
    again = data.load(file=GENDER, revision=commit)["test"]
    assert [doc["_id"] for doc in again] == [doc["_id"] for doc in docs]
    assert len(loopback.contents()) == before  # cached


@pytest.mark.network
def test_packed_clips_and_an_absent_set_are_named(loopback: Hub, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    items = [entry("v\\a.flac", "Male.")]
    write(root / "text_audio" / f"{GENDER}.json", json.dumps(items).encode())
    write(root / "audio.tar", b"packed")
    put(loopback, root)
    with pytest.raises(MissingDataError, match="archives"):
        data.load(file=GENDER)
    with pytest.raises(MissingDataError, match="no ASR_test"):
        data.load(file="ASR_test")
    with pytest.raises(MissingDataError, match="cannot fetch the hub data set"):
        data.load(file=GENDER, revision="no-such-branch")


# --- task files and engine ---------------------------------------------------------------------


def test_the_committed_task_files_are_what_the_script_makes() -> None:
    path = ROOT / "scripts" / "make_llaso_yaml.py"
    spec = importlib.util.spec_from_file_location("make_llaso_yaml", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    folder = ROOT / "tasks" / "llaso_eval"
    made = script.files()
    found = {p.name for p in folder.glob("llaso_*.yaml")}
    assert found == made.keys()
    for name, content in made.items():
        assert (folder / name).read_text(encoding="utf-8") == content, name


def test_every_task_file_is_valid_and_declares_its_metrics() -> None:
    from harness.task_loading.schema import parse_task
    from harness.task_loading.yaml_file import load_yaml

    for file, facts in data_sets().items():
        spec = parse_task(load_yaml(ROOT / "tasks" / "llaso_eval" / f"{task_id(file)}.yaml"))
        assert (spec.task, spec.benchmark, spec.items) == (task_id(file), "llaso_eval", facts.n)
        assert spec.metrics == facts.metrics
        assert spec.official_metrics == set(facts.metrics)
        assert spec.judged_metrics == ({"judge_score"} if facts.judged else set())
        assert spec.anchors.keys() == set(facts.metrics)


def test_plain_lm_eval_runs_a_task_with_the_same_official_number(copy: Path) -> None:
    import lm_eval.models  # noqa: F401
    from lm_eval.tasks import TaskManager

    task = task_id(GENDER)
    manager = TaskManager(
        include_path=str(ROOT / "tasks" / "llaso_eval"),
        include_defaults=False,
        metadata={"folder": str(copy)},
    )
    loaded = manager.load([task])["tasks"][task]
    docs = list(loaded.test_docs())
    assert [loaded.doc_to_text(doc) for doc in docs] == ["Male or female?<audio>"] * 4
    assert loaded.doc_to_audio(docs[0])[0].path.endswith("p301_001_mic1.flac")
    assert loaded.doc_to_target(docs[1]) == " Female."
    results = [loaded.process_results(doc, ["female."]) for doc in docs]
    aggregate = loaded.aggregation()["accuracy"]
    assert aggregate([result["accuracy"] for result in results]) == 0.25


def test_evaluate_runs_a_copy_through_to_results(
    copy: Path, tmp_path: Path, cli: Callable[..., CommandResult]
) -> None:
    out = tmp_path / "run"
    arguments = ("evaluate", "baseline:first", "-t", task_id(GENDER), "-o", out)
    stopped = cli(*arguments, "--data", f"llaso_eval={copy}")
    assert stopped.code == 0, stopped.err
    result = json.loads((out / "results.json").read_text(encoding="utf-8"))["tasks"][
        task_id(GENDER)
    ]
    assert result["n"] == 4
    assert result["metrics"]["accuracy"]["official"]["value"] == 0.5  # "Male." to every prompt
    assert "n:4/6" in json.dumps(result["signature"])
    assert "labels:2#" in json.dumps(result["signature"])
