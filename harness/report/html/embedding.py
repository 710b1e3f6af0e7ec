r"""Data inside a page, so that nothing of it can end its element, run, or be mistaken for the page.

Two forms. *Plain* JSON stays readable for ``grep``; characters that mean something to HTML, JavaScript or a terminal are
JSON escapes. *Packed* text is deflated and base64-encoded: the page unpacks it when it is needed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import zlib
from typing import Any, Final

_ACTIVE: Final = re.compile(
    "[<>&\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]"
)


def plain(value: Any) -> str:
    r"""Return one line of JSON that is inert inside ``<script type="application/json">`` and in a terminal.

    >>> plain(["a</script>", "naïve"]), plain("line" + chr(0x2028))
    ('["a\\u003c/script\\u003e","naïve"]', '"line\\u2028"')
    """
    return _ACTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", compact(value))


def compact(value: Any) -> str:
    """Return JSON without spaces; a lone surrogate stays what it is, a number that JSON does not have becomes text.

    >>> compact({"value": float("nan")})
    '{"value":"nan"}'
    """
    options: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "default": str}
    try:
        return json.dumps(value, allow_nan=False, **options)
    except ValueError:
        return json.dumps(_finite(value), **options)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, (list, tuple)) else value


def packed(text: str) -> str:
    """Return text as base64 of its raw deflate stream; a lone surrogate becomes a JSON escape.

    >>> zlib.decompress(base64.b64decode(packed("ab")), wbits=-15)
    b'ab'
    """
    safe = re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)
    return packed_bytes(safe.encode())


def packed_bytes(content: bytes) -> str:
    """Return bytes as base64 of their raw deflate stream."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(content) + deflate.flush()).decode("ascii")


def source_hash(text: str) -> str:
    """Return what a content security policy calls an inline script or style sheet.

    >>> source_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


class Packer:
    """Blocks of JSON lines: a page unpacks the block of the item that is looked at.

    Args:
        items: lines that a block holds at most.
        size: characters after which a block is closed.
    """

    def __init__(self, items: int = 64, size: int = 200_000) -> None:
        self.items, self.size = items, size
        self.blocks: list[str] = []
        self.counts: list[int] = []
        self._lines: list[str] = []
        self._length = 0

    def add(self, record: Any) -> None:
        """Add one record."""
        line = compact(record)
        self._lines.append(line)
        self._length += len(line)
        if len(self._lines) >= self.items or self._length >= self.size:
            self.close()

    def close(self) -> None:
        """End the block at hand."""
        if self._lines:
            self.blocks.append(packed("\n".join(self._lines)))
            self.counts.append(len(self._lines))
            self._lines, self._length = [], 0
