"""The adapters of services, as the tests that hold for each of them drive them: against ``ChaosServer``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.audio import AudioRef
from harness.types import Adapter, Audio, Generation, Message, Request, Response, Text
from model_adapters.registry import create
from tests.support.runs.toy import evaluate_arguments
from tests.support.servers.chaos_server import ChaosServer


@dataclass(frozen=True)
class Service:
    """An adapter of a service.

    Attributes:
        name: of the adapter.
        model: that is asked for.
        path: what the server's URL has after the host, for this adapter.
        hosted: a model of the service itself, which wants a key.
        variables: where the key is looked for; the first is the one that messages name.
        others: further variables that the adapter reads.
        key: one that looks like the service's.
        key_header: (header, value) by which the key is sent.
        refusal: (text, finish) of a reply that refuses in words.
    """

    name: str
    model: str
    path: str
    hosted: str
    variables: tuple[str, ...]
    others: tuple[str, ...]
    key: str
    key_header: tuple[str, str]
    refusal: tuple[str, str]

    @property
    def target(self) -> str:
        """``MODEL`` of the command line."""
        return f"{self.name}:{self.model}"

    @property
    def environment(self) -> tuple[str, ...]:
        """Every variable that the adapter reads."""
        return self.variables + self.others

    def url(self, server: ChaosServer) -> str:
        """``base_url`` of a server."""
        return server.base_url.removesuffix("/v1") + self.path

    def make(self, server: ChaosServer, **arguments: Any) -> Adapter:
        """An adapter that is not open yet, and waits little between attempts."""
        given = {"base_url": self.url(server), "backoff": 0.01, **arguments}
        return create(self.target, given)

    def ask(self, server: ChaosServer, *requests: Request, **arguments: Any) -> list[Response]:
        """Responses of an adapter made for them; it is closed twice, as a caller may do."""
        adapter = self.make(server, **arguments)
        adapter.open()
        found = adapter.generate_batch(requests)
        adapter.close()
        adapter.close()
        return found

    def evaluate(self, server: ChaosServer, run: Path, *more: str, given: str = "") -> Any:
        """Arguments of ``harness evaluate`` on the toy task; ``given`` are further ``-M`` arguments."""
        arguments = f"base_url={self.url(server)}" + (f",{given}" if given else "")
        return evaluate_arguments(self.target, run, "-M", arguments, *more)


OPENAI = Service(
    name="openai",
    model="m",
    path="/v1",
    hosted="openai:gpt-audio",
    variables=("OPENAI_API_KEY",),
    others=("OPENAI_BASE_URL",),
    key="sk-very-secret-0123456789",
    key_header=("authorization", "Bearer sk-very-secret-0123456789"),
    refusal=("No.", "refusal"),
)
GEMINI = Service(
    name="gemini",
    model="gemini-2.5-flash",
    path="",
    hosted="gemini:gemini-2.5-flash",
    variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    others=(
        "GOOGLE_GEMINI_BASE_URL",
        "GOOGLE_GENAI_USE_VERTEXAI",
        "GOOGLE_GENAI_API_VERSION",
    ),
    key="AIzaSyVery-secret_0123456789abcdefghijk",
    key_header=("x-goog-api-key", "AIzaSyVery-secret_0123456789abcdefghijk"),
    refusal=("", "filter"),
)
SERVICES = {service.name: service for service in (OPENAI, GEMINI)}


def request(text: str, *clips: Path, repeat: int = 0, **generation: Any) -> Request:
    """One user message: the clips, then the text, which is also the key."""
    parts: tuple[Text | Audio, ...] = (*map(AudioRef, clips), Text(text))
    decoding = Generation.from_arguments({"max_gen_toks": 16, **generation})
    return Request(text, (Message("user", parts),), decoding, repeat)


def last(server: ChaosServer) -> dict[str, Any]:
    """Headers and body of the last request that a server got."""
    found: dict[str, Any] = server.ledger()["last"]
    return found


def scripted(tmp_path: Path, replies: dict[str, Any]) -> ChaosServer:
    """A server that answers by the text that it is asked."""
    path = tmp_path / "script.json"
    path.write_text(json.dumps(replies), encoding="utf-8")
    return ChaosServer("--reply", str(path))
