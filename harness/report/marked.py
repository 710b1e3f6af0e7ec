"""A part of a text file that is ours: what stands between two marks is written anew, the rest is never touched."""

from __future__ import annotations

from pathlib import Path

from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError
from harness.run.jsonl import write_atomically


def marks(name: str) -> tuple[str, str]:
    """Return the two lines between which a part stands.

    >>> marks("leaderboard")
    ('<!-- harness leaderboard: begin -->', '<!-- harness leaderboard: end -->')
    """
    return f"<!-- harness {name}: begin -->", f"<!-- harness {name}: end -->"


def update(path: Path, name: str, text: str) -> bool:
    """Write the part of a file that bears a name; return whether the file changed.

    Args:
        path: a file that has both marks, each on a line of its own, once and in this order.
        name: name of the part.
        text: what stands between the marks.

    Raises:
        InputFileError: the file cannot be read, or has not both marks once.
    """
    begin, end = marks(name)
    try:
        check_regular(path)
        content = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputFileError("is not UTF-8", where=str(path)) from error
    lines = content.split("\n")
    stripped = [line.strip() for line in lines]
    places = [[n for n, line in enumerate(stripped) if line == mark] for mark in (begin, end)]
    if [len(found) for found in places] != [1, 1] or places[0] > places[1]:
        raise InputFileError(
            f"has {len(places[0])} lines {begin!r} and {len(places[1])} lines {end!r}, expected one of each, in this order",
            where=str(path),
            hint="put both lines where the part is to stand",
        )
    line_end = "\r" if lines[places[0][0]].endswith("\r") else ""
    inner = [f"{line}{line_end}" for line in ["", *text.strip("\n").split("\n"), ""]]
    renewed = "\n".join([*lines[: places[0][0] + 1], *inner, *lines[places[1][0] :]])
    if renewed == content:
        return False
    write_atomically(path, [renewed.encode("utf-8")])
    return True
