"""Hazard: a run that tells somebody about itself, or asks a hub for what lies in a local folder.

Every command runs as a process whose audit hook writes down whatever looks up a host or connects to one, in the harness
or in any of its libraries, and refuses it. The environment of the process turns nothing off: that is the command's work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from tests.support.budget import mostly_long
from tests.support.command import CommandResult, finish, start
from tests.support.data.tiny_copies import WRITERS

HOOK = """\
import os, sys

def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1] if event in ("socket.connect", "socket.sendto", "socket.sendmsg") else arguments[0]
        if event != "socket.getaddrinfo" and not isinstance(address, tuple) and event != "socket.gethostbyname":
            return  # a socket of this machine
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{event} {address}\\n")
        raise OSError(f"{event} of {address} in a test of telemetry")

sys.addaudithook(watch)
"""
LIBRARIES = """\
from harness.cli import telemetry
telemetry.silence()  # as the command does when it begins
import datasets, huggingface_hub, lm_eval, lm_eval.tasks, sys
import pyarrow as pa, pyarrow.parquet as pq
pq.write_table(pa.table({"a": [1, 2]}), sys.argv[1])
assert len(datasets.load_dataset("parquet", data_files=sys.argv[1], split="train")) == 2
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """Variables of a process that is watched; hubs and telemetry are as a user has them."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    for name in ("DO_NOT_TRACK", "DISABLE_TELEMETRY", "CI"):
        kept.pop(name, None)
    path = os.pathsep.join([str(tmp_path / "hook"), *filter(None, [kept.get("PYTHONPATH")])])
    home = {"HOME": str(tmp_path), "HF_HOME": str(tmp_path / "hf"), "XDG_CACHE_HOME": str(tmp_path)}
    return {**kept, **home, "PYTHONPATH": path, "WATCHED": str(tmp_path / "watched")}


def asked(environment: dict[str, str]) -> str:
    log = Path(environment["WATCHED"])
    return log.read_text() if log.exists() else ""


def command(environment: dict[str, str], *arguments: str | Path) -> CommandResult:
    return finish(start(*arguments, only=environment), timeout=240)


def test_the_hook_sees_a_look_up(watched: dict[str, str]) -> None:
    script = "import urllib.request as u; u.urlopen('http://telemetry.example/x')"
    subprocess.run([sys.executable, "-c", script], env=watched, capture_output=True, check=False)
    assert "telemetry.example" in asked(watched)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that commands read."""
    return harness.evaluate(
        "baseline:first", "quickstart_choice", tmp_path_factory.mktemp("told") / "run", limit=2
    ).path


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    mostly_long(
        [
            "evaluate baseline:first -t quickstart_choice -L 2 -o new",
            "score RUN",
            "status RUN",
            "gate RUN --baseline RUN",
            "leaderboard RUN",
            "models list",
            "tasks show quickstart_choice",
            "evaluate mock:echo -t quickstart --dry-run",
        ],
        ["evaluate baseline:first -t quickstart_choice -L 2 -o new", "leaderboard RUN"],
    ),
)
def test_no_command_tells_anybody(
    watched: dict[str, str], run: Path, tmp_path: Path, line: str
) -> None:
    places = {"RUN": run, "new": tmp_path / "new"}
    found = command(watched, *(places.get(word, word) for word in line.split()))
    assert asked(watched) == "" and found.code == 0, found.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "benchmark", mostly_long(sorted(set(WRITERS) - {"quickstart"}), ["sakura"])
)
def test_a_local_folder_never_asks_the_hub(
    watched: dict[str, str], tmp_path: Path, benchmark: str
) -> None:
    copy = tmp_path / "copy"
    WRITERS[benchmark](copy)
    flags = ("--data", f"{benchmark}={copy}", "-L", "1", "--judge", "none")
    if benchmark != "big_bench_audio":  # its only metric is judged, so nothing would be left
        flags += ("--skip-unavailable",)
    found = command(
        watched, "evaluate", "mock:echo", "-t", benchmark, "-o", tmp_path / "run", *flags
    )
    assert asked(watched) == "" and found.code in (0, 3), found.err


@pytest.mark.slow
def test_the_libraries_tell_nobody(watched: dict[str, str], tmp_path: Path) -> None:
    script = [sys.executable, "-c", LIBRARIES, str(tmp_path / "x.parquet")]
    found = subprocess.run(script, env=watched, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-2000:]
    assert asked(watched) == ""


@pytest.mark.long
@pytest.mark.slow
def test_a_folder_with_a_checkpoint_never_asks_the_hub(
    watched: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs the extra hf")
    from tests.support.models.tiny_models import build_tiny_qwen2_audio

    folder = build_tiny_qwen2_audio(tmp_path / "model")
    flags = (
        "-t",
        "quickstart_choice",
        "-L",
        "1",
        "-M",
        "device=cpu",
        "--gen-kwargs",
        "max_gen_toks=2",
    )
    found = command(watched, "evaluate", f"hf:{folder}", *flags, "-o", tmp_path / "run")
    assert asked(watched) == "" and found.code in (0, 3), found.err
