"""Hazards: one judge that decides alone, an item that counts with a judge missing, a reply asked twice, a panel in an official column."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.judged import JUDGED, TASK, lines, officially_judged, responses
from tests.support.runs.toy import write_tone
from tests.support.servers.chaos_server import ChaosServer

pytestmark = pytest.mark.network
Cli = Callable[..., CommandResult]
GRADED = "voicebench_commoneval"
PANEL = "openai:fair,openai:kind,openai:harsh"
ODD = "openai:fair,openai:kind,openai:lenient"
NOBODY = ("-J", "3.base_url=http://127.0.0.1:9/v1", "-J", "3.max_retries=0", "-J", "3.timeout=1")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture(name="server", scope="module")
def judge_server() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", "tests.support.runs.panels:members") as server:
        yield server


def score(file: Path, run: Path, panel: str, server: ChaosServer, *more: str) -> tuple[Any, ...]:
    """``harness score FILE`` by a panel."""
    url = f"base_url={server.base_url}"
    return ("score", TASK, file, "-o", run, "--plain", "--judge-panel", panel, "-J", url, *more)


def results(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "results.json").read_text())
    return found


def accuracy(run: Path) -> float:
    value: float = results(run)["tasks"][TASK]["metrics"]["accuracy"]["strict"]["value"]
    return value


def test_the_majority_counts_and_all_replies_are_kept(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    file, run = responses(tmp_path / "r.jsonl", 12), tmp_path / "run"
    found = cli(*score(file, run, PANEL, server))
    assert found.code == 0, found.err
    # kind and harsh cancel each other out: the fair judge decides, as it would alone
    assert accuracy(run) == pytest.approx(8 / 12)
    assert "|judge:panel(fair+harsh+kind).majority@sakura." in results(run)["tasks"][TASK]["signature"]  # fmt: skip
    assert results(run)["judge"] == "panel(fair+harsh+kind).majority"
    by_item: dict[str, set[str]] = {}
    for line in lines(run):
        by_item.setdefault(line["id"], set()).add(line["judge"].partition("@")[0])
    assert len(by_item) == 12 and all(judges == {"fair", "kind", "harsh"} for judges in by_item.values())  # fmt: skip
    samples = [json.loads(line) for line in (run / "samples.jsonl").read_text().splitlines()]
    assert all(len(sample["judgements"]) == 3 for sample in samples)
    panel = results(run)["judge_panel"][TASK]["metrics"]["accuracy"]
    assert (panel["rule"], panel["n"], panel["split"]) == ("majority", 12, 12)
    equal = {judge.partition("@")[0]: one["equal"] for judge, one in panel["judges"].items()}
    assert equal == {"fair": 1.0, "kind": pytest.approx(8 / 12), "harsh": pytest.approx(4 / 12)}
    assert "judges differ about 12 of 12 replies (100.0 %)" in found.out
    assert "kind is of the panel's mind about 66.7 %" in found.out
    assert "stale" not in cli("status", run).out and "judged 12" in cli("status", run).out
    before = (run / "results.json").read_bytes()
    assert cli("score", run, "--quiet").code == 0 and (run / "results.json").read_bytes() == before


def test_the_order_of_the_judges_changes_nothing(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    file = responses(tmp_path / "r.jsonl", 6)
    for name, panel in (("one", ODD), ("two", ",".join(reversed(ODD.split(","))))):
        assert cli(*score(file, tmp_path / name, panel, server)).code == 0
    one, two = (results(tmp_path / name)["tasks"][TASK] for name in ("one", "two"))
    assert one["signature"] == two["signature"] and one["metrics"] == two["metrics"]


def test_a_judge_that_fails_leaves_items_unjudged_and_is_asked_later(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    file, run = responses(tmp_path / "r.jsonl", 6), tmp_path / "run"
    dead = cli(*score(file, run, PANEL, server, *NOBODY))
    assert dead.code in (3, 4) and "6 items are not judged" in dead.err and "harsh" in dead.err
    assert results(run)["tasks"][TASK]["unjudged"] == 6
    assert not results(run)["tasks"][TASK]["metrics"]["accuracy"]["strict"]["complete"]
    known = len(lines(run, canaries=True))
    before = server.ledger()["requests"]
    assert cli(*score(file, run, PANEL, server)).code == 0
    assert results(run)["tasks"][TASK]["unjudged"] == 0
    more = len(lines(run, canaries=True)) - known
    assert server.ledger()["requests"] - before == more  # the third judge alone
    assert {line["judge"].partition("@")[0] for line in lines(run, canaries=True)[known:]} == {"harsh"}  # fmt: skip


def test_a_quorum_goes_on_without_a_judge_but_not_through_a_tie(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    file, run = responses(tmp_path / "r.jsonl", 9), tmp_path / "run"
    found = cli(*score(file, run, PANEL, server, *NOBODY, "-J", "quorum=2"))
    task = results(run)["tasks"][TASK]
    assert task["unjudged"] == 3, found.err  # fair and kind differ about the three cats
    assert task["metrics"]["accuracy"]["strict"]["n"] == 6 and accuracy(run) == 1.0
    assert found.code in (3, 4) and "3 items are not judged" in found.err
    judge = json.loads((run / "manifest.json").read_text())["tasks"][TASK]["judge"]
    assert judge["panel"]["quorum"] == 2
    other = cli(*score(file, run, PANEL, server))
    assert other.code == 2, "a quorum is part of the signature"


def test_one_budget_is_that_of_all_judges(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:
    file, run = responses(tmp_path / "r.jsonl", 12), tmp_path / "run"
    before = server.ledger()["requests"]
    spent = cli(*score(file, run, PANEL, server, "--judge-budget", "10"))
    assert spent.code == 3 and "budget is spent" in spent.err
    assert server.ledger()["requests"] - before == 10
    assert cli(*score(file, run, PANEL, server, "--judge-budget", "500")).code == 0


def test_prices_are_those_of_every_judge(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:
    file, run = responses(tmp_path / "r.jsonl", 3), tmp_path / "run"
    prices = [f"{n}.{end}={n}" for n in (1, 2) for end in ("price_in", "price_out")]
    flags = [part for price in prices for part in ("-J", price)]
    unknown = cli(*score(file, run, PANEL, server, *flags, "--judge-budget", "$5"))
    assert unknown.code == 2 and "the price of harsh is not known" in unknown.err
    all_known = [*flags, "-J", "3.price_in=0,3.price_out=0"]
    assert cli(*score(file, run, PANEL, server, *all_known, "--judge-budget", "$5")).code == 0


def test_a_panel_takes_what_single_judges_said(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    file, run = responses(tmp_path / "r.jsonl", 9), tmp_path / "run"
    url = ("-J", f"base_url={server.base_url}")
    assert cli("score", TASK, file, "-o", run, "--quiet", "--judge", "openai:fair", *url).code == 0
    again = ("score", run, "--rejudge", "--quiet")
    stored = (*again, "--judge", "replay", "--judge-panel", PANEL)
    early = cli(*stored)
    assert early.code == 3 and "9 items are not judged" in early.err
    for judge in ("kind", "harsh"):
        assert cli(*again, "--judge", f"openai:{judge}", *url).code == 0
    asked = server.ledger()["requests"]
    found = cli(*stored)
    assert found.code == 0, found.err
    assert server.ledger()["requests"] == asked and accuracy(run) == pytest.approx(6 / 9)
    assert results(run)["judge_panel"][TASK]["metrics"]["accuracy"]["split"] == 9
    compared = cli("judge", "compare", run)
    assert compared.code == 0 and compared.out.count("(rows) against") == 3
    refused = cli("score", TASK, file, "-o", tmp_path / "x", "--judge", "replay", "--judge-panel", PANEL)  # fmt: skip
    assert refused.code == 2 and "from the log of a run" in refused.err
    bare = cli("score", run, "--judge-panel", PANEL)
    assert bare.code == 2 and "add --rejudge" in bare.err


def test_a_model_is_judged_by_a_panel_while_it_answers(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "t.wav", seconds=0.05)))
    monkeypatch.setenv("TOY_ITEMS", "5")
    judges = ",".join(f"mock:fixed:Judgement: {word}" for word in ("correct", "Correct", "incorrect"))  # fmt: skip
    task = ("-t", "judged", "--include-path", JUDGED, "--trust-task-code")
    single = cli("evaluate", "mock:hash", *task, "--judge", "mock:fixed:x", "--dry-run", "--json")
    planned = cli("evaluate", "mock:hash", *task, "--judge-panel", judges, "--dry-run", "--json")
    one, three = (
        json.loads(found.out)["benchmarks"]["judged"]["judge_calls"] for found in (single, planned)
    )
    assert one and three == 3 * one
    run = tmp_path / "run"
    found = cli("evaluate", "mock:hash", *task, "-o", run, "--quiet", "--judge-panel", judges)
    assert found.code == 0, found.err
    assert len(lines(run)) == 15
    assert results(run)["tasks"]["judged"]["metrics"]["accuracy"]["strict"]["value"] == 1.0


@pytest.mark.parametrize(("flags", "rule", "value"), [((), "mean", 11 / 3), (("-J", "reduce=median"), "median", 4.0)])  # fmt: skip
def test_grades_are_averaged_or_the_middle_one_counts(tmp_path: Path, cli: Cli, flags: tuple[str, ...], rule: str, value: float) -> None:  # fmt: skip
    file, run = tmp_path / "r.jsonl", tmp_path / "run"
    rows = [{"id": n, "doc": {"prompt": f"p {n}"}, "response": f"reply {n}"} for n in range(12)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    judges = "mock:fixed:2,mock:fixed:4,mock:fixed:5"
    found = cli("score", GRADED, file, "-o", run, "--quiet", "--judge-panel", judges, *flags)
    assert found.code == 0, found.err
    task = results(run)["tasks"][GRADED]
    for reading in ("official", "strict"):
        assert task["metrics"]["judge_score"][reading]["value"] == pytest.approx(value)
    assert f"|judge:panel(mock:fixed:2+mock:fixed:4+mock:fixed:5).{rule}@" in task["signature"]
    panel = results(run)["judge_panel"][GRADED]["metrics"]["judge_score"]
    assert (panel["rule"], panel["split"]) == (rule, 12)
    shares = {judge.partition("@")[0]: one for judge, one in panel["judges"].items()}
    assert shares["mock:fixed:2"]["difference"] == pytest.approx(2 - value)
    # a mean of 3.67 counts as the nearest grade, 4
    assert [shares[f"mock:fixed:{n}"]["equal"] for n in (2, 4, 5)] == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("panel", "flags", "says"),
    [
        ("openai:a,openai:b", (), "a panel of 2"),
        ("openai:a", (), "a panel of 1"),
        ("openai:a,openai:b,openai:c,openai:d", (), "verdicts tie"),
        ("openai:a,openai:b,openai:a", (), "named twice"),
        ("openai:a,openai:b,none", (), "cannot be a judge of a panel"),
        ("openai:a,openai:b,nothing:x", (), "is not available"),
        (PANEL, ("--judge", "openai:x"), "name two judges"),
        (PANEL, ("-J", "4.timeout=1"), "there is no judge 4"),
        (PANEL, ("-J", "1.tmeout=1"), "unknown judge argument 'tmeout'"),
        (PANEL, ("-J", "quorum=4"), "quorum is 4"),
        (PANEL, ("-J", "quorum=1"), "quorum is 1"),
        (PANEL, ("-J", "reduce=best"), "expected mean or median"),
        (PANEL, ("-J", "batch=true"), "is for one judge, not for a panel"),
        (PANEL, ("-J", "2.batch=true"), "not an argument of one judge"),
        (PANEL, ("-J", "bridge=x.json"), "is for one judge, not for a panel"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, cli: Cli, server: ChaosServer, panel: str, flags: tuple[str, ...], says: str) -> None:  # fmt: skip
    file = responses(tmp_path / "r.jsonl", 2)
    found = cli(*score(file, tmp_path / "run", panel, server, *flags))
    assert found.code == 2 and says in found.err, found.err
    assert not (tmp_path / "run").exists()


def test_a_panel_has_no_bridge(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:
    file, run, made = officially_judged(tmp_path / "r.jsonl", "m", 0.5, count=4), tmp_path / "run", tmp_path / "b.json"  # fmt: skip
    assert cli("score", TASK, file, "-o", run, "--quiet").code == 0
    url = f"base_url={server.base_url}"
    found = cli("score", run, "--rejudge", "--judge-panel", PANEL, "-J", url, "--quiet")
    assert found.code == 0, found.err
    unclear = cli("judge", "bridge", run, "-o", made)
    assert unclear.code == 2 and "judges are bridged one by one" in unclear.err, unclear.err
    asked = cli("judge", "bridge", run, "--new", results(run)["judge"], "-o", made)
    assert asked.code == 2 and "is a panel, and a bridge is of one judge" in asked.err, asked.err
    assert not made.exists()
    alone = cli("judge", "bridge", run, "--new", "fair", "-o", made)
    assert alone.code == 1 and "at least 50 are needed" in alone.out + alone.err


def test_a_quorum_without_a_panel_is_refused(tmp_path: Path, cli: Cli) -> None:
    file = responses(tmp_path / "r.jsonl", 2)
    found = cli("score", TASK, file, "-o", tmp_path / "run", "--judge", "openai:a", "-J", "quorum=2")  # fmt: skip
    assert found.code == 2 and "unknown judge argument 'quorum'" in found.err
