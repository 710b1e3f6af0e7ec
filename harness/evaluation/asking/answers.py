"""What an adapter may return."""

from __future__ import annotations

from harness.core.adapter import Response
from harness.errors import AdapterError


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
