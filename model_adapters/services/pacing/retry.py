"""When a request to a service is sent again, and after how long: pure functions.

Sent again: 408, 409, 429, 5xx, a time-out, a broken connection, a body that cannot be read. Not sent again:
any other status, above all 400, 401, 403 and 404, and a 429 that says the account is used up. The wait is
drawn uniformly below an exponentially growing bound (full jitter), so that clients which failed together do
not come back together; a server's Retry-After is a lower bound, and without one the moment at which a limit is reset
(``x-ratelimit-reset-requests`` and its like).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

BACKOFF_SECONDS: Final = 0.5
BACKOFF_CAP: Final = 30.0
RETRY_AFTER_CAP: Final = 120.0
"""A server that asks for more is asked again after this long: its wish may be a date next week."""
BUSY_STATUS: Final[Mapping[int, str]] = {429: "rate_limit", 503: "overloaded", 529: "overloaded"}
"""Statuses by which a server says that it gets too much, with the kind of error that they are."""
_AGAIN: Final = frozenset({408, 409, 429})
_DURATION: Final = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|us|d|h|m|s))+")
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|us|d|h|m|s)")
_UNITS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}
_EPOCH: Final = 1e9
"""A number of seconds from here on is a moment, counted from 1970; from a thousand times that, in milliseconds."""


def may_retry(status: int) -> bool:
    """Return whether the same request may succeed later.

    >>> [status for status in (400, 401, 403, 404, 408, 409, 422, 429, 500, 503) if may_retry(status)]
    [408, 409, 429, 500, 503]
    """
    return status in _AGAIN or 500 <= status < 600


def asked_wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that a server asks to wait: its Retry-After, else when the limit that is used up is reset.

    >>> asked_wait({"x-ratelimit-reset-requests": "6m0s"}), asked_wait({"Retry-After": "1", "ratelimit-reset": "9"})
    (120.0, 1.0)
    """
    plain = {name.lower(): value for name, value in headers.items()}
    seconds = retry_after(plain, now)
    return limit_reset(plain, now) if seconds is None else seconds


def limit_reset(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds until a rate limit is reset, from headers such as ``x-ratelimit-reset-tokens``.

    Of several limits those count of which nothing remains, and of these the last to be reset; else the first to be.
    Times are durations (``1s``, ``6m0s``, ``250ms``), seconds, or moments (ISO 8601, an HTTP date, or counted from 1970 in
    seconds or milliseconds). Long ones are cut at ``RETRY_AFTER_CAP``.

    >>> limit_reset({"x-ratelimit-reset-requests": "250ms"}), limit_reset({"x-ratelimit-reset": "soon"})
    (0.25, None)
    >>> both = {"x-ratelimit-reset-requests": "20s", "x-ratelimit-reset-tokens": "1s"}
    >>> limit_reset(both), limit_reset({**both, "x-ratelimit-remaining-requests": "0"})
    (1.0, 20.0)
    >>> moment = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
    >>> limit_reset({"anthropic-ratelimit-requests-reset": "2030-01-01T12:00:09Z"}, moment)
    9.0
    >>> limit_reset({"x-ratelimit-reset": f"{moment.timestamp() + 5:.0f}000"}, moment)
    5.0
    """
    moment = now or datetime.now(UTC)
    used_up: list[float] = []
    others: list[float] = []
    for name, value in headers.items():
        if "ratelimit" not in name.lower() or "reset" not in name.lower():
            continue
        seconds = _reset_seconds(value.strip(), moment)
        if seconds is None or not seconds > 0:
            continue
        left = _number(headers.get(name.replace("reset", "remaining")))
        (used_up if left is not None and left <= 0 else others).append(seconds)
    found = max(used_up) if used_up else min(others, default=None)
    return None if found is None else min(found, RETRY_AFTER_CAP)


def _reset_seconds(text: str, now: datetime) -> float | None:
    if _DURATION.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    number = _number(text)
    if number is not None:
        while number >= _EPOCH * 1000:
            number /= 1000
        return number - now.timestamp() if number >= _EPOCH else number
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _until(text, now)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()


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
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
