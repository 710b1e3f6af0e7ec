"""What a YAML parser reads without a word and the writer did not mean: repeated keys, and YAML 1.1's other readings of text.

YAML 1.1 reads ``no`` as false, ``1:30`` as ninety and ``010`` as eight. Such a value is refused with the cure, anywhere
in a task or group file; where only true or false is possible, ``yes`` and ``no`` mean what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import yaml

_BOOLEAN: Final = "tag:yaml.org,2002:bool"
_INTEGER: Final = "tag:yaml.org,2002:int"
_FLOAT: Final = "tag:yaml.org,2002:float"
_MERGE: Final = "tag:yaml.org,2002:merge"
_FLAGS: Final = frozenset(
    {"do_sample", "higher_is_better", "should_decontaminate", "unsafe_code", "weight_by_size"}
)
"""Keys whose value can only be true or false."""


class Fault(NamedTuple):
    """A place of a file that does not say what it seems to say."""

    where: str
    message: str
    hint: str


def find_faults(node: yaml.Node, path: Path) -> list[Fault]:
    """Return what is wrong with the text of a parsed file, in its order; aliases are looked at once."""
    return list(_faults(node, path, set(), key=""))


def _faults(node: yaml.Node, path: Path, seen: set[int], *, key: str) -> Iterator[Fault]:
    if isinstance(node, yaml.ScalarNode):
        yield from _scalar(node, path, key)
        return
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _faults(item, path, seen, key="")
    elif isinstance(node, yaml.MappingNode):
        first: dict[tuple[str, str], int] = {}
        for name, value in node.value:
            line = name.start_mark.line + 1
            is_key = isinstance(name, yaml.ScalarNode) and name.tag != _MERGE
            if is_key and (name.tag, name.value) in first:
                yield Fault(
                    f"{path}:{line}",
                    f"the key {name.value!r} stands here and on line {first[name.tag, name.value]}",
                    "keep one of them: YAML would take the last",
                )
            if is_key:
                first[name.tag, name.value] = line
            yield from _faults(name, path, seen, key="")
            yield from _faults(value, path, seen, key=name.value if is_key else "")


def _scalar(node: yaml.ScalarNode, path: Path, key: str) -> Iterator[Fault]:
    if node.style:  # quoted, or a block of text
        return
    text = node.value
    quoted = f'"{text}"'
    where = f"{path}:{node.start_mark.line + 1}"
    if node.tag == _BOOLEAN and text.lower() not in ("true", "false") and key not in _FLAGS:
        meant = "true" if text.lower() in ("yes", "on") else "false"
        yield Fault(
            where, f"YAML reads {text} as {meant}", f"write {quoted} for the text, or {meant}"
        )
    elif node.tag in (_INTEGER, _FLOAT) and ":" in text:
        yield Fault(
            where,
            f"YAML reads {text[:40]} as a number to the base 60",
            "write it in quotes for a text, or as a decimal number",
        )
    elif node.tag == _INTEGER and _is_unusual(text):
        yield Fault(
            where,
            f"YAML reads {text[:40]} as an octal, binary or grouped number",
            "write it in quotes for a text, or as a decimal number",
        )


def _is_unusual(text: str) -> bool:
    digits = text.lstrip("+-")
    return "_" in digits or (len(digits) > 1 and digits.startswith("0") and digits[1] not in "xX")
