"""A judge's answer: what the transport must offer, and which of its replies are verdicts of this judge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Protocol

from model_adapters.services.chat_reply import ChatReply

Source = Literal["asked", "run", "cache"]
"""Where an answer comes from: the judge, an equal request of this run, the shared cache."""


class Client(Protocol):
    """Part of ``model_adapters.services.chat_client.ChatClient`` that the stage needs."""

    async def __aenter__(self) -> Any: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def chat(
        self, build: Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]
    ) -> ChatReply:
        """Send one request, with bounded retries; a failure is a value."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable judge reply."""

    reply: str
    model: str | None
    finish: str
    usage: Mapping[str, Any] | None = None
    seconds: float = 0.0
    attempts: int = 0
    source: Source = "asked"


def unusable(reply: ChatReply, model: str) -> tuple[str, str]:
    """Return why a reply is not a verdict of this judge: (kind, message), empty if it is one.

    >>> unusable(ChatReply("Yes", model="gpt-4o-mini-2024-07-18"), "gpt-4o-mini")
    ('', '')
    >>> unusable(ChatReply("Yes", model="other"), "gpt-4o-mini")[0], unusable(ChatReply(" "), "m")[0]
    ('model', 'empty')
    """
    if reply.finish in ("filter", "refusal"):
        return reply.finish, "the judge's service refused to answer"
    if not (reply.text or "").strip():
        return "empty", "the judge's reply is empty"
    if not same_model(model, reply.model):
        return "model", f"{reply.model!r} answered in place of {model!r}"
    return "", ""


def same_model(asked: str, answered: str | None) -> bool:
    """Return whether the name in the reply is the requested model, perhaps more precisely named.

    >>> same_model("gpt-4o", "gpt-4o-2024-11-20"), same_model("org/m", "m"), same_model("m", None)
    (True, True, True)
    >>> same_model("gpt-4o", "gpt-4o-mini"), same_model("m", "other/m@main")
    (False, False)
    """
    if not answered or answered == asked or answered == asked.rsplit("/", 1)[-1]:
        return True
    rest = answered.removeprefix(asked)
    return rest != answered and (rest[0] in "@:" or rest[:2].strip("-").isdigit())


def recorded(line: Mapping[str, Any]) -> Answer:
    """Return the answer of a recorded line, for another item with the same request."""
    return Answer(line["reply"], line.get("model"), line.get("finish") or "stop", source="run")


def recycled(answer: Answer, source: Source) -> Answer:
    """Return the answer again, at no cost."""
    return Answer(answer.reply, answer.model, answer.finish, source=source)
