"""Hazards: a batch that is paid twice, answers given to the wrong item, votes that are one answer, a lost day after Ctrl-C."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.judge.budget import Account, parse_budget
from tests.support.budget import mostly_long
from tests.support.command import CommandResult, start
from tests.support.runs.judged import MODEL, TASK, derived, lines, responses, sakura_judge
from tests.support.servers.batch_server import BatchServer

pytestmark = pytest.mark.network
Cli = Callable[..., CommandResult]


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-batch-secret-123456")


def batched(server: BatchServer, file: Path, run: Path, *more: str | Path, task: str = TASK) -> tuple[str | Path, ...]:  # fmt: skip
    flags = ("--judge", f"openai:{MODEL}", "-J", f"base_url={server.base_url}", "-J", "batch=true")
    quick = ("-J", "batch_gather=0.1", "-J", "batch_poll=0.02")
    return ("score", task, file, "-o", run, "--quiet", *flags, *quick, *more)


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something comes true within a minute."""
    end = time.monotonic() + 60
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def value(run: Path) -> Any:
    return json.loads((run / "results.json").read_text())["tasks"][TASK]["metrics"]["accuracy"]


def test_a_batch_gives_what_single_requests_give(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 30), tmp_path / "run"
    with BatchServer(sakura_judge) as server:
        found = cli(*batched(server, file, run))
        assert found.code == 0, found.err
        assert len(server.batches) <= 3 and server.chats == 0  # items, then canaries and repeats
        assert server.keys == {"Bearer sk-batch-secret-123456"}
        asked = [line["custom_id"] for upload in server.uploads for line in upload]
        assert len(asked) == len(set(asked))
        again = cli(*batched(server, file, run))
        assert again.code == 0 and sum(map(len, server.uploads)) == len(asked)
    assert len({line["id"] for line in lines(run)}) == 30
    for line in lines(run):
        number = int(line["id"].removeprefix("item-"))
        if "rather not" not in line["reply"]:
            assert line["reply"].endswith("Judgement: correct" if number % 3 else "incorrect")
    assert b"sk-batch" not in (run / "judge_batches.jsonl").read_bytes()


@pytest.mark.parametrize("fault", ["errors", "expired", "failed"])
def test_what_a_batch_leaves_out_is_asked_again(tmp_path: Path, cli: Cli, fault: str) -> None:
    file, run = responses(tmp_path / "r.jsonl", 20), tmp_path / "run"
    with BatchServer(lambda body: "Explanation: x\nJudgement: correct", fault=fault) as server:
        found = cli(*batched(server, file, run))
        assert found.code in (3, 4), found.err
        judged = len(lines(run)) if (run / "judgements.jsonl").exists() else 0
        assert judged < 20
        server.fault = None
        assert cli(*batched(server, file, run)).code == 0
    assert len(lines(run)) == 20 and value(run)["official"]["value"] == 1.0


def test_an_interrupted_batch_is_taken_up(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 12), tmp_path / "run"
    with BatchServer(sakura_judge, looks=10**9) as server:
        process = start(*batched(server, file, run))
        log = run / "judge_batches.jsonl"
        for _ in range(600):
            if log.is_file() and log.stat().st_size:
                break
            process.poll()
            time.sleep(0.1)
        process.terminate()
        process.communicate(timeout=120)
        assert process.returncode == 143
        server.looks = 0
        found = cli(*batched(server, file, run))
        assert found.code == 0, found.err
        contents = [json.dumps(line["body"], sort_keys=True) for line in server.uploads[0]]
        later = [json.dumps(line["body"], sort_keys=True) for upload in server.uploads[1:] for line in upload]  # fmt: skip
    assert len({line["id"] for line in lines(run)}) == 12
    assert len([body for body in later if body in contents]) <= 2  # repeats of unreadable votes


@pytest.mark.parametrize(
    "stuck",
    mostly_long([True, False], [True]),
    ids=["before the batch is named", "while it is at work"],
)
def test_a_killed_command_makes_no_batch_twice(tmp_path: Path, cli: Cli, stuck: bool) -> None:
    file, run = responses(tmp_path / "r.jsonl", 12), tmp_path / "run"
    with BatchServer(sakura_judge, looks=10**9) as server:
        server.stuck = stuck
        process = start(*batched(server, file, run))
        assert server.made.wait(120), process.poll()
        log = run / "judge_batches.jsonl"
        wanted = b'"file"' if stuck else b'"batch"'
        assert eventually(lambda: log.is_file() and wanted in log.read_bytes())
        process.kill()
        process.communicate(timeout=120)
        assert (b'"batch"' in log.read_bytes()) is not stuck
        server.stuck, server.looks = False, 0
        found = cli(*batched(server, file, run))
        assert found.code == 0, found.err
        first, *later = [[json.dumps(line["body"], sort_keys=True) for line in upload] for upload in server.uploads]  # fmt: skip
    plain = tmp_path / "plain"
    with BatchServer(sakura_judge) as server:
        assert cli(*batched(server, file, plain)).code == 0
    assert derived(run)["replies"] == derived(plain)["replies"] and value(run) == value(plain)
    assert len(first) >= 12 and len([body for upload in later for body in upload if body in first]) <= 3  # fmt: skip


def test_a_broken_connection_is_neither_an_end_nor_a_second_batch(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 6), tmp_path / "run"
    with BatchServer(lambda body: "Explanation: x\nJudgement: correct") as server:
        server.drops = 1  # the answer that names the first batch
        lost = cli(*batched(server, file, run))
        assert lost.code in (3, 4), lost.err
        server.drops = 1  # a look at it
        found = cli(*batched(server, file, run))
        assert found.code == 0, found.err
        asked = [line["custom_id"] for upload in server.uploads for line in upload]
        bodies = [json.dumps(line["body"]) for upload in server.uploads for line in upload]
        assert len(set(asked)) == len(asked) and len(set(bodies)) == len(bodies)
    assert len(lines(run)) == 6 and value(run)["official"]["value"] == 1.0


def test_votes_of_one_item_are_different_requests(tmp_path: Path, cli: Cli) -> None:
    task = "voicebench_commoneval"
    record = {"id": "a", "doc": {"prompt": "Say hi."}, "response": "hi"}
    file, run = tmp_path / "r.jsonl", tmp_path / "run"
    file.write_text(json.dumps(record) + "\n")
    grades = iter("12345" * 20)
    with BatchServer(lambda body: next(grades)) as server:
        found = cli(
            *batched(
                server,
                file,
                run,
                task=task,
            ),
            "--judge",
            "openai:gpt-4o-mini",
        )
        assert found.code == 0, found.err
    votes = [line["reply"] for line in lines(run) if line["id"] == "a"]
    assert len(votes) == 3 and len(set(votes)) == 3


def test_a_service_without_batches_is_named(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 3), tmp_path / "run"
    with BatchServer(sakura_judge, refuse=404) as server:
        found = cli(*batched(server, file, run))
    assert found.code in (3, 4) and "404" in found.err
    wrong = cli("score", TASK, file, "-o", tmp_path / "x", "-J", "batch_poll=3", "--judge", "none")
    assert wrong.code == 2 and "is for -J batch=true" in wrong.err


def test_a_batch_costs_half() -> None:
    costs = []
    for halved in (False, True):
        account = Account(parse_budget("$1"), None, frozenset({"gpt-4o"}), halved=halved)
        account.settle(account.reserve("gpt-4o", 300) or 0.0, "gpt-4o", 300, {"prompt_tokens": 100, "completion_tokens": 100}, 300)  # fmt: skip
        costs.append(account.dollars)
    assert costs[1] == pytest.approx(costs[0] / 2)
