"""The endpoint that every system is measured at: answers after a fixed time and counts what it is asked.

It says for each question ("What is number N?") how often it was asked and answered, and how many requests carried audio:
an audio part, in a body that is at least as long as the clip is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from collections import Counter
from typing import Any

from tests.support.servers.chaos_replies import completion, stream_of
from tests.support.servers.chaos_server import ChaosServer, Connection, parser
from tests.support.servers.chaos_state import Chaos

QUESTION = re.compile(rb"What is number (\d+)\?")
AUDIO = (b'"input_audio"', b'"audio_url"', b"data:audio/")
CLIP_BYTES = 160_000
"""A clip of 5 s, 16 kHz, 16 bit; a shorter body cannot hold one."""


class Seen(Chaos):
    """What was seen, by question."""

    def __init__(self, *flags: str) -> None:
        super().__init__(parser().parse_args(flags))
        self.asked_of: Counter[str] = Counter()
        self.answered_of: Counter[str] = Counter()
        self.with_audio = 0

    def ledger(self) -> dict[str, Any]:
        """Counts, and ``asked`` and ``answered_of`` by number."""
        kept = ("requests", "in_flight_max", "span")
        whole = super().ledger()
        return {name: whole[name] for name in kept} | {
            "with_audio": self.with_audio,
            "asked": dict(self.asked_of),
            "answered": dict(self.answered_of),
        }


class Counted(Connection):
    """A connection whose chat requests are counted by question and answered after the latency."""

    chaos: Seen

    async def complete(self, raw: bytes) -> None:
        """Count, wait, answer; the body is not parsed, so that the endpoint costs little next to a client."""
        seen = self.chaos
        found = QUESTION.search(raw)
        number = found.group(1).decode() if found else "?"
        seen.asked_of[number] += 1
        seen.with_audio += len(raw) >= CLIP_BYTES and any(word in raw for word in AUDIO)
        await asyncio.sleep(seen.options.latency)
        answer: Any = completion({"model": "m"}, f"answer {number}", None)
        is_stream = re.search(rb'"stream": ?true', raw) is not None
        if self.transport.is_closing():  # a client that is gone has no answer
            return
        self.send(200, stream_of(answer) if is_stream else answer)
        seen.answered_of[number] += 1


class Endpoint(ChaosServer):
    """The endpoint as a process of its own, for as long as the context is open."""

    module = "benchmarks.peers.endpoint"

    def __init__(self, latency: float) -> None:
        super().__init__("--latency", str(latency))


async def serve(flags: list[str]) -> None:
    """Listen on loopback and print the port."""
    seen = Seen(*flags)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Counted(seen), "127.0.0.1", 0, backlog=1024)
    print(json.dumps(server.sockets[0].getsockname()[1]), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1:]))
