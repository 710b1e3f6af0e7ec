"""Hazards: a bridged number taken for an official one, an interval that forgets the bridge, a bridge across other prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.golden import check
from tests.support.runs.judged import MODEL, TASK, officially_judged
from tests.support.servers.chaos_server import ChaosServer

pytestmark = pytest.mark.network
Cli = Callable[..., CommandResult]
NEW = "new-judge"
GOLDEN = Path(__file__).parent / "golden"
RATES = {"one": 0.35, "two": 0.5, "three": 0.75}


@pytest.fixture(name="server", scope="module")
def lenient_server() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", "tests.support.runs.judged:lenient_judge") as server:
        yield server


def asked(server: ChaosServer, *more: str | Path) -> tuple[str | Path, ...]:
    """Flags that ask the new judge."""
    return ("--judge", f"openai:{NEW}", "-J", f"base_url={server.base_url}", *more)


def judged_twice(
    cli: Cli, folder: Path, server: ChaosServer, rates: dict[str, float]
) -> list[Path]:
    """Runs with stored replies of the official judge and replies of the new one."""
    runs = []
    for model, rate in rates.items():
        run = folder / f"run-{model}"
        file = officially_judged(folder / f"{model}.jsonl", model, rate)
        assert cli("score", TASK, file, "-o", run, "--quiet").code == 0
        found = cli("score", run, "--rejudge", *asked(server), "--quiet")
        assert found.code == 0, found.err
        runs.append(run)
    return runs


@pytest.fixture(name="fits", scope="module")
def fit_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fits")


@pytest.fixture(name="bridge")
def fitted(cli: Cli, fits: Path, server: ChaosServer, tmp_path: Path) -> Path:
    """A copy of a bridge from the new judge to the official one, fitted once."""
    made = fits / "bridge.json"
    if not made.exists():
        found = cli("judge", "bridge", *judged_twice(cli, fits, server, RATES), "-o", made)
        assert found.code == 0, found.err
        assert f"{TASK}: {NEW} against {MODEL}" in found.out
        assert "360 replies of 3 models" in found.out and "own means off by 0.0" in found.out
    copy = tmp_path / "bridge.json"
    copy.write_bytes(made.read_bytes())
    return copy


def value(run: Path, reading: str = "official") -> dict[str, Any]:
    results = json.loads((run / "results.json").read_text())
    found: dict[str, Any] = results["tasks"][TASK]["metrics"]["accuracy"][reading]
    return found


def test_a_bridged_value_is_near_the_official_one_and_marked(tmp_path: Path, cli: Cli, server: ChaosServer, bridge: Path) -> None:  # fmt: skip
    run = tmp_path / "run"
    file = officially_judged(tmp_path / "new.jsonl", "new", 0.6)
    assert cli("score", TASK, file, "-o", tmp_path / "official", "--quiet").code == 0
    truth = value(tmp_path / "official")["value"]
    bare = officially_judged(tmp_path / "bare.jsonl", "new", 0.6, known=0)
    shown = cli("score", TASK, bare, "-o", run, "--plain", *asked(server, "-J", f"bridge={bridge}"))
    assert shown.code == 0, shown.err
    found = value(run)
    low, high = found["bridge"]["ci95"]
    assert low <= truth <= high and found["ci95"][0] < low and high < found["ci95"][1]
    assert abs(found["value"] - truth) < abs(found["bridge"]["raw"] - truth) or high - low < 0.2
    assert found["method"] == "bridge: misclassification" and found["bridge"]["items"] == 360
    own, error = found["bridge"]["raw_error"], found["bridge"]["error"]
    assert own > 0 and 0 < error < (high - low) / 2
    assert ("is expected to be nearer" in shown.out) == (own < 0.8 * error)
    assert f"bridged to {MODEL}" in shown.out and f"{NEW} itself says" in shown.out
    results = json.loads((run / "results.json").read_text())
    part = results["tasks"][TASK]["signature"]
    assert f"|judge:{NEW}~{MODEL}@bridge.1#" in part and results["judge"] == f"openai:{NEW}~{MODEL}"
    samples = [json.loads(line) for line in (run / "samples.jsonl").read_text().split("\n") if line]
    assert all(line["scores"]["accuracy"] == {"official": None, "strict": None} for line in samples)
    assert all(line["scores"]["letter_or_text"]["strict"] is not None for line in samples)
    assert results["benchmarks"]["sakura"]["normalized"]["ci95"] is None
    bridge.unlink()  # the manifest has all of it
    before = (run / "results.json").read_bytes()
    assert cli("score", run, "--quiet").code == 0 and (run / "results.json").read_bytes() == before


def test_a_bridge_after_the_fact_asks_nobody(
    tmp_path: Path, cli: Cli, server: ChaosServer, bridge: Path, fits: Path
) -> None:
    run = tmp_path / "run"
    bare = officially_judged(tmp_path / "bare.jsonl", "new", 0.6, known=0)
    assert cli("score", TASK, bare, "-o", run, "--quiet", *asked(server)).code == 0
    calls, raw = server.ledger()["requests"], value(run)
    found = cli("score", run, "--rejudge", "--quiet", *asked(server, "-J", f"bridge={bridge}"))
    assert found.code == 0, found.err
    assert server.ledger()["requests"] == calls
    assert value(run)["bridge"]["raw"] == pytest.approx(raw["value"])
    boards = cli("leaderboard", run, fits / "run-one", "--format", "md")
    assert boards.code == 0, boards.err
    assert "run † ≈" in boards.out or "run †≈" in boards.out
    assert "run-one ≈" not in boards.out and "set B" in boards.out
    assert "≈ bridged: judged values are estimates" in boards.out
    dated = re.compile(r"(?<=@bridge\.1#)\w+")  # the bridge's own date is in its hash
    check(GOLDEN / "bridged_board.md", dated.sub("HASH", boards.out))
    again = cli("score", run, "--rejudge", "--quiet", *asked(server))
    assert again.code == 0 and "bridge" not in value(run) and value(run)["value"] == raw["value"]


def test_official_replies_to_some_items_lend_the_truth(tmp_path: Path, cli: Cli, server: ChaosServer, bridge: Path) -> None:  # fmt: skip
    run = tmp_path / "run"
    some = officially_judged(tmp_path / "some.jsonl", "new", 0.6, known=60)
    assert cli("score", TASK, some, "-o", run, "--quiet").code == 0
    found = cli("score", run, "--rejudge", "--quiet", *asked(server, "-J", f"bridge={bridge}"))
    assert found.code == 0, found.err
    about = value(run)
    assert about["bridge"]["estimator"] == "ppi++" and about["bridge"]["official_replies"] == 60
    assert about["ci95"][0] < 0.6 < about["ci95"][1]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("-J", "temperature=0.7"), "the prompts, votes or sampling of new-judge differ"),
        (("-J", "fenced=false"), "the prompts, votes or sampling of new-judge differ"),
        (("--judge", "openai:other"), "the bridge is about the judge new-judge, not other"),
        (("--judge", "none"), "a bridge starts at the grades of a judge that is asked"),
    ],
)
def test_another_judge_or_prompt_is_refused_before_it_is_asked(
    tmp_path: Path, cli: Cli, server: ChaosServer, bridge: Path, more: tuple[str, ...], says: str
) -> None:
    calls = server.ledger()["requests"]
    bare = officially_judged(tmp_path / "bare.jsonl", "new", 0.6, known=0)
    flags = asked(server, "-J", f"bridge={bridge}", *more)
    found = cli("score", TASK, bare, "-o", tmp_path / "run", "--quiet", *flags)
    assert found.code == 2 and says in found.err, found.err
    assert server.ledger()["requests"] == calls


def test_a_model_outside_the_fit_has_no_value(
    tmp_path: Path, cli: Cli, server: ChaosServer, bridge: Path
) -> None:
    run = tmp_path / "run"
    bare = officially_judged(tmp_path / "bare.jsonl", "new", 0.0, known=0)
    found = cli("score", TASK, bare, "-o", run, "--quiet", *asked(server, "-J", f"bridge={bridge}"))
    assert found.code == 3 and "not bridged" in found.err and "lies outside" in found.err
    about = value(run)
    assert about["value"] is None and not about["complete"] and about["bridge"]["refused"]


def test_a_judge_that_tosses_a_coin_is_refused(tmp_path: Path, cli: Cli) -> None:
    bridge = tmp_path / "bridge.json"
    with ChaosServer("--reply", "tests.support.runs.judged:tossing_judge") as server:
        runs = judged_twice(cli, tmp_path, server, RATES)
        found = cli("judge", "bridge", *runs, "-o", bridge)
        assert found.code == 1 and "tells nothing of the official one" in found.out
        bare = officially_judged(tmp_path / "bare.jsonl", "new", 0.6, known=0)
        flags = asked(server, "-J", f"bridge={bridge}")
        used = cli("score", TASK, bare, "-o", tmp_path / "run", "--quiet", *flags)
    assert used.code == 2 and "kappa is" in used.err


def test_runs_without_a_second_judge_are_refused(tmp_path: Path, cli: Cli) -> None:
    file, run = officially_judged(tmp_path / "r.jsonl", "m", 0.5), tmp_path / "run"
    assert cli("score", TASK, file, "-o", run, "--quiet").code == 0
    found = cli("judge", "bridge", run, "-o", tmp_path / "b.json")
    assert (
        found.code == 2 and "no reply is graded by the official judge and by another" in found.err
    )
    unknown = cli("judge", "bridge", run, "-o", tmp_path / "b.json", "--new", "x")
    assert unknown.code == 2 and "no run has replies of x" in unknown.err


@pytest.mark.parametrize("content", ["", "{", "[]", '{"bridge_version": 2, "tasks": {"a": 1}}', '{"bridge_version": 1, "tasks": {}}', '{"bridge_version": 1, "tasks": {"a": {"made": 3}}}'])  # fmt: skip
def test_a_damaged_bridge_is_named(tmp_path: Path, cli: Cli, content: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(content)
    file = officially_judged(tmp_path / "r.jsonl", "m", 0.5, known=0, count=3)
    flags = ("--judge", "openai:x", "-J", "base_url=http://127.0.0.1:9/v1", "-J", f"bridge={path}")
    found = cli("score", TASK, file, "-o", tmp_path / "run", *flags)
    assert found.code == 2 and "b.json" in found.err and "Traceback" not in found.err
