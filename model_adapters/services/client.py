"""What clients of services share: they are entered and closed in one event loop, and make attempts in one loop."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from model_adapters.services.attempts import AttemptLoop, Bounds
from model_adapters.services.credentials import Secret
from model_adapters.services.pacing.patience import Waiting


class ServiceClient:
    """Base of clients of one service; use them as ``async with``, in one event loop.

    Args:
        options: how often and how patiently to ask.
        key: of the service; taken out of messages.
        url: the service's URL for people.
    """

    def __init__(self, options: Bounds, key: Secret, url: str) -> None:
        self._key = key
        self._shown_url = url
        self._attempts = AttemptLoop(options, key.hide)
        self.limiter = self._attempts.limiter
        self.patience = self._attempts.patience

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown_url})"

    async def __aenter__(self) -> Self:
        self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def waiting(self) -> Waiting | None:
        """Return for how long all requests have waited for the service, ``None`` while they need not."""
        return self.patience.waiting

    def connect(self) -> None:
        """Open the connections."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        raise NotImplementedError
