"""Hazards: a gain over another model's or another prompt's run, one that is not paired, a rank without a decision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness
from leaderboards.listening.gain import Gain, gain_of, is_partner, mean_gain, partner
from leaderboards.results import TaskResult
from metrics.statistics.paired_difference import bonett_price
from tests.support.command import CommandResult
from tests.support.runs import behaviours

Cli = Callable[..., CommandResult]
PARTS = {"prompt": "a#1", "n": "9/9", "gen": "greedy"}


@pytest.mark.parametrize(
    ("change", "is_one"),
    [
        ({"control": "no-audio"}, True),
        ({"control": "silence", "n": "5/9", "data": "x"}, True),
        ({"control": "noise:0"}, False),
        ({"control": "wrong-clip"}, False),
        ({"control": "no-audio", "prompt": "b#1"}, False),
        ({"control": "no-audio", "permute": "options:4@1234"}, False),
        ({}, False),
    ],
)
def test_a_partner_differs_in_its_audio_alone(change: dict[str, str], is_one: bool) -> None:
    assert is_partner(PARTS, {**PARTS, **change}) is is_one
    assert not is_partner({**PARTS, "control": "silence"}, {**PARTS, "control": "no-audio"})


def result(name: str = "t", **parts: str) -> TaskResult:
    anchors = {"accuracy": {"chance": 0.25}}
    return TaskResult(name, "b", ("accuracy", "wer"), {}, parts={**PARTS, **parts}, anchors=anchors)


def lines(values: list[int], metric: str = "accuracy", **more: Any) -> list[dict[str, Any]]:
    return [
        {"item_key": f"k{number}", "repeat": 0, "cluster": None, "stats": {metric: {"strict": stats}}, **more}
        for number, value in enumerate(values)
        for stats in [{"correct": value, "n": 1} if metric == "accuracy" else {"edits": value, "length": 4}]
    ]  # fmt: skip


def test_no_audio_is_taken_before_silence() -> None:
    silence, bare = result(control="silence"), result(control="no-audio")
    assert partner(result(), [(silence, []), (bare, [])]) == (bare, [])
    assert partner(result(), [(silence, [])]) == (silence, [])
    assert partner(result(), [(result(control="noise:0"), [])]) is None


def test_a_gain_is_the_paired_difference() -> None:
    """Of 20 items 10 are right with audio alone, 2 without alone, 4 in both, 4 in none."""
    heard, bare = [1] * 10 + [0] * 2 + [1] * 4 + [0] * 4, [0] * 10 + [1] * 2 + [1] * 4 + [0] * 4
    found = gain_of(
        result(), lines(heard), result(control="no-audio"), lines(bare)[::-1], "accuracy"
    )
    assert found is not None
    assert (found.value, found.without, found.chance, found.n) == (0.7, 0.3, 0.25, 20)
    assert found.gain == pytest.approx(0.4)
    assert found.ci95 == pytest.approx(bonett_price(10, 2, 20))
    assert sum(found.shares.values()) == pytest.approx(0.4)


def test_fewer_errors_are_a_gain() -> None:
    found = gain_of(result(), lines([1, 0] * 8, "wer"), result(control="silence"), lines([4, 3] * 8, "wer"), "wer")  # fmt: skip
    assert found is not None
    assert found.gain == pytest.approx(0.75)
    assert found.ci95 is not None
    assert found.ci95[0] < 0.75 < found.ci95[1] or found.ci95[0] == pytest.approx(0.75)
    assert found.chance is None


def test_only_items_of_both_runs_count() -> None:
    found = gain_of(
        result(), lines([1] * 12), result(control="no-audio"), lines([0, 1, 0]), "accuracy"
    )
    assert found is not None
    assert (found.n, found.value) == (3, 1.0)
    assert gain_of(result(), lines([1]), result(control="no-audio"), [], "accuracy") is None


def gain(task: str, shares: dict[str, float]) -> Gain:
    total = sum(shares.values())
    return Gain(task, "accuracy", "no-audio", total, 0.0, total, (0.0, 1.0), len(shares), 0.25, shares)  # fmt: skip


def test_a_mean_counts_what_tasks_share_once() -> None:
    """Two tasks over the same clips say no more than one; over other clips they say more."""
    one = {f"cluster {n}": (n % 2) / 20 for n in range(20)}
    other = {f"item {n}": (n % 2) / 20 for n in range(20)}
    _, same = mean_gain([gain("a", one), gain("b", one)])
    value, apart = mean_gain([gain("a", one), gain("b", other)])
    assert value == pytest.approx(0.5)
    assert same is not None
    assert apart is not None
    assert same[1] - same[0] > 1.3 * (apart[1] - apart[0])
    _, still = mean_gain(
        [gain("a", dict.fromkeys(one, 0.05)), gain("b", dict.fromkeys(other, 0.05))]
    )
    assert still is not None
    assert still[0] < 1.0 < still[1]


@pytest.fixture
def runs(cli: Cli, tmp_path: Path) -> list[Path]:
    """Runs of the three models, with audio and without."""
    found = []
    for name, model in behaviours.models(tmp_path).items():
        for control in ("", "no-audio"):
            run = tmp_path / f"{name}{control and '-bare'}"
            more = ("--control", control) if control else ()
            done = cli("evaluate", model, "-t", "quickstart_choice", "-o", run, *more)
            assert done.code == 0, done.err
            found.append(run)
    return found


def test_gains_of_known_models_are_as_constructed(runs: list[Path]) -> None:
    table = harness.leaderboard(runs, rank_by="gain").tables[0]
    assert (table.benchmark, table.kind, table.sorted_by) == ("quickstart", "gain", "gain")
    rows = {row.run: row for row in table.rows}
    keys = ("quickstart_choice", "quickstart_choice gain", "gain")
    values = {
        name: tuple(
            entry.value if (entry := row.entries.get(key)) is not None else None for key in keys
        )
        for name, row in rows.items()
    }
    known = pytest.approx(100 * behaviours.KNOWN / 12)
    assert values == {
        "listens": (100.0, 100.0, 100.0),
        "reads": (known, 0.0, 0.0),
        "always-b": (25.0, 0.0, 0.0),
        "listens without audio": (0.0, None, None),
        "reads without audio": (known, None, None),
        "always-b without audio": (25.0, None, None),
        "chance": (25.0, None, None),
    }
    intervals = {name: row.entries["gain"].ci95 for name, row in rows.items() if "gain" in row.entries}  # fmt: skip
    assert intervals == {"listens": (75.0, 100.0), "reads": (-25.0, 25.0), "always-b": (-25.0, 25.0)}  # fmt: skip
    assert [rows[name].rank for name in ("listens", "reads", "always-b")] == [1, 2, 2]
    assert {row.rank for name, row in rows.items() if "gain" not in row.entries} == {None}


def test_gains_stand_in_a_plain_board_without_ranks(cli: Cli, runs: list[Path]) -> None:
    done = cli("leaderboard", *runs)
    assert done.code == 0, done.err
    assert done.out.index("### Scores") < done.out.index("### Audio gain")
    after = done.out[done.out.index("### Audio gain") :]
    assert "| listens |" in after
    assert "| chance | guessing | 25.0 |" in after
    assert "under --control no-audio" in after


def test_another_models_run_is_no_partner(cli: Cli, runs: list[Path]) -> None:
    listens, reads_bare = runs[2], runs[5]
    assert (listens.name, reads_bare.name) in (
        ("listens", "reads-bare"),
        ("reads", "always-b-bare"),
    )
    done = cli("leaderboard", listens, reads_bare)
    assert (done.code, "gain" in done.out) == (0, False)
    done = cli("leaderboard", listens, reads_bare, "--rank-by", "gain")
    assert (done.code, "has a partner" in done.err) == (2, True)
    done = cli("leaderboard", *runs, "--rank-by", "mean")
    assert (done.code, "--rank-by score or --rank-by gain" in done.err) == (2, True)
