"""Keep secrets out of what is written: values by the name of their argument, passwords inside URLs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SENSITIVE = r"(?:key|token(?!s\b|iz)|secret|passw|credential|auth)"


_SECRET = re.compile(_SENSITIVE, re.IGNORECASE)


_SECRET_PAIR = re.compile(
    rf"(\b[\w-]*{_SENSITIVE}[\w-]*=).*?(?=,[A-Za-z_][\w.]*=|$)", re.IGNORECASE | re.DOTALL
)


_PASSWORD_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


REDACTED = "***"


def redact(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments for the manifest: a value whose name looks like a secret is never written."""
    return {
        key: REDACTED
        if _SECRET.search(key)
        else _PASSWORD_IN_URL.sub(f"{REDACTED}@", value)
        if isinstance(value, str)
        else value
        for key, value in arguments.items()
    }


def redact_argv(argv: list[str]) -> list[str]:
    """A command line for the manifest, without secrets.

    >>> redact_argv(["-M", "api_key=abc,dtype=fp16"])
    ['-M', 'api_key=***,dtype=fp16']
    """
    return [
        _PASSWORD_IN_URL.sub(f"{REDACTED}@", _SECRET_PAIR.sub(rf"\g<1>{REDACTED}", part))
        for part in argv
    ]
