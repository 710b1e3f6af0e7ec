"""Hazard: a judge that fails, hangs, lies about its name or dies loses or doubles verdicts."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.budget import SOAK, mostly_long
from tests.support.command import CommandResult, run_process, start
from tests.support.runs.judged import arguments as score_arguments
from tests.support.runs.judged import derived, evaluate_arguments, lines
from tests.support.runs.judged import responses as stored_replies
from tests.support.runs.live import STARTED, finish, interrupt, wait_until
from tests.support.runs.live import lines as line_count
from tests.support.runs.toy import script, write_tone
from tests.support.servers.chaos_server import ChaosServer

pytestmark = [pytest.mark.network, pytest.mark.xdist_group("judge chaos")]

Cli = Callable[..., CommandResult]
ITEMS = 2_000 if SOAK else 100
KILLS = 12 if SOAK else 2
CONCURRENCY = 16
REPLY = ("--reply", "tests.support.runs.judged:toy_judge")
FAULTS = "429,500,503,hang,truncated,malformed,choices,reset,stale,model,empty,null,filter,refusal"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the clip lies that all runs are about."""
    folder = tmp_path_factory.mktemp("judge-chaos")
    write_tone(folder / "tone.wav", seconds=0.05)
    return folder


def variables(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("TOY_AUDIO", str(folder / "tone.wav"))
    patch.setenv("TOY_ITEMS", str(ITEMS))
    patch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture(autouse=True)
def toy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variables(monkeypatch, folder)


class Clean(NamedTuple):
    """A run without faults: its directory, and how many requests the judge answered."""

    path: Path
    judged: int


@pytest.fixture(scope="module")
def clean(folder: Path) -> Clean:
    """What every other run must come to."""
    with pytest.MonkeyPatch.context() as patch, ChaosServer(*REPLY) as server:
        variables(patch, folder)
        assert run_process(*command(folder, "clean", server), timeout=600).code == 0
        judged = sum(item["answered"] for item in server.ledger()["by_content"].values())
    return Clean(folder / "clean", judged)


def model(tmp_path: Path) -> str:
    """A mock that answers two thirds right, some wrong, some not at all."""
    special = {f"i{n}": ("" if n % 10 == 0 else "nonsense") for n in range(0, ITEMS, 5)}
    return f"mock:script:{script(tmp_path / 'script.json', ITEMS, **special)}"


def command(
    tmp_path: Path, name: str, server: ChaosServer, *more: str | Path
) -> tuple[str | Path, ...]:
    found = evaluate_arguments(model(tmp_path), tmp_path / name, server.base_url, *more)
    return (*found, "-J", f"concurrency={CONCURRENCY}")


def check(found: Path, clean: Path) -> None:
    """Nothing lost, nothing doubled, and the same results as without faults."""
    seen = Counter((line["id"], line["vote"]) for line in lines(found, canaries=True))
    assert set(seen.values()) == {1}
    assert derived(found) == derived(clean)


def test_faults_of_the_judge_change_nothing(cli: Cli, tmp_path: Path, clean: Clean) -> None:
    with ChaosServer(
        *REPLY, "--fault-rate", "0.2", "--faults", FAULTS, "--seed", "11",
        "--fault-attempts", "2", "--hang-seconds", "30", "--latency", "0.01",
    ) as server:  # fmt: skip
        ended = cli(*command(tmp_path, "chaos", server))
        ledger = server.ledger()
    assert ended.code == 0, ended.err
    assert sum(ledger["faults"].values()) > 0.1 * ITEMS
    assert ledger["requests"] > clean.judged
    check(tmp_path / "chaos", clean.path)
    assert derived(clean.path)["results"]["judge_health"]["judged"]["agreed"] == 1


def test_kill_9_while_judging_asks_no_finished_reply_again(
    cli: Cli, tmp_path: Path, clean: Clean
) -> None:
    log, instants = tmp_path / "run" / "judgements.jsonl", random.Random("kill judge")
    with ChaosServer(*REPLY, "--latency", "0.05") as server:
        same = command(tmp_path, "run", server)
        for number in range(KILLS):
            before = log.read_bytes().count(b"\n") if log.exists() else 0
            process = start(*same)
            STARTED.append(process)
            target = before + instants.randrange(1, ITEMS // (KILLS + 2))
            wait_until(lambda: written(log) > target, process)  # noqa: B023
            time.sleep(instants.uniform(0, 0.05))
            process.kill()
            process.communicate()
            if number % 2:  # a kill inside a write leaves half a line
                with log.open("ab") as file:
                    file.write(b'{"task": "judged", "id": "item-00')
        last = cli(*same)
        assert last.code == 0, last.err
        answered = sum(item["answered"] for item in server.ledger()["by_content"].values())
    check(tmp_path / "run", clean.path)
    recorded = sum(line["source"] == "asked" for line in lines(tmp_path / "run", canaries=True))
    assert recorded <= answered <= recorded + KILLS * CONCURRENCY  # only what was in flight is lost


def written(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_a_judge_that_fails_leaves_items_unjudged_and_the_next_command_asks_them(
    cli: Cli, tmp_path: Path, clean: Clean
) -> None:
    with ChaosServer(*REPLY, "--outcome-rate", "0.1", "--outcomes", "empty,filter") as server:
        ended = cli(*command(tmp_path, "run", server))
    results = derived(tmp_path / "run")["results"]["tasks"]["judged"]
    assert ended.code == 3 and "are not judged" in ended.err
    unjudged = results["unjudged"]
    assert 0 < unjudged < ITEMS / 2
    for reading in results["metrics"]["accuracy"].values():
        assert reading["n"] == ITEMS - unjudged and not reading["complete"]
    with ChaosServer(*REPLY) as server:
        assert cli(*command(tmp_path, "run", server)).code == 0
        asked = len(server.ledger()["by_content"])
    assert unjudged <= asked <= unjudged + 1  # and the canary, if it was one of them
    check(tmp_path / "run", clean.path)


def test_a_dead_judge_costs_no_generated_reply(cli: Cli, tmp_path: Path, clean: Clean) -> None:
    with ChaosServer(*REPLY) as server:
        dead = server.base_url
    first = evaluate_arguments(model(tmp_path), tmp_path / "run", dead)
    ended = cli(*first, "-J", "max_retries=0")
    assert ended.code == 4 and "in a row failed" in ended.err and "Traceback" not in ended.err
    responses = (tmp_path / "run" / "responses.jsonl").read_bytes().count(b"\n")
    assert responses == ITEMS
    with ChaosServer(*REPLY) as server:
        assert cli(*command(tmp_path, "run", server)).code == 0
    check(tmp_path / "run", clean.path)


@pytest.mark.long
def test_two_runs_at_once_share_a_cache(cli: Cli, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with ChaosServer(*REPLY, "--latency", "0.02") as server:
        processes = []
        for name in ("one", "two"):
            found = evaluate_arguments(model(tmp_path), tmp_path / name, server.base_url)
            processes.append(start(*found, "--judge-cache", cache))
        STARTED.extend(processes)
        for process in processes:
            code, _, err = finish(process, timeout=300)
            assert code == 0, err
        first = server.ledger()["requests"]
        third = cli(*command(tmp_path, "three", server, "--judge-cache", cache))
        assert third.code == 0 and server.ledger()["requests"] == first
    check(tmp_path / "one", tmp_path / "two")
    check(tmp_path / "three", tmp_path / "two")
    assert all(line["source"] != "asked" for line in lines(tmp_path / "three"))


def test_a_batch_model_is_judged_while_it_generates(cli: Cli, tmp_path: Path) -> None:
    with ChaosServer(*REPLY) as server:
        same = evaluate_arguments("mock:hash", tmp_path / "run", server.base_url)
        process = start(*same, "-M", "style=batch,latency=0.3", "--batch-size", "10")
        STARTED.append(process)
        log, responses = tmp_path / "run" / "judgements.jsonl", tmp_path / "run" / "responses.jsonl"
        wait_until(lambda: written(log) > 0, process)
        assert written(responses) < ITEMS
        process.send_signal(signal.SIGINT)
        code, _, err = finish(process)
        assert code == 130 and "goes on where this stopped" in err
        again = cli(*same)
        assert again.code == 0, again.err
    check(tmp_path / "run", tmp_path / "run")
    assert derived(tmp_path / "run")["results"]["tasks"]["judged"]["unjudged"] == 0


@pytest.mark.parametrize(
    "number", mostly_long([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], [signal.SIGTERM])
)
def test_a_signal_while_stored_replies_are_judged_scores_what_is_judged(
    tmp_path: Path, number: signal.Signals
) -> None:
    """``score`` ends like ``evaluate``: documented code, scored, a message, and the same command completes."""
    file, target = stored_replies(tmp_path / "replies.jsonl", 60), tmp_path / "scored"
    slow = ("--latency", "0.3", "--reply", "tests.support.runs.judged:sakura_judge")
    with ChaosServer(*slow) as server:
        process = start(*score_arguments(file, target, server.base_url, "-J", "concurrency=2"))
        wait_until(lambda: line_count(target / "judgements.jsonl") >= 3, process)
        code, _, err = interrupt(process, number)
    assert code == (130 if number == signal.SIGINT else 143), err
    assert "Traceback" not in err and number.name in err and "goes on where this stopped" in err
    assert 3 <= line_count(target / "judgements.jsonl") < 60
    assert derived(target)["results"]["tasks"]
