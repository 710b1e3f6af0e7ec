"""Hazards: letters or gold that do not follow the options, orders that differ between runs, bias that is not measured as it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.evaluation.plan import PlannedTask, plan_tasks
from harness.evaluation.variations.orders import Permute, order_of, parse_permute
from harness.settings import Settings
from harness.types import Audio
from metrics.statistics.intervals import wilson
from tests.support.command import CommandResult
from tests.support.runs import behaviours
from tests.support.runs.toy import FLAGS, jsonl, results, snapshot, timeless, write_tone

Cli = Callable[..., CommandResult]
CHOICE = ("-t", "quickstart_choice", "--permute", "options:4")


def orders(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = results(run)["tasks"]["quickstart_choice"]["variations"]["orders"]
    return found


def test_every_option_stands_everywhere_once_in_a_round() -> None:
    for count in (2, 3, 4, 7):
        for item in ("a", "b"):
            found = [order_of(count, number, item, 1234) for number in range(count)]
            for place in range(count):
                assert sorted(order[place] for order in found) == list(range(count))


def test_orders_are_all_different_as_long_as_there_are_others() -> None:
    found = [order_of(4, number, "item", 1) for number in range(48)]
    assert set(Counter(found).values()) == {2}
    assert len(set(found[:24])) == 24


def test_orders_depend_on_item_and_seed_alone() -> None:
    """These are facts: another order would be another request of runs that go on."""
    assert [order_of(4, number, "item", 1234) for number in range(3)] == [
        (1, 3, 2, 0),
        (3, 2, 0, 1),
        (2, 0, 1, 3),
    ]
    first = Counter(order_of(4, 0, f"item {number}", 1234)[0] for number in range(4000))
    assert all(900 < count < 1100 for count in first.values())
    assert order_of(4, 0, "item", 1235) != order_of(4, 0, "item", 1234)


@pytest.mark.parametrize(
    "text", ["option", "options:0", "options:", "options:1.5", "options:4:2", ""]
)
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--permute"):
        parse_permute(text, 1)
    with pytest.raises(UsageError, match="at most 10,000"):
        parse_permute("options:10001", 1)
    assert parse_permute(None, 1) is None
    assert parse_permute("options:10000", 1) == Permute(10_000, 1)


def planned(*more: str, **settings: Any) -> PlannedTask:
    tasks = more or ("quickstart_choice",)
    return plan_tasks(Settings("mock:hash", tasks, judge="none", **settings)).tasks[0]


def test_the_prompt_shows_the_order_and_the_clip_stays() -> None:
    plain, task = planned(), planned(permute="options:4")
    assert task.parts == {**plain.parts, "n": "12/12x4", "permute": "options:4@1234"}
    for position, doc in enumerate(plain.documents):
        seen = set()
        for repeat in range(4):
            asked = task.document(position, repeat)
            text = str(task.task.messages(asked)[-1].parts[-1])
            places = [text.index(option) for option in asked["options"]]
            assert places == sorted(places)
            assert asked["options"] == [doc["options"][n] for n in asked["_order"]]
            assert asked["answer"] == doc["answer"]
            (clip,) = [p for p in task.task.messages(asked)[-1].parts if isinstance(p, Audio)]
            assert clip == doc["_audio"][0]
            seen.add(asked["options"].index(doc["answer"]))
        assert seen == {0, 1, 2, 3}
    assert list(task.item_keys) == list(plain.item_keys)


def test_a_control_treats_every_order_alike() -> None:
    """Noise is drawn by item, and the item is the same in every order."""
    task = planned(permute="options:4", control="noise:0")
    digests = {
        part.sha256
        for repeat in range(4)
        for part in task.task.messages(task.document(0, repeat))[-1].parts
        if isinstance(part, Audio)
    }
    assert len(digests) == 1


def test_a_model_that_listens_has_no_bias(cli: Cli, tmp_path: Path) -> None:
    model = behaviours.models(tmp_path)["listens"]
    assert cli("evaluate", model, *CHOICE, "-o", tmp_path / "run").code == 0
    found = orders(tmp_path / "run")
    assert found["all_right"] == {"value": 1.0, "ci95": [pytest.approx(0.75), 1.0], "n": 12}
    assert found["all_same"]["value"] == 1.0
    for one in found["positions"]:
        assert (one["gold"]["value"], one["gold"]["n"]) == (1.0, 12)
        assert (one["chosen"]["value"], one["share"]["value"]) == (1.0, 0.25)
        assert (one["bias"]["value"], one["bias"]["n"]) == (0.0, 48)
        assert one["bias"]["ci95"] == [-0.25, 0.25]


def test_a_model_that_always_says_b_is_all_bias(cli: Cli, tmp_path: Path) -> None:
    done = cli("evaluate", "mock:fixed:B", *CHOICE, "-o", tmp_path / "run")
    assert done.code == 0
    found = orders(tmp_path / "run")
    assert found["all_right"]["value"] == found["all_same"]["value"] == 0.0
    assert found["all_right"]["ci95"] == [0.0, pytest.approx(0.25)]
    values = [[one[key]["value"] for key in ("gold", "chosen", "share", "bias")] for one in found["positions"]]  # fmt: skip
    assert values == [
        [0.0, None, 0.0, -0.25],
        [1.0, 0.25, 1.0, 0.75],
        [0.0, None, 0.0, -0.25],
        [0.0, None, 0.0, -0.25],
    ]
    low, high = found["positions"][1]["bias"]["ci95"]
    assert 0.0 < low < 0.75 < high
    assert results(tmp_path / "run")["tasks"]["quickstart_choice"]["metrics"]["accuracy"]["strict"]["value"] == 0.25  # fmt: skip
    assert "0.0% [0.0, 25.0] of 12 items are right in all 4 orders" in done.out
    assert (
        "option 2: right where it is the answer 100.0% [75.0, 100.0], chosen in 100.0%" in done.out
    )
    assert "pass@" not in done.out
    assert "greedy: repeats" not in done.out
    assert cli("report", tmp_path / "run").code == 0
    assert "bias +75.0%" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_model_that_knows_some_texts_is_robust_about_these(cli: Cli, tmp_path: Path) -> None:
    model = behaviours.models(tmp_path)["reads"]
    assert cli("evaluate", model, *CHOICE, "-o", tmp_path / "run").code == 0
    found = orders(tmp_path / "run")
    expected = wilson(behaviours.KNOWN, 12)
    assert found["all_right"]["value"] == pytest.approx(behaviours.KNOWN / 12)
    assert found["all_right"]["ci95"] == [pytest.approx(bound) for bound in expected]
    assert found["all_same"]["value"] == 1.0
    assert all(one["bias"]["value"] == pytest.approx(0, abs=0.25) for one in found["positions"])
    assert sum(one["bias"]["value"] for one in found["positions"]) == pytest.approx(0)


def test_a_run_with_orders_goes_on_and_scores_anew(cli: Cli, tmp_path: Path) -> None:
    model, ledger = behaviours.models(tmp_path)["reads"], tmp_path / "ledger"
    whole = ("evaluate", model, *CHOICE, "-M", f"ledger={ledger}")
    assert cli(*whole, "-o", tmp_path / "run", "-M", "die_after=17").code == 4
    assert cli(*whole, "-o", tmp_path / "run").code == 0
    asked = Counter((line["id"], line["repeat"]) for line in jsonl(ledger))
    assert len(asked) == 48
    assert sum(asked.values()) <= 48 + 8
    assert cli(*whole, "-o", tmp_path / "other").code == 0
    assert timeless(tmp_path / "run") == timeless(tmp_path / "other")
    before = (tmp_path / "run" / "results.json").read_bytes()
    assert cli("score", tmp_path / "run").code == 0
    assert (tmp_path / "run" / "results.json").read_bytes() == before
    lines = jsonl(tmp_path / "run" / "samples.jsonl")
    assert all(line["doc"]["answer"] == line["reference"] for line in lines)
    assert {len(line["order"]) for line in lines} == {4}


def test_other_orders_are_another_run(cli: Cli, tmp_path: Path) -> None:
    run = ("evaluate", "mock:hash", "-t", "quickstart_choice", "-L", "2", "-o", tmp_path / "run")
    assert cli(*run, "--permute", "options:2").code == 0
    before = snapshot(tmp_path / "run")
    for more in ((), ("--permute", "options:3"), ("--permute", "options:2", "--seed", "7")):
        done = cli(*run, *more)
        assert (done.code, "permute" in done.err or "x2" in done.err) == (2, True), done.err
    assert snapshot(tmp_path / "run") == before


def test_the_gate_pairs_equal_orders_and_no_others(cli: Cli, tmp_path: Path) -> None:
    models = behaviours.models(tmp_path)
    for name, model, more in (
        ("one", models["listens"], CHOICE),
        ("two", models["reads"], CHOICE),
        ("plain", models["reads"], CHOICE[:2]),
    ):
        assert cli("evaluate", model, *more, "-o", tmp_path / name).code == 0
    done = cli("gate", tmp_path / "two", "--baseline", tmp_path / "one", "--json")
    assert done.code == 1, done.err
    (row,) = json.loads(done.out)["rows"]
    assert (row["n"], row["method"]) == (48, "sign_flip(10000,seed=1234),clusters=12")
    done = cli("gate", tmp_path / "plain", "--baseline", tmp_path / "one")
    assert (done.code, "permute differs: baseline options:4@1234" in done.out) == (2, True)


def test_shards_of_orders_make_the_whole(cli: Cli, tmp_path: Path) -> None:
    model = behaviours.models(tmp_path)["reads"]
    assert cli("evaluate", model, *CHOICE, "-o", tmp_path / "whole").code == 0
    for part in ("1", "2"):
        done = cli("evaluate", model, *CHOICE, "--shard", f"{part}/2", "-o", tmp_path / part)
        assert done.code == 0, done.err
    done = cli("merge", tmp_path / "1", tmp_path / "2", "-o", tmp_path / "merged")
    assert done.code == 0, done.err
    assert orders(tmp_path / "merged") == orders(tmp_path / "whole")


def test_a_failed_reply_is_in_no_share(cli: Cli, tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    first = behaviours.choices().documents[0]["_id"]
    script.write_text(json.dumps({first: {"error": "gone", "retryable": False}, "*": "B"}))
    done = cli("evaluate", f"mock:script:{script}", *CHOICE, "-o", tmp_path / "run", "--max-errors", "4")  # fmt: skip
    assert done.code == 0, done.err
    found = orders(tmp_path / "run")
    assert found["all_right"]["n"] == 11
    assert [one["share"]["n"] for one in found["positions"]] == [44] * 4


@pytest.mark.parametrize("task", ["quickstart_transcription", "quickstart_number"])
def test_a_task_without_options_is_refused(cli: Cli, tmp_path: Path, task: str) -> None:
    done = cli("evaluate", "mock:hash", "-t", task, "--permute", "options", "-o", tmp_path / "run")
    assert (done.code, "options" in done.err) == (2, True), done.err
    both = ("-t", f"quickstart_choice,{task}", "--permute", "options", "--skip-unavailable")
    done = cli("evaluate", "mock:hash", *both, "-o", tmp_path / "both")
    assert done.code == 0, done.err
    assert list(results(tmp_path / "both")["tasks"]) == ["quickstart_choice"]


def test_code_without_the_functions_and_repeats_are_refused(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    done = cli("evaluate", "mock:hash", "-t", "toy", *FLAGS, "--permute", "options", "-o", tmp_path / "run")  # fmt: skip
    assert (done.code, "has no options to put in another order" in done.err) == (2, True), done.err
    done = cli("evaluate", "mock:hash", *CHOICE, "--repeats", "2", "-o", tmp_path / "run")
    assert (done.code, "--repeats" in done.err) == (2, True), done.err


def test_a_prompt_that_hides_its_options_is_refused(cli: Cli, tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav")
    rows = [{"audio": "a.wav", "q": "Which?", "options": ["x", "y"], "answer": "x"}]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "hidden.yaml").write_text(
        'task: hidden\ndoc_to_text: "<audio>{{q}}"\nmetadata:\n  lalm: {rule: option, data: {path: items.jsonl}}\n'
    )
    done = cli("evaluate", "mock:hash", "-t", "hidden", "--include-path", tmp_path, "--permute", "options", "-o", tmp_path / "run")  # fmt: skip
    assert (done.code, "does not show its options" in done.err) == (2, True), done.err
