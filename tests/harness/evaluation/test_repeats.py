"""Hazards: repeats that count as items, that all say the same, or that the rest of the harness does not know of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.run.attempts import Attempt, Attempts
from tests.support.command import CommandResult
from tests.support.runs.toy import FLAGS, evaluate_arguments, jsonl, results, timeless, write_tone

Cli = Callable[..., CommandResult]
ITEMS = 6


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A class that is right in some repeats: of item n in those below n, of four."""
    (tmp_path / "drawing.py").write_text(
        "class Drawing:\n"
        "    def load(self, seen=''):\n"
        "        self.seen = seen\n"
        "    def generate(self, messages, audio, generation):\n"
        "        number = int(messages[-1]['content'].split()[-1].rstrip('?'))\n"
        "        repeat = generation['seed'] - 1234\n"
        "        if self.seen:\n"
        "            with open(self.seen, 'a') as file:\n"
        "                file.write(f'{number}:{repeat}\\n')\n"
        "        return f'answer {number}' if repeat < number else 'wrong'\n"
    )
    return ("python:drawing:Drawing", f"path={tmp_path}")


def run(cli: Cli, model: tuple[str, ...], folder: Path, *more: str) -> CommandResult:
    name, path = model
    return cli(
        *evaluate_arguments(name, folder, "-M", path, "--gen-kwargs", "temperature=0.7"), *more
    )


def test_mean_pass_at_k_and_variance_within_items(
    cli: Cli, tmp_path: Path, model: tuple[str, ...]
) -> None:
    """Items 0 to 5 are right in 0, 1, 2, 3, 4, 4 of four replies."""
    done = run(cli, model, tmp_path / "run", "--repeats", "4")
    assert done.code == 0, done.err
    task = results(tmp_path / "run")["tasks"]["toy"]
    assert (task["n"], task["repeats"], task["missing"]) == (6, 4, 0)
    assert sum(task["outcomes"].values()) == 24
    entry = task["metrics"]["accuracy"]["strict"]
    assert entry["value"] == pytest.approx(14 / 24)
    assert entry["n"] == 24
    assert entry["method"] == "wilson_t,clusters=6"
    repeats = entry["repeats"]
    assert repeats["by_repeat"] == pytest.approx([5 / 6, 4 / 6, 3 / 6, 2 / 6])
    # of four replies with one, two, three right: 1/4, 1/3, 1/4; the others do not vary
    assert repeats["within_item_variance"] == pytest.approx((1 / 4 + 1 / 3 + 1 / 4) / 6)
    found = {k: one["value"] for k, one in repeats["pass_at"].items()}
    assert found == pytest.approx(
        {"1": 14 / 24, "2": (0 + 1 / 2 + 5 / 6 + 1 + 1 + 1) / 6, "4": 5 / 6}
    )
    assert all(low <= found[k] <= high for k, (low, high) in cis(repeats).items())
    assert "repeats" in task["metrics"]["wer"]["strict"]
    assert task["metrics"]["wer"]["strict"]["repeats"]["pass_at"] == {}
    assert "toy|data:1#" in task["signature"] and "|n:6/6x4|" in task["signature"]
    assert "24/6x4" in done.out
    assert "pass@4 83.33%" in done.out
    lines = jsonl(tmp_path / "run" / "samples.jsonl")
    assert [(line["id"], line["repeat"]) for line in lines] == [
        (f"item-{n:05}", repeat) for n in range(6) for repeat in range(4)
    ]
    assert len({line["item_key"] for line in lines}) == 6
    assert len({line["request_key"] for line in lines}) == 24


def cis(repeats: dict[str, Any]) -> dict[str, list[float]]:
    return {k: one["ci95"] for k, one in repeats["pass_at"].items()}


def test_one_repeat_is_a_run_as_before(cli: Cli, tmp_path: Path, model: tuple[str, ...]) -> None:
    run(cli, model, tmp_path / "one", "--repeats", "1")
    run(cli, model, tmp_path / "none")
    assert timeless(tmp_path / "one") == timeless(tmp_path / "none")
    assert (
        "repeats"
        not in json.loads((tmp_path / "one" / "manifest.json").read_text())["tasks"]["toy"]
    )


def test_more_repeats_go_on_and_fewer_leave_the_results(
    cli: Cli, tmp_path: Path, model: tuple[str, ...]
) -> None:
    seen = tmp_path / "seen"
    counted = (model[0], f"{model[1]},seen={seen}")
    folder = tmp_path / "run"
    assert run(cli, counted, folder, "--repeats", "2").code == 0
    assert len(seen.read_text().split()) == 12
    assert run(cli, counted, folder, "--repeats", "4").code == 0
    assert len(seen.read_text().split()) == 24
    assert len(set(seen.read_text().split())) == 24
    whole = tmp_path / "whole"
    assert run(cli, counted, whole, "--repeats", "4").code == 0
    assert timeless(folder) == timeless(whole)
    assert run(cli, counted, folder, "--repeats", "1").code == 0
    assert len(jsonl(folder / "samples.jsonl")) == 6
    assert results(folder)["tasks"]["toy"]["signature"].count("|n:6/6|") == 1
    state = cli("status", folder)
    assert "complete" in state.out and "6/6" in state.out


def test_an_interrupted_run_counts_replies(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = evaluate_arguments(
        *("mock:hash", tmp_path / "run", "--repeats", "3", "-M", "die_after=7,style=batch"),
        *("--batch-size", "1"),
    )
    done = cli(*dying)
    assert done.code == 4
    task = results(tmp_path / "run")["tasks"]["toy"]
    assert task["missing"] == 18 - 7
    assert "interrupted" in cli("status", tmp_path / "run").out
    assert "7/18" in cli("status", tmp_path / "run").out


def test_the_gate_pairs_the_repeats_that_both_runs_have(
    cli: Cli, tmp_path: Path, model: tuple[str, ...]
) -> None:
    run(cli, model, tmp_path / "four", "--repeats", "4")
    run(cli, model, tmp_path / "two", "--repeats", "2")
    same = cli("gate", tmp_path / "four", "--baseline", tmp_path / "four", "--json")
    assert same.code == 0, same.err
    other = cli("gate", tmp_path / "four", "--baseline", tmp_path / "two", "--json")
    assert other.code == 0, other.out
    report = json.loads(other.out)
    row = next(row for row in report["rows"] if row["metric"] == "accuracy")
    assert row["n"] == 12
    assert any("n is 6/6x2 in the baseline and 6/6x4" in note for note in report["notes"])


def test_a_leaderboard_of_repeats(cli: Cli, tmp_path: Path, model: tuple[str, ...]) -> None:
    """The interval of a mean draws items, not replies."""
    run(cli, model, tmp_path / "run", "--repeats", "4")
    found = results(tmp_path / "run")["benchmarks"]["toy"]["normalized"]
    assert found["score"] == pytest.approx(14 / 24)
    low, high = found["ci95"]
    # the standard error of a mean of six items, 0.17, not of 24 replies, 0.10
    assert 2.4 < (high - low) / 0.17 < 4.5
    assert cli("leaderboard", tmp_path / "run").code == 0


def test_a_greedy_run_says_that_repeats_are_alike(cli: Cli, tmp_path: Path) -> None:
    done = cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--repeats", "2"))
    assert done.code == 0
    assert "greedy: repeats of toy differ only where the model is not deterministic" in done.out
    chance = cli(*evaluate_arguments("baseline:random", tmp_path / "chance", "--repeats", "2"))
    assert chance.code == 0
    replies = {
        (line["id"], line["response"]) for line in jsonl(tmp_path / "chance" / "samples.jsonl")
    }
    assert len(replies) == 12


@pytest.mark.parametrize("value", ["0", "-1", "x"])
def test_a_number_of_repeats_that_makes_no_sense(cli: Cli, tmp_path: Path, value: str) -> None:
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "r", "--repeats", value)).code == 2


def test_a_recipe_has_repeats(cli: Cli, tmp_path: Path) -> None:
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(
        "model: mock:hash\ntasks: [toy]\nrepeats: 2\ngen_kwargs: {temperature: 1.0}\n"
    )
    assert cli("evaluate", "--config", recipe, "-o", tmp_path / "run", *FLAGS).code == 0
    assert results(tmp_path / "run")["tasks"]["toy"]["repeats"] == 2
    recipe.write_text("model: mock:hash\ntasks: [toy]\nrepeats: none\n")
    assert cli("evaluate", "--config", recipe, "-o", tmp_path / "x", *FLAGS).code == 2


def test_a_dry_run_counts_repeats(cli: Cli, tmp_path: Path) -> None:
    done = cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--repeats", "3", "--dry-run"))
    assert done.code == 0
    assert "toy: 6 of 6 items, 3 times each" in done.out


# --- the table of attempts ---------------------------------------------------------------------


def test_attempts_are_a_mapping() -> None:
    attempts = Attempts()
    plain: dict[tuple[str, str | int, int], Attempt] = {}
    for n in range(50):
        key = (f"t{n % 2}", n if n % 3 else str(n), n % 4)
        request = f"{n:064x}" if n % 5 else "no hex"
        plain[key] = attempts[key] = Attempt(n * 1000, n // 2, request, "answered")
    assert dict(attempts) == plain
    assert len(attempts) == len(plain)
    assert ("t0", 999, 0) not in attempts
    with pytest.raises(ValueError, match="not in tuple"):
        attempts["t0", "x", 0] = Attempt(0, 0, "", "nonsense")


def test_attempts_tell_any_ids_apart_and_find_what_failed() -> None:
    attempts = Attempts()
    odd: list[str | int] = [1, "1", "i1", "s1", "", "\0", "\ud800", "ü", -1, 10**400]
    for place, identifier in enumerate(odd):
        attempts["t", identifier, 0] = Attempt(place, place, "\udcff", "error")
        attempts["t", identifier, 1] = Attempt(100 + place, place, "ab", "answered")
    attempts["u", "1", 0] = Attempt(7, 0, "AB", "error")
    attempts["t", "1", 0] = Attempt(50, 1, "", "answered")
    assert list(attempts) == [*(("t", i, r) for r in (0, 1) for i in odd), ("u", "1", 0)]
    assert attempts["t", "\ud800", 0] == Attempt(6, 6, "\udcff", "error")
    assert attempts["u", "1", 0].request_key == "AB"
    assert list(attempts.failed()) == [*(("t", n) for n in range(10) if n != 1), ("u", 7)]
    with pytest.raises(OverflowError):
        attempts["t", "x", 0] = Attempt(0, 10**30, "", "answered")


def test_lines_come_in_the_order_of_documents_and_repeats() -> None:
    attempts = Attempts()
    for offset, (index, repeat) in enumerate([(2, 1), (0, 0), (2, 0), (1, 1), (0, 1), (1, 0)]):
        attempts["t", f"i{index}", repeat] = Attempt(offset, index, "", "answered")
    attempts["other", "i0", 0] = Attempt(99, 0, "", "answered")
    assert list(attempts.lines("t", [[0, 3]], 2)) == [1, 4, 5, 3, 2, 0]
    assert list(attempts.lines("t", [[0, 1], [2, 3]])) == [1, 2]
    assert list(attempts.lines("absent", [[0, 3]])) == []
