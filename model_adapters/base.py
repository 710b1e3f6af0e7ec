"""What adapters share: the half of the interface that they do not write, and messages as plain text.

``BatchAdapter`` answers one request as a batch of one, ``AsyncAdapter`` a batch as many requests, so that callers
(``doctor``, lm-eval's wrapper) need not know the style.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from harness.types import AdapterInfo, Message, Request, Response, Text


class BatchAdapter:
    """Base of adapters that answer in batches; subclasses write ``open`` and ``generate_batch``."""

    def open(self) -> AdapterInfo:
        """Load the model."""
        raise NotImplementedError

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""
        raise NotImplementedError

    def prepare_batch(self, requests: Sequence[Request]) -> None:
        """Get a head start on requests that ``generate_batch`` will be given next.

        Called in another thread while an earlier batch is being answered. The default does nothing.
        """

    def batch_limit(self, seconds: float) -> int | None:
        """Return the largest batch size that fits when the longest clip lasts ``seconds``.

        The default knows of no limit. What a batch that was too large has taught belongs here.
        """
        del seconds
        return None

    async def generate(self, request: Request) -> Response:
        """Answer one request."""
        return self.generate_batch([request])[0]

    def close(self) -> None:
        """Release the model; subclasses that hold one override this."""


class AsyncAdapter:
    """Base of adapters that answer request by request; subclasses write ``open`` and ``generate``."""

    def open(self) -> AdapterInfo:
        """Load the model, or find the service."""
        raise NotImplementedError

    async def generate(self, request: Request) -> Response:
        """Answer one request."""
        raise NotImplementedError

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""

        async def ask() -> list[Response]:
            return list(await asyncio.gather(*map(self.generate, requests)))

        return asyncio.run(ask())

    def close(self) -> None:
        """Release the model; subclasses that hold one override this."""


def draw(*parts: object) -> float:
    """Draw a number in [0, 1) that depends on ``parts`` alone, never on the order of calls.

    >>> draw(1234, "item") == draw(1234, "item")
    True
    >>> 0.0 <= draw("a") < 1.0
    True
    """
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def request_seed(seed: int, request_key: str) -> int:
    """Return the seed of a drawn answer: of the call alone (its repeat is part of the key), never of neighbours or order.

    >>> request_seed(0, "a") == request_seed(0, "a") != request_seed(1, "a")
    True
    """
    digest = hashlib.sha256(f"{seed}:{request_key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def prompt_text(messages: Sequence[Message], *, role: str = "user") -> str:
    """Return the text parts of the last message with this role, in reading order; audio leaves no trace.

    >>> prompt_text([Message("user", (Text("Say "), Text("hello.")))])
    'Say hello.'
    """
    for message in reversed(messages):
        if message.role == role:
            return "".join(part.text for part in message.parts if isinstance(part, Text))
    return ""
