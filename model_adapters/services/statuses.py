"""What an HTTP error status of a service means, as one closed rule for all services: refusal, denial, wait, or failure.

A service's own client reads the body; what follows from status, code and words is said here. 401, 403 and 451 are read
with what the service did before (``denial``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from harness.types import ErrorInfo
from model_adapters.services.attempts import Attempt
from model_adapters.services.chat_reply import ChatReply, filtered, used_up
from model_adapters.services.credentials import shown_url
from model_adapters.services.denial import STATUSES, Denials
from model_adapters.services.pacing.patience import BUSY
from model_adapters.services.pacing.retry import BUSY_STATUS, asked_wait, may_retry


def kind_of(status: int, *, spent: bool = False) -> str:
    """Return the kind of error of a status; ``spent`` says that the account is used up.

    >>> [kind_of(status) for status in (400, 429, 500, 503, 529)]
    ['http', 'rate_limit', 'server', 'overloaded', 'overloaded']
    """
    if status == 429 and spent:
        return "quota"
    return BUSY_STATUS.get(status, "server" if status >= 500 else "http")


def outcome(reply: ChatReply) -> Attempt:
    """Return the attempt of a reply that came with status 200; an error in it may be that the service is busy.

    >>> outcome(ChatReply("dog")).verdict
    'answered'
    """
    if reply.error is None:
        return Attempt(reply, "answered")
    return Attempt(reply, "overloaded" if reply.error.kind in BUSY else "failed")


class ErrorBody(NamedTuple):
    """Content of the body of an error, in no service's form.

    Attributes:
        said: the service's words.
        code: its word for the error, if it has one.
        spent: the account is used up, so that waiting does not help.
        wait: seconds that it asks to wait; without them the headers are asked.
        denied: 401, 403 or 451 where it says so under another status.
    """

    said: str
    code: str | None = None
    spent: bool = False
    wait: float | None = None
    denied: int | None = None


def read_status(
    status: int, body: ErrorBody, headers: Mapping[str, str], denials: Denials
) -> Attempt:
    """Return what an error status means.

    Args:
        status: 300 or more.
        body: what the service says.
        headers: of the response.
        denials: what the service denied before.

    >>> read_status(451, ErrorBody(""), {}, Denials()).reply.finish
    'filter'
    >>> read_status(529, ErrorBody("busy"), {"retry-after": "7"}, Denials())[1:]
    ('overloaded', 7.0)
    """
    if filtered(body.code):
        return Attempt(ChatReply("", finish="filter"), "answered")
    if (denial := body.denied or status) in STATUSES:
        found = denials.read(denial, body.said, shown=status)
        if found is None:
            return Attempt(ChatReply("", finish="filter"), "answered")
        return Attempt(ChatReply(None, error=found), "failed")
    if 300 <= status < 400:
        to = shown_url(headers.get("Location", "")) or "another address"
        info = ErrorInfo(
            "http", f"HTTP {status}: the service redirects to {to}; name that in base_url"
        )
        return Attempt(ChatReply(None, error=info), "failed")
    kind = kind_of(status, spent=body.spent or used_up(body.code))
    info = ErrorInfo(
        kind, f"HTTP {status}: {body.said}", retryable=may_retry(status) and kind != "quota"
    )
    asked = asked_wait(headers) if body.wait is None else body.wait
    return outcome(ChatReply(None, error=info))._replace(wait=asked)
