"""Reading run directories: clear errors, newline-only lines, one pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError, UsageError
from harness.run.reader import read_run
from tests.support.runs.board_runs import FakeTask, binary, write_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tasks = {"own_a": FakeTask(binary("10")), "own_b": FakeTask(binary("111"))}
    return write_run(tmp_path / "run", tasks, name="a name", benchmarks=False)


def test_reads_what_was_written(path: Path) -> None:
    view = read_run(path)
    assert view.name == "a name"
    assert list(view.tasks) == ["own_a", "own_b"]
    assert view.results["tasks"]["own_a"]["metrics"]["accuracy"]["strict"]["value"] == 0.5
    assert [line["id"] for line in view.samples("own_b")] == ["i0", "i1", "i2"]
    assert len(list(view.samples())) == 5


def test_lines_end_at_the_newline_only(path: Path) -> None:
    """Every response of the fake run holds U+2028, which str.splitlines would split at."""
    lines = list(read_run(path).samples())
    assert all("\u2028" in line["response"] for line in lines)


def test_index_keeps_scores_and_drops_texts(path: Path) -> None:
    index = read_run(path).sample_index()
    assert {task: len(lines) for task, lines in index.items()} == {"own_a": 2, "own_b": 3}
    assert "response" not in index["own_a"][0]
    assert index["own_a"][0]["stats"]["accuracy"]["strict"] == {"correct": 1, "n": 1}


def test_name_falls_back_to_the_folder(path: Path) -> None:
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["name"] = ""
    (path / "manifest.json").write_text(json.dumps(manifest))
    assert read_run(path).name == "run"


def test_not_a_run_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        read_run(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="not a run directory"):
        read_run(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        read_run(tmp_path / "file")


def test_unscored_run_names_the_command(path: Path) -> None:
    (path / "results.json").unlink()
    with pytest.raises(UsageError, match="harness score ") as caught:
        read_run(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["manifest.json", "results.json"])
@pytest.mark.parametrize("version", [2, None, "1"])
def test_other_schema_versions_are_refused(path: Path, name: str, version: Any) -> None:
    content = json.loads((path / name).read_text())
    content["schema_version"] = version
    (path / name).write_text(json.dumps(content))
    with pytest.raises(UsageError, match="schema_version") as caught:
        read_run(path)
    assert name in str(caught.value)


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"\xff\xfe", b'"x"'])
@pytest.mark.parametrize("name", ["manifest.json", "results.json"])
def test_damaged_files_are_named(path: Path, name: str, content: bytes) -> None:
    (path / name).write_bytes(content)
    with pytest.raises(InputFileError) as caught:
        read_run(path)
    assert name in str(caught.value)


def test_a_damaged_sample_line_is_named_by_number(path: Path) -> None:
    with (path / "samples.jsonl").open("a") as file:
        file.write('{"task": \n')
    with pytest.raises(InputFileError, match=r"samples\.jsonl:6"):
        list(read_run(path).samples())


def test_missing_samples_file_names_the_command(path: Path) -> None:
    (path / "samples.jsonl").unlink()
    with pytest.raises(InputFileError, match="harness score"):
        list(read_run(path).samples())


@pytest.mark.parametrize("field", ["audio", "usage", "seconds"])
def test_an_index_refuses_a_damaged_cost(path: Path, field: str) -> None:
    file = path / "samples.jsonl"
    lines = file.read_text(encoding="utf-8").split("\n")
    lines[0] = json.dumps({**json.loads(lines[0]), field: ["x"]})
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputFileError, match=field):
        read_run(path).sample_index()
