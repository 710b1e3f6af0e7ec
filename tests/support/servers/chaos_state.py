"""What a chaos server was told and what it saw; which request meets which fault."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from typing import Any

from tests.support.servers.chaos_replies import (
    draw,
    reply_function,
)

TRANSIENT = (
    "429",
    "500",
    "503",
    "hang",
    "truncated",
    "malformed",
    "choices",
    "reset",
    "stale",
    "model",
)


OUTCOMES = ("empty", "null", "filter", "refusal", "length")


class Chaos:
    """State of the server: what it was told, and what it saw."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.reply = reply_function(options.reply)
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.texts: dict[str, str] = {}
        self.faults: Counter[str] = Counter()
        self.requests = self.probes = self.in_flight = self.in_flight_max = self.answers = 0
        self.last: dict[str, Any] = {}
        self.first_request: float | None = None
        self.connections = 0
        self.last_answer = 0.0
        self.window_start = float("-inf")
        self.in_window = 0
        self.workers = asyncio.Semaphore(options.workers) if options.workers else None

    def ledger(self) -> dict[str, Any]:
        """Everything that was seen."""
        return {
            "requests": self.requests,
            "answered": self.answers,
            "probes": self.probes,
            "in_flight_max": self.in_flight_max,
            "connections": self.connections,
            "span": self.last_answer - (self.first_request or 0.0),
            "faults": dict(self.faults),
            "last": self.last,
            "by_content": {
                digest: {
                    "text": self.texts[digest],
                    "asked": count,
                    "answered": self.answered[digest],
                }
                for digest, count in self.asked.items()
            },
        }

    def over_limit(self, now: float) -> bool:
        """Whether the limit of the running window is used up; a request after its end begins the next."""
        limit = self.options.window_limit
        if not limit:
            return False
        if now - self.window_start >= self.options.window_seconds:
            self.window_start, self.in_window = now, 0
        self.in_window += 1
        return bool(self.in_window > limit)

    def fault(self, digest: str, attempt: int) -> str | None:
        """The transient fault that this attempt meets."""
        options = self.options
        if attempt >= options.fault_attempts or not options.faults:
            return None
        if draw(options.seed, digest, attempt) >= options.fault_rate:
            return None
        return str(
            options.faults[int(draw("kind", options.seed, digest, attempt) * len(options.faults))]
        )

    def outcome(self, digest: str) -> str | None:
        """The lasting outcome of this body."""
        options = self.options
        if not options.outcomes or draw("outcome", options.seed, digest) >= options.outcome_rate:
            return None
        return str(
            options.outcomes[int(draw("which", options.seed, digest) * len(options.outcomes))]
        )
