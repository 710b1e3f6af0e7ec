"""Hazards of a comparison: pairs that are no pairs, gains called losses, an engine called the same that is not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.comparison.two_runs.compare import compare
from harness.comparison.two_runs.result import Comparison
from harness.errors import UnknownNameError, UsageError
from harness.run.reader import read_run
from tests.support.golden import check, without_assets
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run

GOLDEN = Path(__file__).parent / "golden"
TASK = "own_choice"


def edit(run: Path, changes: Mapping[str, Mapping[str, Any]]) -> Path:
    """Give items of a run other texts or clips, by id."""
    lines = [json.loads(line) for line in (run / "samples.jsonl").read_text().split("\n") if line]
    for line in lines:
        line |= changes.get(str(line["id"]), {})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (run / "samples.jsonl").write_text(text, encoding="utf-8")
    return run


def run(root: Path, values: str | list[Item], name: str = "a", **kwargs: Any) -> Path:
    items = binary(values) if isinstance(values, str) else values
    fake = FakeTask(items, benchmark="own", **kwargs)
    return write_run(root / name, {TASK: fake}, benchmarks=False, model=f"mock:{name}")


def between(one: Path, other: Path, **options: Any) -> Comparison:
    return compare(read_run(one), read_run(other), **options)


def prompt(text: str, digest: str | None = None) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}]
    clips = []
    if digest is not None:
        parts.insert(0, {"type": "audio", "path": None, "sha256": digest})
        clip = {"sha256": digest, "path": None, "seconds": 1.0, "sampling_rate": 16000}
        clips.append(clip)
    return {"messages": [{"role": "user", "content": parts}], "audio": clips}


def example(tmp_path: Path) -> Comparison:
    """Two runs with every kind of change."""
    names = [f"i{number}" for number in range(12)]
    before = {
        name: {**prompt(f"Question {name}?", "c0"), "response": "yes", "reference": "yes"}
        for name in names
    }
    after = {
        name: {**entry, "response": "no"} if name in ("i0", "i11") else entry
        for name, entry in before.items()
    }
    after["i3"] = {**prompt("Another question?", "c9"), "response": "no", "reference": "yes"}
    a = edit(run(tmp_path, "111111100000"), before)
    b = edit(run(tmp_path, "01111110000e", "b", parts={"gen": "t0.7#1"}), after)
    return between(a, b)


def test_every_form_is_what_it_was(tmp_path: Path) -> None:
    found = example(tmp_path)
    check(GOLDEN / "compare.txt", found.to_text())
    check(GOLDEN / "compare.md", found.to_markdown())
    check(GOLDEN / "compare.json", json.dumps(found.to_json(), indent=1) + "\n")
    check(GOLDEN / "compare.html", without_assets(found.to_html()))


def test_gained_and_lost_are_seen_from_b(tmp_path: Path) -> None:
    found = between(run(tmp_path, "1100"), run(tmp_path, "1010", "b"))
    (task,) = found.tasks
    assert [item.id for item in task.lost] == ["i1"]
    assert [item.id for item in task.gained] == ["i2"]
    assert (task.both_right, task.both_wrong) == (1, 1)
    (row,) = found.metrics
    assert (row.difference, row.result) == (0.0, "undecided")


def test_the_direction_of_a_rate_turns_gain_and_loss(tmp_path: Path) -> None:
    def spoken(edits: str) -> list[Item]:
        return [Item(f"s{i}", (int(e), 10)) for i, e in enumerate(edits)]

    one = run(tmp_path, spoken("0" * 20), metric="wer")
    other = run(tmp_path, spoken("5" + "2" * 19), "b", metric="wer")
    found = between(one, other)
    assert [item.id for item in found.tasks[0].lost][:1] == ["s0"]  # the largest loss first
    assert len(found.tasks[0].lost) == 20 and not found.tasks[0].gained
    (row,) = found.metrics
    assert row.difference == pytest.approx(0.215) and row.result == "worse"


def test_items_pair_by_content_and_not_by_id(tmp_path: Path) -> None:
    ours = [Item(number, 1, item_key=f"k{number}") for number in range(4)]
    theirs = [Item(3 - number, 0, item_key=f"k{number}") for number in range(3)]
    found = between(run(tmp_path, ours), run(tmp_path, theirs, "b"))
    (task,) = found.tasks
    assert (task.pairs, task.only_a, task.only_b) == (3, 1, 0)
    assert [item.id for item in task.lost] == [0, 1, 2]


def test_nothing_is_refused_and_every_difference_of_signatures_is_named(tmp_path: Path) -> None:
    one = run(tmp_path, "1100", parts={"prompt": "p#1"})
    other = run(tmp_path, "1100", "b", parts={"prompt": "p#2", "data": "v2#x"})
    found = between(one, other)
    assert found.tasks[0].differs == {"data": ("v1#aaaaaa", "v2#x"), "prompt": ("p#1", "p#2")}
    assert "signatures differ in prompt: A p#1, B p#2 (own_choice)" in found.to_text()


def test_failed_pairs_are_counted_and_neither_lost_nor_tested(tmp_path: Path) -> None:
    found = between(run(tmp_path, "1111"), run(tmp_path, "111e", "b"))
    assert (found.tasks[0].errors, found.tasks[0].pairs) == (1, 3)
    assert found.metrics[0].n == 3 and not found.tasks[0].lost


def test_the_same_engine_and_the_first_reply_where_it_is_not(tmp_path: Path) -> None:
    texts = {f"i{n}": {**prompt("Q", f"c{n}"), "response": f"reply {n}"} for n in range(4)}
    one = edit(run(tmp_path, "1100"), texts)
    same = edit(run(tmp_path, "1100", "b"), texts)
    engine = between(one, same).engine
    assert engine.verdict == "the same: all 4 replies are equal"
    assert engine.differs["spec"] == ("mock:a", "mock:b")
    changed = {**texts, "i2": {**texts["i2"], "response": "reply 2."}}
    engine = between(one, edit(run(tmp_path, "1100", "c"), changed)).engine
    assert engine.first is not None and (engine.first.id, engine.first.b.response) == (
        "i2",
        "reply 2.",
    )
    assert engine.verdict == (
        "not the same: 1 of 4 replies differ, with the same clips; the first is i2 of own_choice"
    )


def test_equal_replies_to_other_clips_are_not_called_the_same(tmp_path: Path) -> None:
    texts = {f"i{n}": {**prompt("Q", f"c{n}"), "response": "x"} for n in range(3)}
    other = {**texts, "i1": {**prompt("Q", "resampled"), "response": "x"}}
    one = edit(run(tmp_path, "110"), texts)
    engine = between(one, edit(run(tmp_path, "110", "b"), other)).engine
    assert engine.verdict == "all 3 replies are equal, but the clips of 1 of 3 pairs differ"
    assert engine.first_clip is not None and engine.first_clip.b.clips == ("resampled",)


def test_without_digests_nothing_is_said_about_clips(tmp_path: Path) -> None:
    text = between(run(tmp_path, "10"), run(tmp_path, "10", "b")).to_text()
    assert "no digests in both runs" in text


def test_abstention_is_shown_and_not_tested(tmp_path: Path) -> None:
    one = run(tmp_path, "0" * 40, metric="abstention_rate")
    other = run(tmp_path, "1" * 40, "b", metric="abstention_rate")
    (row,) = between(one, other).metrics
    assert (row.p_adjusted, row.result, row.difference) == (None, "not tested", 1.0)


def test_runs_without_a_common_task_and_unknown_tasks_are_refused(tmp_path: Path) -> None:
    one = run(tmp_path, "10")
    fake = {"else": FakeTask(binary("10"), benchmark="other")}
    with pytest.raises(UsageError, match="have no task in common"):
        between(one, write_run(tmp_path / "c", fake, benchmarks=False))
    with pytest.raises(UnknownNameError, match="own_chioce"):
        between(one, run(tmp_path, "10", "b"), tasks=["own_chioce"])


def test_hostile_words_stay_inert_in_every_form(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)> | `x` [a](http://h) \x1b[2J\u202e"
    texts = {"i1": {**prompt(hostile), "response": hostile, "reference": hostile}}
    one = edit(run(tmp_path, "11"), texts)
    found = between(one, edit(run(tmp_path, "10", "b"), texts))
    page, text, markdown = found.to_html(), found.to_text(), found.to_markdown()
    assert "<img" not in page and page.count("<script>") == 1
    assert "<img" not in markdown and "](http://" not in markdown
    for form in (page, text, markdown, json.dumps(found.to_json())):
        assert "\x1b" not in form and "\u202e" not in form
    table = [line for line in markdown.split("\n") if line.startswith("|")][-3:]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
