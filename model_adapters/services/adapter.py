"""What adapters of chat services share: a client as long as its event loop, prices, waits, and what ends a run."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Generic, TypeVar

from harness.types import Request, Response
from model_adapters.base import AsyncAdapter
from model_adapters.services.chat_reply import ChatReply
from model_adapters.services.client import ServiceClient
from model_adapters.services.large import LargeRequests
from model_adapters.services.pacing.patience import Waiting
from model_adapters.services.responses import (
    LoopBound,
    OffLoop,
    as_response,
    check_service,
    read_prices,
)

SLOW_ENCODING: Final = 0.005
"""Seconds that making one request may hold up everything else."""
C = TypeVar("C", bound=ServiceClient)


class ServiceAdapter(AsyncAdapter, Generic[C]):
    """Base of adapters of a chat service.

    Args:
        model: the service's name of the model.
        arguments: with ``input_price`` and ``output_price``.
    """

    takes_patience: ClassVar = True

    def __init__(self, model: str, arguments: Any) -> None:
        self._model = model
        self._prices = read_prices(arguments.input_price, arguments.output_price)
        self._client: LoopBound[C] = LoopBound(self.make_client)
        self._encoding = OffLoop()
        self._large = LargeRequests()

    def make_client(self) -> C:
        """Make a client of the service, not yet entered.

        Raises:
            MissingKeyError: the key is not in the environment.
            UsageError: the URL is not valid.
        """
        raise NotImplementedError

    def response(self, reply: ChatReply, request: Request, service: str, variable: str) -> Response:
        """Return the response for a reply.

        Args:
            reply: what the client returned.
            request: what was asked.
            service: the URL to show.
            variable: environment variable of the key.

        Raises:
            AdapterError: the service refuses the key, or is busy for too long.
        """
        check_service(reply, service, variable)
        stops = request.generation.stop
        return as_response(reply, asked=self._model, stops=stops, prices=self._prices)

    def waiting(self) -> Waiting | None:
        """Return what all requests wait for, ``None`` while they need not."""
        client = self._client.held
        return None if client is None else client.waiting()

    def close(self) -> None:
        """Forget the connections; they were closed with the event loop that they belonged to."""
        self._client.forget()
