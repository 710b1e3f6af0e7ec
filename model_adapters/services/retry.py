"""When a request to a service is sent again, and after how long: pure functions.

Sent again: 408, 409, 429, 5xx, a time-out, a broken connection, a body that cannot be read. Not sent again:
any other status, above all 400, 401, 403 and 404, and a 429 that says the account is used up. The wait is
drawn uniformly below an exponentially growing bound (full jitter), so that clients which failed together do
not come back together; a server's Retry-After is a lower bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

BACKOFF_SECONDS: Final = 0.5
BACKOFF_CAP: Final = 30.0
RETRY_AFTER_CAP: Final = 120.0
"""A server that asks for more is asked again after this long: its wish may be a date next week."""
OVERLOAD: Final = frozenset({429, 503, 529})
"""Statuses by which a server says that it gets too much at once."""
_AGAIN: Final = frozenset({408, 409, 429})


def may_retry(status: int) -> bool:
    """Return whether the same request may succeed later.

    >>> [status for status in (400, 401, 403, 404, 408, 409, 422, 429, 500, 503) if may_retry(status)]
    [408, 409, 429, 500, 503]
    """
    return status in _AGAIN or 500 <= status < 600


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that a server asks to wait: ``retry-after-ms``, or ``retry-after`` in seconds or as a date.

    Negative and unreadable values count as none; long ones are cut at ``RETRY_AFTER_CAP``.

    >>> retry_after({"retry-after": "2.5"}), retry_after({"retry-after-ms": "300"})
    (2.5, 0.3)
    >>> retry_after({"retry-after": "86400"}), retry_after({"retry-after": "soon"})
    (120.0, None)
    >>> moment = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
    >>> retry_after({"retry-after": "Tue, 01 Jan 2030 12:00:07 GMT"}, moment)
    7.0
    """
    seconds = _number(headers.get("retry-after-ms"))
    if seconds is not None:
        seconds /= 1000.0
    else:
        text = headers.get("retry-after")
        seconds = _number(text)
        if seconds is None and text is not None:
            seconds = _until(text, now or datetime.now(UTC))
    if seconds is None or not seconds >= 0:
        return None
    return min(seconds, RETRY_AFTER_CAP)


def wait_seconds(
    attempt: int,
    draw: float,
    asked: float | None = None,
    *,
    base: float = BACKOFF_SECONDS,
    cap: float = BACKOFF_CAP,
) -> float:
    """Return the seconds before the next attempt.

    Args:
        attempt: attempts so far, from 1.
        draw: a number in [0, 1).
        asked: what the server asked for.
        base: bound after the first attempt; it doubles with each.
        cap: largest bound.

    >>> [wait_seconds(attempt, 0.999999, cap=3.0) for attempt in (1, 2, 3, 4)] < [0.5, 1.0, 2.0, 3.0]
    True
    >>> wait_seconds(1, 0.0), wait_seconds(1, 0.5, asked=7.0)
    (0.0, 7.25)
    """
    bound = min(cap, base * 2.0 ** min(attempt - 1, 60))
    return draw * bound + (min(asked, RETRY_AFTER_CAP) if asked is not None else 0.0)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
