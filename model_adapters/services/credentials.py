"""Keys of services: read from the environment, and kept out of everything that is written.

A key is never an argument, so it is in no manifest and no shell history. Whatever a server or a library
says goes through ``Secret.hide`` before it becomes a message, since some servers repeat the key that they
refuse.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from harness.core.redaction import redact_text, redact_url
from harness.errors import SetupError, UsageError

MASK: Final = "***"
NO_KEY: Final = "none"
"""Sent to servers that ask for no key: the client library insists on one."""
VENDORS: Final = frozenset({"OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"})
"""Variables that hold the key of a vendor's own service: a server under another URL may need none."""
_LOOKS_LIKE_KEY: Final = re.compile(r"\b((sk|pk|rk)-[A-Za-z0-9_*-]{6,}|AIza[A-Za-z0-9_-]{20,})")
_SHORTEST_HIDDEN: Final = 4


class MissingKeyError(SetupError):
    """The environment variable that should hold a service's key is not set (exit 4)."""


class Secret:
    """A key that shows itself only when it is asked to.

    >>> Secret("sk-123456"), str(Secret("sk-123456"))
    (Secret(***), 'Secret(***)')
    """

    __slots__ = ("_forms", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        is_secret = value != NO_KEY and len(value) >= _SHORTEST_HIDDEN
        encoded = _encoded(value.encode("utf-8", "surrogateescape")) if is_secret else set()
        self._forms = (value, *sorted(encoded)) if is_secret else ()

    def reveal(self) -> str:
        """Return the key itself, for the client library alone."""
        return self._value

    def hide(self, text: str) -> str:
        """Return ``text`` without the key, and without anything that looks like one, such as a proxy's password.

        >>> Secret("hunter22").hide("the key hunter22 is wrong, and so is sk-abcdefgh")
        'the key *** is wrong, and so is ***'
        """
        return redact_text(_LOOKS_LIKE_KEY.sub(MASK, self.mask(text)))

    def mask(self, text: str) -> str:
        """Take the key itself out of a text, also as base64 or hex, and nothing else: for replies, which are data.

        >>> Secret("hunter22").mask("aHVudGVyMjI= and QmVhcmVyIGh1bnRlcjIy")
        '***I= and QmVhcmVyIG***'
        """
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a key is not pickled")


def _encoded(key: bytes) -> set[str]:
    """Return what of a text in base64 or hex depends on a key in it alone, wherever in the text the key stands."""
    found = {key.hex(), key.hex().upper()}
    for before in range(3):
        start, end = -(-before * 8 // 6), (before + len(key)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(bytes(before) + key).decode()[start:end])
    return found


def find_key(
    variable: str,
    base_url: str | None,
    environment: Mapping[str, str] | None = None,
    *,
    example: str = "http://HOST:PORT/v1",
) -> Secret:
    """Find the key of a service.

    Args:
        variable: environment variable that holds it.
        base_url: the service's URL; ``None`` is the vendor's own, which always needs a key.
        environment: default is the process's.
        example: what a URL looks like, for the hint.

    Raises:
        MissingKeyError: the variable is unset and the service needs a key: it has no ``base_url``, or the
            variable was chosen by hand and the service is not on this machine.

    >>> find_key("OPENAI_API_KEY", "http://127.0.0.1:8000/v1", {}).reveal()
    'none'
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
        raise UsageError(
            "expected the name of an environment variable, found something else",
            where="api_key_env",
            hint="export MY_KEY=… and pass api_key_env=MY_KEY; never the key itself",
        )
    value = (os.environ if environment is None else environment).get(variable, "").strip()
    if value:
        if not value.isprintable() or not value.isascii():
            raise UsageError(
                "the key has a line break, a control character or a letter outside ASCII",
                where=f"environment variable {variable}",
                hint=f"export {variable}=… anew, with the key alone",
            )
        return Secret(value)
    if base_url is not None and (variable in VENDORS or is_loopback(base_url)):
        return Secret(NO_KEY)
    raise MissingKeyError(
        f"the environment variable {variable} is not set",
        hint=f"export {variable}=… (or name another variable with api_key_env=NAME); "
        f"a server of your own is given as base_url={example} and needs no key",
    )


def is_loopback(url: str) -> bool:
    """Return whether a URL points to this machine.

    >>> is_loopback("http://localhost:8000/v1"), is_loopback("https://api.example.com/v1")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_url(url: str, *, where: str) -> str:
    """Check a service's URL; return it without a slash at its end.

    Raises:
        UsageError: not an http or https URL, or the path of the method is part of it.

    >>> check_url("http://127.0.0.1:8000/v1/", where="-M base_url")
    'http://127.0.0.1:8000/v1'
    """
    try:
        parts = urlsplit(url.strip())
        whole = bool(parts.hostname) and (parts.port or 1) > 0 and " " not in url.strip()
    except ValueError:  # a port that is not a number: a password with a slash looks so
        whole = False
    if not whole or parts.scheme not in ("http", "https"):
        raise UsageError(
            f"{redact_text(url)!r} is not an http(s) URL",
            where=where,
            hint="write it as http://127.0.0.1:8000/v1; percent-encode / @ : and blanks of a password",
        )
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise UsageError(
            "the URL ends with /chat/completions, which is added by itself",
            where=where,
            hint="remove it; the URL usually ends with /v1",
        )
    return url.strip().rstrip("/")


def split_password(url: str) -> tuple[str, str | None]:
    """Split a URL into itself without user and password, and the Authorization header that they mean.

    >>> split_password("https://me:pass%20word@example.com/v1")
    ('https://example.com/v1', 'Basic bWU6cGFzcyB3b3Jk')
    >>> split_password("https://example.com/v1")
    ('https://example.com/v1', None)
    """
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    header = "Basic " + base64.b64encode(unquote(credentials).encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), header


def chat_url(url: str) -> str:
    """Return the URL of chat requests: the service's URL with the path of the method, before its query.

    >>> chat_url("http://127.0.0.1:8000/v1")
    'http://127.0.0.1:8000/v1/chat/completions'
    >>> chat_url("https://example.com/deployments/d?api-version=1")
    'https://example.com/deployments/d/chat/completions?api-version=1'
    """
    parts = urlsplit(split_password(url)[0])
    path = f"{parts.path.rstrip('/')}/chat/completions"
    return urlunsplit(parts._replace(path=path, fragment=""))


def shown_url(url: str) -> str:
    """Return a URL for records: without user, password, query and fragment.

    >>> shown_url("https://user:secret@example.com:8443/v1?key=abc")
    'https://example.com:8443/v1'
    """
    if "://" not in url:
        return ""
    shown = redact_url(url).partition("?")[0].partition("#")[0]
    return shown.replace(f"{MASK}@", "", 1)
