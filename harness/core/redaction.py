"""Keep secrets out of what is written: by the name of their argument, and by the place where they stand.

Places are those where services take secrets: user and password of a URL, its query and fragment, a path segment that
looks drawn, headers and fields of nested JSON, ``Bearer`` and vendors' key forms. Prompts are data and stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

REDACTED: Final = "***"
_SENSITIVE: Final = (
    r"(?:key(?!words?\b)|token(?!s\b|iz)|secret|passw|passphrase|\bpwd\b|\bpat\b|credential|auth|bearer|"
    r"cookie|signature|\bsig\b|session)"
)
_SECRET: Final = re.compile(_SENSITIVE, re.IGNORECASE)
_NAMES_A_VARIABLE: Final = re.compile(r"_env$", re.IGNORECASE)
_PAIR: Final = re.compile(
    rf"(?P<name>\b[\w.-]*{_SENSITIVE}[\w.-]*)(?P<sign>=|['\"]\s*:\s*['\"])(?P<value>[^\s,'\"]+)",
    re.IGNORECASE,
)
_SHOWN: Final = re.compile(r"[A-Z]{0,8}|…|value|[Nn]one|null|[Tt]rue|[Ff]alse|\*+")
_KEY_FORMS: Final = re.compile(
    r"\b(?:(?:sk|pk|rk)-[A-Za-z0-9_*-]{6,}|AIza[A-Za-z0-9_-]{20,}|hf_(?!evaluate\b)[A-Za-z0-9]{8,}|gh[pousr]_[A-Za-z0-9]{16,})"
)
_BEARER: Final = re.compile(r"\b(Bearer|Basic)\s+[^\s\"',}]+", re.IGNORECASE)
_URL: Final = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]*://(?:[^\s/@:\"']+:[^@/\"'\n]{0,200}@)?[^\s\"'<>\\]*"
)
"""A URL in a text, up to a blank; but a blank in a password is part of it."""
_DRAWN: Final = re.compile(r"(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[A-Za-z0-9_~+=]{10,}")
"""A segment of a path that mixes letters and digits without a separator, as keys do and names do not."""


def is_secret(name: str) -> bool:
    """Tell whether an argument of this name holds a secret.

    >>> is_secret("api_key"), is_secret("hf.token"), is_secret("max_tokens"), is_secret("api_key_env")
    (True, True, False, False)
    """
    return bool(_SECRET.search(name)) and not _NAMES_A_VARIABLE.search(name)


def redact_url(url: str) -> str:
    """Return a URL without user, password, values of its query, fragment and drawn path segments.

    >>> redact_url("https://me:pa/ss@example.com:8443/v1?api-version=1&sig=abc#x")
    'https://***@example.com:8443/v1?api-version=***&sig=***#***'
    >>> redact_url("https://example.com/hooks/T0a9Xk27Qp1/v1")
    'https://example.com/hooks/***/v1'
    """
    scheme, _, rest = url.partition("://")
    if "@" in rest:
        rest = f"{REDACTED}@{rest.rpartition('@')[2]}"
    rest, hash_sign, _ = rest.partition("#")
    address, mark, query = rest.partition("?")
    host, slash, path = address.partition("/")
    path = "/".join(REDACTED if _DRAWN.fullmatch(part) else part for part in path.split("/"))
    query = "&".join(_masked_pair(pair) for pair in query.split("&")) if mark else ""
    return f"{scheme}://{host}{slash}{path}{mark}{query}{f'#{REDACTED}' if hash_sign else ''}"


def _masked_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={REDACTED}" if equals else REDACTED


def redact_text(text: str) -> str:
    """Return a text without its secrets: those in URLs, in pairs, and of a known form.

    >>> redact_text("no answer from https://u:p@h/v1 with api_key=abc")
    'no answer from https://***@h/v1 with api_key=***'
    >>> redact_text("'http://user:my secret@h/v1' is not a URL"), redact_text("see http://h:80/v1 or write to me@h")
    ("'http://***@h/v1' is not a URL", 'see http://h:80/v1 or write to me@h')
    >>> redact_text("pass api_key_env=NAME, or export OPENAI_API_KEY=…")
    'pass api_key_env=NAME, or export OPENAI_API_KEY=…'
    """
    text = _URL.sub(lambda found: redact_url(found.group()), text)
    text = _BEARER.sub(rf"\g<1> {REDACTED}", text)
    text = _PAIR.sub(_pair, text)
    return _KEY_FORMS.sub(REDACTED, text)


def _pair(found: re.Match[str]) -> str:
    if not is_secret(found["name"]) or _SHOWN.fullmatch(found["value"].rstrip(".;)")):
        return found.group()
    return f"{found['name']}{found['sign']}{REDACTED}"


def redact_value(value: Any, name: str = "") -> Any:
    """Return a value of an argument without secrets, nested mappings, lists and JSON texts included.

    >>> redact_value({"headers": {"Authorization": "Bearer x"}, "n": [1, "http://a:b@h"]})
    {'headers': {'Authorization': '***'}, 'n': [1, 'http://***@h']}
    >>> redact_value('{"api_key": "abc"}')
    '{"api_key": "***"}'
    """
    if is_secret(name) and value is not None and not isinstance(value, bool):
        return REDACTED
    if _NAMES_A_VARIABLE.search(name) and isinstance(value, str):
        return value if re.fullmatch(r"[A-Z][A-Z0-9_]*", value) else REDACTED
    if isinstance(value, Mapping):
        return {key: redact_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, str):
        if "://" in value and re.match(r"\s*[A-Za-z][A-Za-z0-9+.-]*://", value):
            return redact_url(value)
        if value.lstrip()[:1] in ("{", "["):
            try:
                return json.dumps(redact_value(json.loads(value)), ensure_ascii=False)
            except (ValueError, RecursionError):
                pass
        return redact_text(value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [redact_value(item) for item in value]
    return value


def redact(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments for the manifest.

    >>> redact({"api_key": "abc", "base_url": "http://u:p@h/v1", "dtype": "fp16"})
    {'api_key': '***', 'base_url': 'http://***@h/v1', 'dtype': 'fp16'}
    """
    return {name: redact_value(value, name) for name, value in arguments.items()}


def redact_argv(argv: Sequence[str]) -> list[str]:
    """Return a command line for the manifest, without secrets.

    >>> redact_argv(["-M", "api_key=abc,dtype=fp16", "-Mtoken=x", "http://u:p@h"])
    ['-M', 'api_key=***,dtype=fp16', '-Mtoken=***', 'http://***@h']
    """
    return [_argument(part) for part in argv]


def _argument(part: str) -> str:
    pieces = re.split(r"(,(?=[A-Za-z_][\w.]*=))", part)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    name, equals, value = piece.partition("=")
    if equals and re.fullmatch(r"--[\w-]+", name):
        return f"{name}={_argument(value)}"
    if equals and re.fullmatch(r"-{0,2}[\w.-]+", name):
        return f"{name}={redact_value(value, name.removeprefix('-M').removeprefix('-J'))}"
    return str(redact_value(piece))
