"""Links of the pages, as the site needs them. A hook of mkdocs; not a command.

The pages link to files of the repository, so that they work where they lie. In the site a benchmark's README is a page, and
anything else outside ``docs`` is a link to the repository.
"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath, relpath
from typing import Any

LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
TITLE = re.compile(r"^(```\w+) title=([^\s\"]+)$", re.MULTILINE)


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Rewrite the links of a page, and the titles of its code blocks."""
    source = page.file.src_uri
    found = LINK.sub(lambda match: _link(match, source, config["extra"]["repository"]), markdown)
    return TITLE.sub(r'\1 title="\2"', found)


SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the theme loads from elsewhere for a search from file://; the site has its own copy (npm iframe-worker 1.0.4, MIT)."""


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """Load the worker of the search from the site itself."""
    up = "../" * page.file.dest_uri.count("/")
    return output.replace(SHIM, f"{up}assets/iframe-worker-1.0.4/shim.js")


def on_post_template(output: str, **_: Any) -> str:
    """Do the same in pages that no Markdown makes (404)."""
    return output.replace(SHIM, "assets/iframe-worker-1.0.4/shim.js")


def _link(match: re.Match[str], source: str, repository: str) -> str:
    text, target = match[1], match[2]
    path, hash_, anchor = target.partition("#")
    if re.match(r"[a-z]+:", target) or not path:
        return match[0]
    # where the linked file lies in the repository
    place = (
        f"tasks/{source.split('/')[-1][:-3]}"
        if source.startswith("benchmarks/")
        else f"docs/{dirname(source)}"
    )
    real = normpath(join(place, path))
    if readme := re.fullmatch(r"tasks/(\w+)/README\.md", real):
        to = f"benchmarks/{readme[1]}.md"
    elif real.startswith("docs/") and real not in ("docs/design.md", "docs/measurements.md"):
        to = real.removeprefix("docs/")
    else:
        return f"[{text}]({repository}/blob/main/{real}{hash_}{anchor})"
    return f"[{text}]({relpath(to, dirname(source) or '.')}{hash_}{anchor})"
