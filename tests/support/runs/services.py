"""Runs of the toy task against a server that answers by item: its replies, what was asked, what came out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.support.budget import SOAK
from tests.support.runs.toy import jsonl
from tests.support.servers.chaos_server import ChaosServer

ITEMS = 2000 if SOAK else 150


REPLIES = (
    "--reply",
    "tests.support.runs.toy_replies:answer",
    "--outcome-rate",
    "0.1",
    "--seed",
    "11",
)


def content(run: Path) -> tuple[bytes, list[dict[str, Any]]]:
    """Results and samples, apart from times, attempts and the model name that came back."""
    samples = jsonl(run / "samples.jsonl")
    for line in samples:
        for field in ("seconds", "attempts", "extra"):
            line.pop(field)
    return (run / "results.json").read_bytes(), samples


def without_paths(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Samples of runs whose clips lie in different folders."""
    text = json.dumps(samples)
    for line in samples:
        for clip in line["audio"]:
            text = text.replace(json.dumps(clip["path"]), '"clip"')
    found: list[dict[str, Any]] = json.loads(text)
    return found


def asked(server: ChaosServer) -> dict[str, int]:
    """How often every item was asked, by its id."""
    found = {}
    for row in server.ledger()["by_content"].values():
        (number,) = re.findall(r"What is number (\d+)\?$", row["text"])
        found[f"item-{int(number):05}"] = row["asked"]
    return found
