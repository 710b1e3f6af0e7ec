"""What an adapter may return, and when it is asked again."""

from __future__ import annotations

import random
from typing import Final

from harness.core.adapter import Response
from harness.errors import AdapterError

BACKOFF_SECONDS: Final = 0.25


def checked(response: object) -> Response:
    """Return the adapter's answer, if it keeps to the interface.

    Raises:
        AdapterError: it is no ``Response``.
    """
    if not isinstance(response, Response):
        raise AdapterError(f"the adapter gave a {type(response).__name__}, not a Response")
    return response


def counted(responses: object, requests: int) -> list[object]:
    """Return the adapter's answers to a batch, if there is one for each request.

    Raises:
        AdapterError: there are more or fewer, or it is not a list.
    """
    found = len(responses) if isinstance(responses, list) else type(responses).__name__
    if not isinstance(responses, list) or found != requests:
        raise AdapterError(
            f"generate_batch() gave {found} for {requests} requests",
            hint="an adapter gives a list with one Response per request, in order",
        )
    return responses


def backoff(key: str, attempt: int) -> float:
    """Return seconds to wait before the next attempt: exponential, with jitter that the key decides."""
    jitter = 0.5 + random.Random(f"{key}{attempt}").random()
    return BACKOFF_SECONDS * 2.0 ** (attempt - 1) * jitter
