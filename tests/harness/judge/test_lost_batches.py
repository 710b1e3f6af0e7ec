"""Hazards: a batch or a file that the service no longer has is asked for again at every rerun, or is paid twice without a word."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import StorageError
from model_adapters.services.batches.log import BatchLog
from tests.support.command import CommandResult
from tests.support.runs.judged import MODEL, TASK, lines, responses
from tests.support.servers.batch_server import BatchServer

pytestmark = pytest.mark.network
Cli = Callable[..., CommandResult]
RIGHT = "Explanation: x\nJudgement: correct"


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-batch-secret-123456")


def batched(server: BatchServer, file: Path, run: Path) -> tuple[str | Path, ...]:
    flags = ("--judge", f"openai:{MODEL}", "-J", f"base_url={server.base_url}", "-J", "batch=true")
    quick = ("-J", "batch_gather=0.1", "-J", "batch_poll=0.01")
    return ("score", TASK, file, "-o", run, "--quiet", *flags, *quick)


def sent(server: BatchServer) -> list[str]:
    return [json.dumps(line["body"]) for upload in server.uploads for line in upload]


@pytest.mark.parametrize("what", ["batch_0", "output_file_id"])
def test_what_the_service_no_longer_has_is_named_and_then_sent_anew(
    tmp_path: Path, cli: Cli, what: str
) -> None:
    file, run = responses(tmp_path / "r.jsonl", 4), tmp_path / "run"
    with BatchServer(lambda body: RIGHT) as server:
        server.forgotten = {what: 10**9}
        first = cli(*batched(server, file, run))
        assert first.code in (3, 4) and len(set(sent(server))) == len(sent(server))
        assert "the batch batch_0" in first.err, first.err
        assert "the service no longer has" in first.err and "paid again" in first.err
        server.forgotten = {"batch_0": 10**9}
        again = cli(*batched(server, file, run))
        assert again.code == 0, again.err
        looked = server.seen.copy()
        assert cli(*batched(server, file, run)).code == 0 and server.seen == looked
    assert len({line["id"] for line in lines(run)}) == 4
    assert max(Counter(sent(server)).values()) == 2


def test_a_batch_that_is_not_known_for_a_moment_is_not_lost(tmp_path: Path, cli: Cli) -> None:
    file, run = responses(tmp_path / "r.jsonl", 3), tmp_path / "run"
    with BatchServer(lambda body: RIGHT) as server:
        server.forgotten = {"batch_0": 2, "output_file_id": 2}
        found = cli(*batched(server, file, run))
        assert found.code == 0, found.err
        assert len(set(sent(server))) == len(sent(server))


@pytest.mark.parametrize("status", [500, 404])
def test_a_file_of_which_nobody_knows_whether_a_batch_was_made(
    tmp_path: Path, cli: Cli, status: int
) -> None:
    file, run = responses(tmp_path / "r.jsonl", 3), tmp_path / "run"
    with BatchServer(lambda body: RIGHT) as server:
        server.drops = 1  # the answer that names the batch
        assert cli(*batched(server, file, run)).code in (3, 4)
        before, server.unlisted = len(sent(server)), status
        found = cli(*batched(server, file, run))
        assert found.code in (3, 4) and len(sent(server)) == before
        assert "whether a batch was made of file-0 is not known" in found.err, found.err
        assert str(run / "judge_batches.jsonl") in found.err
        server.unlisted = 0
        assert cli(*batched(server, file, run)).code == 0
        assert len(set(sent(server))) == len(sent(server))


@pytest.mark.parametrize("status", [403, 451])
def test_a_refusal_of_a_step_is_no_reply_of_a_judge(tmp_path: Path, cli: Cli, status: int) -> None:
    """As an answer to one request these are the refusal of a prompt; a whole batch is none."""
    file, run = responses(tmp_path / "r.jsonl", 3), tmp_path / "run"
    with BatchServer(lambda body: RIGHT, refuse=status) as server:
        found = cli(*batched(server, file, run))
    assert found.code in (3, 4) and f"HTTP {status}" in found.err
    assert not (run / "judgements.jsonl").exists()


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_log_of_batches_is_never_written_through(tmp_path: Path, kind: str) -> None:
    log, victim = tmp_path / "judge_batches.jsonl", tmp_path / "victim"
    victim.write_text("precious")
    if kind == "link":
        log.symlink_to(victim)
    else:
        os.mkfifo(log)
    with pytest.raises(StorageError, match="cannot write"):
        BatchLog(log, "http://service").gone("batch_0")
    assert victim.read_text() == "precious"
