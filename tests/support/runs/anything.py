"""A judged run with model and judge behind one server outside of it, whose ledger says what was asked and answered."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.runs.judged import JUDGED, MODEL, toy_judge
from tests.support.runs.toy import jsonl
from tests.support.servers.chaos_server import ChaosServer, user_text

REPLY = "tests.support.runs.anything:reply"
"""For ``--reply`` of the server."""
CONCURRENCY = 4
WORDS = ("", "no idea", "(B)", "a dog", "42")


def reply(body: Mapping[str, Any]) -> str:
    """The judge's verdict, or the model's answer: every second one is right."""
    if body["model"] == MODEL:
        return toy_judge(body)
    text = user_text(body)
    number = re.findall(r"\d+", text)[-1]
    digest = hashlib.sha256(text.encode()).digest()
    return f"answer {number}" if digest[0] % 2 else WORDS[digest[1] % len(WORDS)]


def command(run: Path, url: str, *more: str) -> tuple[str | Path, ...]:
    """``harness evaluate`` of that model with that judge."""
    return (
        "evaluate", "openai:m", "-t", "judged", "--include-path", JUDGED, "--trust-task-code",
        "-M", f"base_url={url},concurrency={CONCURRENCY}",
        "-J", f"base_url={url},concurrency={CONCURRENCY}", "-o", run, *more,
    )  # fmt: skip


def asked(server: ChaosServer) -> Counter[str]:
    """How often every request, by its content, reached the server."""
    return Counter({name: one["asked"] for name, one in server.ledger()["by_content"].items()})


def recorded(run: Path) -> int:
    """Answers of the server that are lines of a log."""
    found = 0
    for name in ("responses.jsonl", "judgements.jsonl"):
        path = run / name
        if path.exists():
            whole = path.read_bytes().rpartition(b"\n")[0].split(b"\n")
            found += sum(bool(line) and b'"source": "run"' not in line for line in whole)
    return found


def derived(run: Path) -> tuple[bytes, list[dict[str, Any]]]:
    """The derived files, apart from the wall times of calls."""
    samples = jsonl(run / "samples.jsonl")
    for line in samples:
        del line["seconds"]
    return (run / "results.json").read_bytes(), samples
