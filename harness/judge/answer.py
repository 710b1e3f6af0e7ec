"""A judge's answer: what the transport must offer, and which of its replies are verdicts of this judge."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Literal, Protocol

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


_PRICE: Final = re.compile(r":(?:free|nitro|floor|latest)$")
_MORE: Final = re.compile(r"-\d|[-.](?:i?q\d|f16|bf16|fp\d|awq|gptq)")


def unusable(reply: ChatReply, model: str, accepted: Collection[str] = ()) -> tuple[str, str]:
    """Return why a reply that came back is not a verdict of this judge: (kind, message), empty if it is one.

    >>> unusable(ChatReply("Yes", model="gpt-4o-mini-2024-07-18"), "gpt-4o-mini")
    ('', '')
    >>> unusable(ChatReply("Yes", model="other"), "gpt-4o-mini")[0], unusable(ChatReply(" "), "m")[0]
    ('model', 'empty')
    """
    if reply.finish in ("filter", "refusal"):
        return reply.finish, "the judge's service refused to answer"
    if reply.finish == "length":
        return "length", "the judge's reply is cut at its token limit; -J max_tokens=N raises it"
    if not (reply.text or "").strip():
        return "empty", "the judge's reply is empty"
    if reply.model not in accepted and not same_model(model, reply.model):
        hint = f"if that is the judge's other name: -J accept_model={reply.model}"
        return "model", f"{reply.model!r} answered in place of {model!r}; {hint}"
    return "", ""


def same_model(asked: str, answered: str | None) -> bool:
    """Return whether the name that came back is the model that was asked, perhaps named in another form.

    Case, a provider in front, a price class (``:free``), the path of a file and what says more precisely which release or
    quantisation it is make no other model.

    >>> same_model("gpt-4o", "gpt-4o-2024-11-20"), same_model("org/m", "m"), same_model("m", None)
    (True, True, True)
    >>> same_model("Qwen/Qwen3-8B", "qwen/qwen3-8b:free"), same_model("qwen3-8b", "/m/Qwen3-8B-Q4_K_M.gguf")
    (True, True)
    >>> same_model("gpt-4o", "gpt-4o-mini"), same_model("a/m", "other/m"), same_model("prod-judge", "gpt-4o")
    (False, False, False)
    """
    if not answered or answered == asked:
        return True
    (provider, name), (other, found) = _form(asked), _form(answered)
    if provider and other and provider != other:
        return False
    rest = found.removeprefix(name)
    if found == name:
        return True
    return rest != found and (rest[0] in "@:" or _MORE.match(rest) is not None)


def _form(name: str) -> tuple[str, str]:
    """Return (provider, model) in one form; the folders of a path are not a provider."""
    plain = _PRICE.sub("", name.strip().lower()).removesuffix(".gguf")
    parts = plain.replace("\\", "/").split("/")
    is_file = len(parts) > 2 or name.lower().endswith(".gguf") or name.startswith(("/", "."))
    return ("" if is_file or len(parts) == 1 else parts[0]), parts[-1]


def recorded(line: Mapping[str, Any]) -> Answer:
    """Return the answer of a recorded line, for another item with the same request."""
    return Answer(line["reply"], line.get("model"), line.get("finish") or "stop", source="run")


def recycled(answer: Answer, source: Source) -> Answer:
    """Return the answer again, at no cost."""
    return Answer(answer.reply, answer.model, answer.finish, source=source)
