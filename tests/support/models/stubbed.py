"""A model of model_adapters/contrib over its stub: an interpreter of its own, requests, the calls that upstream got."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.types import Adapter, Audio, Generation, Message, Request, Response, Role, Text
from model_adapters.registry import create
from tests.support.runs.toy import jsonl

STUBS = Path(__file__).parents[2] / "model_adapters" / "stubs" / "contrib"


TARGETS = {
    "desta25": "contrib.desta25:DeSTA25",
    "llaso": "contrib.llaso:LLaSO",
    "alarm": "contrib.alarm:ALARM",
    "kimi_audio": "contrib.kimi_audio:KimiAudio",
}


class Stubbed:
    """One model over its stub: makes adapters, asks them, knows the calls that upstream got."""

    def __init__(self, name: str, python: Path, folder: Path) -> None:
        self.name = name
        self.python = python
        self.hub = folder / "hub"
        self.ledger = folder / "ledger.jsonl"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.opened: list[Adapter] = []

    def environment(self) -> dict[str, str]:
        """What the child must see."""
        return {
            "STUB_HUB": str(self.hub),
            "STUB_LEDGER": str(self.ledger),
            "TMPDIR": str(self.temporary),
        }

    def make(self, **arguments: Any) -> Adapter:
        self.opened.append(
            create(f"python:{TARGETS[self.name]}", {"python": str(self.python), **arguments})
        )
        return self.opened[-1]

    def open(self, **arguments: Any) -> Adapter:
        adapter = self.make(**arguments)
        adapter.open()
        return adapter

    def calls(self, name: str | None = None) -> list[dict[str, Any]]:
        """Calls so far, and forget them; without ``call`` where one name is asked for."""
        found = jsonl(self.ledger) if self.ledger.exists() else []
        self.ledger.write_text("")
        if name is None:
            return found
        return [
            {key: value for key, value in call.items() if key != "call"}
            for call in found
            if call["call"] == name
        ]

    def left_behind(self) -> list[str]:
        return sorted(path.name for path in self.temporary.iterdir())


def request(*parts: str | Audio, system: str | None = None, **generation: Any) -> Request:
    """A request whose user message has these parts."""
    messages = [message("user", *parts)]
    if system is not None:
        messages.insert(0, message("system", system))
    return Request("key", tuple(messages), Generation.from_arguments(generation))


def message(role: Role, *parts: str | Audio) -> Message:
    return Message(role, tuple(Text(part) if isinstance(part, str) else part for part in parts))


def answer(adapter: Adapter, *parts: str | Audio, **more: Any) -> Response:
    (response,) = adapter.generate_batch([request(*parts, **more)])
    return response


def text(adapter: Adapter, *parts: str | Audio, **more: Any) -> str:
    response = answer(adapter, *parts, **more)
    assert response.error is None, response.error
    return str(response.text)


def error(adapter: Adapter, *parts: str | Audio, **more: Any) -> str:
    """The message of a request that fails."""
    response = answer(adapter, *parts, **more)
    assert response.error is not None, response.text
    return response.error.message
