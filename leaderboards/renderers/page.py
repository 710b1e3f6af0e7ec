"""Self-contained HTML pages: one file, no request, and nothing in it runs but our own style and script.

The content security policy names the digests of both, so that text which gets into a page as markup by a fault of ours
still cannot run. All text goes through ``text``: active characters are shown as escapes, markup is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import html
from functools import lru_cache
from pathlib import Path
from typing import Final

from harness.core import inert

ASSETS: Final = Path(__file__).parent / "assets"


def text(value: str) -> str:
    r"""Return text for an element or an attribute.

    >>> text('a<b> "c"' + chr(27))
    'a&lt;b&gt; &quot;c&quot;\\u001b'
    """
    return html.escape(inert.line(value), quote=True)


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """Return the text of a file that ships with the renderers."""
    return (ASSETS / name).read_text(encoding="utf-8")


def page(title: str, body: str, *, styles: tuple[str, ...], scripts: tuple[str, ...] = ()) -> str:
    """Return a complete page.

    Args:
        title: title of the window, plain text.
        body: markup that is ours, with every text in it already escaped.
        styles: names of style sheets among the assets.
        scripts: names of scripts among the assets.
    """
    style = "\n".join(asset(name) for name in styles)
    script = "\n".join(asset(name) for name in scripts)
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src {_digest(style)}; script-src {_digest(script) if script else chr(39) + 'none' + chr(39)}"
    )
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{text(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        body,
        f"<script>{script}</script>" if script else "",
        "</body>",
        "</html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def framed(content: str, height: int = 640) -> str:
    """Return a page as a frame for a notebook: it can neither reach the notebook nor be styled by it."""
    source = html.escape(content, quote=True)
    return (
        f'<iframe sandbox="allow-scripts" srcdoc="{source}" width="100%" height="{height}"'
        ' frameborder="0"></iframe>'
    )


def _digest(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"
