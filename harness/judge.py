"""Which judge a run uses. The live judge stage is a later addition; stored replies work today."""

from __future__ import annotations

from harness.errors import UsageError


def resolve_judge(judge: str, *, has_replies: bool) -> str:
    """What ``--judge`` means here: ``auto`` is ``replay`` if there are stored replies, else ``none``.

    >>> resolve_judge("auto", has_replies=True)
    'replay'

    Raises:
        UsageError: a judge that this version does not have.
    """
    if judge == "auto":
        return "replay" if has_replies else "none"
    if judge not in ("replay", "none"):
        raise UsageError(
            f"--judge {judge!r} is not available",
            hint="this version has: auto, replay (stored judge replies), none",
        )
    return judge
