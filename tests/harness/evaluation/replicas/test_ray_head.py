"""Hazards: Ray's head or the node of the run dies, and the run waits for ever, or ends without a word; what was finished is asked again.

Both are begun with ``ray start`` in a folder of the test; only its processes are killed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.budget import SOAK
from tests.support.command import start
from tests.support.packages import needs
from tests.support.runs.live import answered, asked, finish, lines
from tests.support.runs.toy import evaluate_arguments, jsonl, write_tone

pytestmark = [
    needs("ray", extra="ray"),
    pytest.mark.slow,
    pytest.mark.network,
    pytest.mark.xdist_group("ray"),
    pytest.mark.skipif(not SOAK, reason="a minute with Ray, the same without it: HARNESS_SOAK=1"),
]
ITEMS = 300
SECONDS = 600
PATIENT = 60
"""Seconds after which Ray itself would end the process."""


class Head:
    """A cluster of one node.

    Args:
        folder: of its logs and sockets, with a short name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        command = [
            *(sys.executable, "-m", "ray.scripts.scripts", "start", "--head", f"--port={port}"),
            *(f"--temp-dir={folder}", "--num-cpus=2", "--include-dashboard=false"),
            *("--object-store-memory=100000000", "--dashboard-agent-listen-port=0"),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout

    def processes(self, name: str = "") -> list[int]:
        """Its processes of some program."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            ours = any(str(self._folder) in word for word in words)
            if ours and words[0].endswith(name) and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        return found

    def kill(self, name: str = "") -> None:
        """Kill its processes of some program, else all."""
        for process in self.processes(name):
            os.kill(process, signal.SIGKILL)


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Iterator[Head]:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # a token of an earlier cluster is no matter
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with tempfile.TemporaryDirectory(prefix="r", ignore_cleanup_errors=True) as folder:
        cluster = Head(Path(folder))
        yield cluster
        cluster.kill()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("gcs_server", "the head of the Ray cluster"),
        ("raylet", "the Ray node of this process"),
    ],
)
def test_a_cluster_that_is_gone_ends_the_run_and_loses_nothing(
    program: str, said: str, head: Head, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "clip.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    command = evaluate_arguments(
        "mock:hash", run, "-M", f"latency=0.5,concurrency=1,ledger={ledger}",
        "--executor", "ray", "--replicas", "2", "--plain",
    )  # fmt: skip
    process = start(*command, "-X", f"address={head.address}")
    try:
        while lines(run / "responses.jsonl") < 10:
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        head.kill(program)
        killed = time.monotonic()
        code, _, err = finish(process, SECONDS)
    finally:
        process.kill()
    assert code == 4 and f"the cluster is gone: {said}" in err
    assert "the same command goes on" in err and "Traceback" not in err
    assert time.monotonic() - killed < PATIENT
    finished, before = answered(run), asked(ledger)
    assert 10 <= len(finished) < ITEMS

    head.kill()
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    alone = evaluate_arguments("mock:hash", run, "-M", f"latency=0,concurrency=1,ledger={ledger}")
    code, _, err = finish(start(*alone), SECONDS)
    assert code == 0, err
    ids = [line["id"] for line in jsonl(run / "responses.jsonl")]
    assert len(ids) == len(set(ids)) == ITEMS
    after = asked(ledger)
    assert all(after[name] == before[name] for name in finished)
    assert sum(after.values()) - ITEMS <= 2  # in flight when it died
