"""Hazards: shards that ask an item twice or never, that differ in length, or that depend on the machine; a merge that mixes runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import UsageError
from harness.evaluation.plan import PlannedTask, plan_tasks
from harness.evaluation.selection.shards import Shard, Work, parse_shard
from harness.settings import Settings
from tests.support import clips
from tests.support.command import CommandResult, start
from tests.support.runs.toy import (
    FLAGS,
    TOY,
    evaluate_arguments,
    jsonl,
    results,
    script,
    snapshot,
    timeless,
    write_tone,
)

Cli = Callable[..., CommandResult]
ITEMS = 23


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


@pytest.fixture
def model(tmp_path: Path) -> str:
    """Right on all items but three, one of which is an error."""
    replies = script(
        tmp_path / "script.json", ITEMS, i3="no idea", i9="no idea", i14={"error": "x"}
    )
    return f"mock:script:{replies}"


def planned(repeats: int = 1) -> PlannedTask:
    settings = Settings(
        "mock:echo", ("toy",), include_path=(TOY,), trust_task_code=True, repeats=repeats
    )
    return plan_tasks(settings).tasks[0]


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("of", [1, 2, 3, 5, ITEMS, 40])
def test_every_item_is_in_exactly_one_shard_and_shards_have_one_size(of: int, repeats: int) -> None:
    task = planned(repeats)
    shards = [Shard(index, of).units(task) for index in range(1, of + 1)]
    assert sorted(unit for shard in shards for unit in shard) == [
        (position, repeat) for position in range(ITEMS) for repeat in range(repeats)
    ]
    sizes = {len(shard) for shard in shards}
    assert max(sizes) - min(sizes) <= 1
    assert all(shard == sorted(shard) for shard in shards)


def test_shards_are_equally_long_and_do_not_depend_on_the_order_of_documents(
    tmp_path: Path,
) -> None:
    task = planned()
    lengths = [0.1 * (1 + (7 * number) % 19) for number in range(ITEMS)]
    files = [
        clips.write(tmp_path / f"{number}.wav", clips.tone(length, 440.0, 8000, level=0.3), 8000)
        for number, length in enumerate(lengths)
    ]
    documents = list(task.documents)

    def dealt(order: list[int]) -> list[set[str]]:
        docs = [{**documents[number], "_audio": [AudioRef(files[number])]} for number in order]
        held = Held(docs, task, order)
        return [
            {str(docs[position]["_id"]) for position, _ in Shard(index, 4).units(held)}
            for index in range(1, 5)
        ]

    forward = dealt(list(range(ITEMS)))
    assert forward == dealt([*reversed(range(ITEMS))])
    by_id = {str(doc["_id"]): lengths[number] for number, doc in enumerate(documents)}
    totals = [sum(by_id[name] for name in shard) for shard in forward]
    assert max(totals) - min(totals) <= max(lengths)


class Held(PlannedTask):
    """A planned task with other documents."""

    def __init__(self, docs: list[dict[str, Any]], task: PlannedTask, order: list[int]) -> None:
        keys = [task.item_keys[number] for number in order]
        for name, value in (
            ("task", task.task),
            ("documents", docs),
            ("item_keys", keys),
            ("ranges", [[0, len(docs)]]),
            ("repeats", 1),
        ):
            object.__setattr__(self, name, value)


def test_a_small_task_does_not_always_begin_with_the_first_shard() -> None:
    """Twelve tasks of one item each are dealt over three shards, not all to the first."""
    task = planned()
    owners = set()
    for number in range(12):
        one = Held([task.documents[0]], task, [0])
        owners |= {
            index
            for index in (1, 2, 3)
            if Shard(index, 3).units(Named(one, f"{one.name}-{number}"))
        }
    assert owners == {1, 2, 3}


class Named(Held):
    """A planned task under another name."""

    def __init__(self, task: PlannedTask, name: str) -> None:
        super().__init__(list(task.documents), task, [0])
        object.__setattr__(self, "called", name)

    @property
    def name(self) -> str:
        called: str = self.called  # type: ignore[attr-defined]
        return called


@pytest.mark.parametrize(
    "text", ["0/4", "5/4", "1", "1/0", "a/b", "-1/4", "1/4/2", "", "1/1000000"]
)
def test_what_is_no_part_of_a_run_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not name a part"):
        parse_shard(text)


def run_shards(cli: Cli, model: str, root: Path, of: int, *more: str) -> list[Path]:
    folders = [root / f"shard-{index}" for index in range(1, of + 1)]
    for index, folder in enumerate(folders, start=1):
        done = cli(*evaluate_arguments(model, folder, "--shard", f"{index}/{of}", *more))
        assert done.code in (0, 3), done.err
    return folders


def test_seven_merged_shards_are_the_single_run(cli: Cli, tmp_path: Path, model: str) -> None:
    """Derived files are byte-identical; nothing of the parts changes; the log has every item once."""
    assert cli(*evaluate_arguments(model, tmp_path / "one")).code == 3
    shards = run_shards(cli, model, tmp_path, 7)
    before = [snapshot(folder) for folder in shards]
    merged = cli("merge", *shards, "-o", tmp_path / "all", *FLAGS)
    assert merged.code == 3, merged.err
    assert "1 of 23 items failed" in merged.err
    assert timeless(tmp_path / "all") == timeless(tmp_path / "one")
    assert [snapshot(folder) for folder in shards] == before
    keys = [line["id"] for line in jsonl(tmp_path / "all" / "responses.jsonl")]
    assert len(keys) == len(set(keys)) == ITEMS
    manifest = json.loads((tmp_path / "all" / "manifest.json").read_text())
    assert "shard" not in manifest
    assert [entry["shard"]["index"] for entry in manifest["merged"]] == [1, 2, 3, 4, 5, 6, 7]
    again = cli(*evaluate_arguments(model, tmp_path / "all", "--retry-errors", "--max-errors", "1"))
    assert again.code == 0, again.err


@pytest.mark.long
def test_shards_that_run_as_processes_at_the_same_time(
    cli: Cli, tmp_path: Path, model: str
) -> None:
    """As the jobs of an array do: nothing is shared but the command."""
    folders = [tmp_path / f"job-{index}" for index in (1, 2, 3)]
    jobs: list[subprocess.Popen[str]] = [
        start(*evaluate_arguments(model, folder, "--shard", f"{index}/3", "--max-errors", "1"))
        for index, folder in enumerate(folders, start=1)
    ]
    for job in jobs:
        _, err = job.communicate(timeout=120)
        assert job.returncode == 0, err
        assert "is complete" in err
    assert cli(*evaluate_arguments(model, tmp_path / "one", "--max-errors", "1")).code == 0
    merged = cli("merge", *folders, "-o", tmp_path / "all", "--max-errors", "1", *FLAGS)
    assert merged.code == 0, merged.err
    assert timeless(tmp_path / "all") == timeless(tmp_path / "one")


def test_repeats_are_dealt_out_too(cli: Cli, tmp_path: Path, model: str) -> None:
    sampled = ("--repeats", "3", "--gen-kwargs", "temperature=0.5", "--max-errors", "3")
    assert cli(*evaluate_arguments(model, tmp_path / "one", *sampled)).code == 0
    shards = run_shards(cli, model, tmp_path, 4, *sampled)
    merged = cli("merge", *shards, "-o", tmp_path / "all", "--max-errors", "3", *FLAGS)
    assert merged.code == 0, merged.err
    assert timeless(tmp_path / "all") == timeless(tmp_path / "one")


def test_what_is_missing_is_named_and_the_whole_command_asks_for_it(
    cli: Cli, tmp_path: Path, model: str
) -> None:
    shards = run_shards(cli, model, tmp_path, 4, "--max-errors", "1")
    merged = cli("merge", shards[0], shards[2], shards[3], "-o", tmp_path / "all", *FLAGS)
    assert merged.code == 3
    assert "no part is the shard 2/4" in merged.err
    missing = results(tmp_path / "all")["tasks"]["toy"]["missing"]
    assert missing == len(jsonl(shards[1] / "responses.jsonl"))
    done = cli(*evaluate_arguments(model, tmp_path / "all", "--max-errors", "1"))
    assert done.code == 0, done.err
    assert cli(*evaluate_arguments(model, tmp_path / "one", "--max-errors", "1")).code == 0
    assert timeless(tmp_path / "all") == timeless(tmp_path / "one")


def test_a_shard_knows_when_it_is_complete(cli: Cli, tmp_path: Path, model: str) -> None:
    (shard, *_) = run_shards(cli, model, tmp_path, 4, "--max-errors", "1")
    shown = cli("status", shard, "--json")
    state = json.loads(shown.out)
    assert state["state"] == "complete"
    assert state["tasks"][0]["done"] == state["tasks"][0]["total"] < ITEMS
    lines = (shard / "responses.jsonl").read_bytes().splitlines(keepends=True)
    (shard / "responses.jsonl").write_bytes(b"".join(lines[:-1]))
    assert json.loads(cli("status", shard, "--json").out)["state"] == "interrupted"


def test_an_error_of_one_part_gives_way_to_the_reply_of_another(
    cli: Cli, tmp_path: Path, model: str
) -> None:
    """A shard that ran again elsewhere: its reply counts, whichever is named first."""
    shards = run_shards(cli, model, tmp_path, 2, "--max-errors", "1")
    faulty = next(
        folder
        for folder in shards
        if any(line["outcome"] == "error" for line in jsonl(folder / "responses.jsonl"))
    )
    mended = tmp_path / "mended"
    mended.mkdir()
    for path in faulty.iterdir():
        (mended / path.name).write_bytes(path.read_bytes())
    log = jsonl(mended / "responses.jsonl")
    for line in log:
        if line["outcome"] == "error":
            line.update(outcome="answered", response="answer 14", error=None, finish="stop")
    (mended / "responses.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
    for number, order in enumerate(([mended, *shards], [*shards, mended])):
        done = cli("merge", *order, "-o", tmp_path / f"all-{number}", *FLAGS)
        assert done.code == 0, done.err
        assert results(tmp_path / f"all-{number}")["tasks"]["toy"]["outcomes"]["error"] == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("mock:hash",), "of two models"),
        (("--seed", "7"), "seeds 1234 and 7"),
        (("--limit", "20"), "different settings"),
        (("--gen-kwargs", "max_new_tokens=5"), "different settings"),
        (("--shard", "2/3"), "cut differently"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    cli: Cli, tmp_path: Path, model: str, change: tuple[str, ...], says: str
) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    common = ("--max-errors", "9")
    cli(*evaluate_arguments(model, one, "--shard", "1/2", *common))
    second = change[0] if change[0].startswith("mock:") else model
    more = () if second != model else change
    shard = () if "--shard" in more else ("--shard", "2/2")
    cli(*evaluate_arguments(second, other, *shard, *more, *common))
    done = cli("merge", one, other, "-o", tmp_path / "all", *FLAGS)
    assert done.code == 2, done.err
    assert says in done.err
    assert not (tmp_path / "all").exists()
    assert not [path for path in tmp_path.iterdir() if ".merge-" in path.name]


def test_two_different_replies_to_one_item_are_refused_by_name(
    cli: Cli, tmp_path: Path, model: str
) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    for folder in (one, other):
        cli(*evaluate_arguments(model, folder, "--max-errors", "1"))
    assert cli("merge", one, other, "-o", tmp_path / "same", "--max-errors", "1", *FLAGS).code == 0
    log = (other / "responses.jsonl").read_text()
    (other / "responses.jsonl").write_text(log.replace('"answer 5"', '"answer 6"'))
    done = cli("merge", one, other, "-o", tmp_path / "all", *FLAGS)
    assert done.code == 2
    assert "toy item-00005, repeat 0, with different replies" in done.err


def test_bad_targets_are_refused(cli: Cli, tmp_path: Path, model: str) -> None:
    shards = run_shards(cli, model, tmp_path, 2, "--max-errors", "1")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "notes.txt").write_text("mine")
    for target, says in (
        (taken, "is there already"),
        (shards[0], "is one of the parts"),
        (shards[0] / "all", "lies in it"),
    ):
        done = cli("merge", *shards, "-o", target, *FLAGS)
        assert (done.code, says in done.err) == (2, True), done.err
    assert (taken / "notes.txt").read_text() == "mine"
    for arguments, says in (
        ((shards[0], shards[0], "-o", tmp_path / "x"), "named twice"),
        ((shards[0], "-o", tmp_path / "x"), "at least two"),
        (tuple(shards), "-o RUN_DIR is missing"),
        ((shards[0], taken, "-o", tmp_path / "x"), "not a run directory"),
    ):
        done = cli("merge", *arguments, *FLAGS)
        assert (done.code, says in done.err) == (2, True), done.err


def test_a_shard_directory_takes_no_other_part(cli: Cli, tmp_path: Path, model: str) -> None:
    (shard, *_) = run_shards(cli, model, tmp_path, 2, "--max-errors", "1")
    for flags in ((), ("--shard", "2/2"), ("--shard", "1/3")):
        done = cli(*evaluate_arguments(model, shard, *flags))
        assert done.code == 2, done.err
        assert "this run directory holds shard 1/2" in done.err
    assert Work(None, {"toy": 3}).shard_note() is None
