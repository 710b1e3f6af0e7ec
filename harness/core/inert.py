r"""Words of strangers in our outputs: what models, data sets, files and run names say is text and nothing else.

One cleaner per form of output. A character that would do something (move the cursor, start a new line, turn the
direction of writing, make a link, a mention or a formula) is shown as an escape or kept from working; letters of
every script stay as they are.
"""

from __future__ import annotations

import re
from typing import Final

_ACTIVE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_NOT_XML: Final = re.compile("[\ufffe\uffff]")
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_JOINER: Final = "\u2060"
"""Word joiner: nothing is seen of it, and the text around it is not a link, mention or reference any more."""
_LINKS: Final = re.compile(
    r"@(?=[\w-])|#(?=\w)|(?<=\w):(?=//)|\bwww(?=\.)|\b(?:GH|gh)(?=-\d)", re.IGNORECASE
)
_EDGE_UNDERSCORE: Final = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_FORMULA: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def line(text: str) -> str:
    r"""Return text as one line for a terminal or a log, with active characters as JSON escapes.

    >>> line("ok\x1b[2K" + chr(10) + "PASS"), line("naïve 日本 \U0001f600")
    ('ok\\u001b[2K\\nPASS', 'naïve 日本 😀')
    """
    return _ACTIVE.sub(_escaped, text)


def block(text: str) -> str:
    r"""Return text of several lines for a terminal: line ends stay, everything else is as in ``line``.

    >>> block("a" + chr(10) + "b" + chr(27))
    'a\nb\\u001b'
    """
    return "\n".join(map(line, text.split("\n")))


def xml(text: str) -> str:
    r"""Return text for XML, before its own escapes: as ``block``, without the characters that XML does not have.

    >>> xml("a" + chr(10) + "b" + chr(27) + chr(0xFFFE))
    'a\nb\\u001b\\ufffe'
    """
    return _NOT_XML.sub(_escaped, block(text))


def message(text: str) -> str:
    r"""Return an error message for a terminal: further lines are indented, so that none can pass for another message.

    >>> message("bad name" + chr(10) + "PASS")
    'bad name\n  PASS'
    """
    first, *rest = text.split("\n")
    return "\n".join([line(first), *(f"  {line(one.removeprefix('  '))}" for one in rest)])


def markdown(text: str) -> str:
    r"""Return text for one cell or line of a Markdown page: no link, image, emphasis, entity, mention or HTML.

    >>> markdown("two" + chr(10) + "lines <i>"), markdown("_it_ ~~s~~ sakura_animal &#60;")
    ('two lines &lt;i>', '\\_it\\_ \\~\\~s\\~\\~ sakura_animal &amp;#\u206060;')
    """
    flat = line(" ".join(text.split()))
    flat = re.sub(r"[\\|`*\[~$]", r"\\\g<0>", flat)
    flat = _EDGE_UNDERSCORE.sub(r"\\_", flat)
    flat = flat.replace("&", "&amp;").replace("<", "&lt;")
    flat = _LINKS.sub(lambda found: found[0] + _JOINER, flat)
    return re.sub(r"^(?:[#>+-](?=\s|$)|=+$)", r"\\\g<0>", flat)


def cell(text: str) -> str:
    r"""Return text for a cell of a CSV file: one line that no spreadsheet takes for a formula.

    >>> cell("=1+1"), cell(" =1+1"), cell("\uff1d1+1"), cell("plain")
    ("'=1+1", "' =1+1", "'＝1+1", 'plain')
    """
    begins = _ACTIVE.sub("", text).lstrip()[:1]
    shown = line(text)
    return f"'{shown}" if begins in _FORMULA and begins else shown


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code > 0xFFFF:  # as JSON writes it
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
