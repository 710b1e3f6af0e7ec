"""What a service says of a file or a batch: its id, and how far it is. A closed list, since an unknown word would be waited for in vain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ENDED: Final = frozenset({"completed", "failed", "expired", "cancelled"})
"""States after which nothing more comes."""
_AT_WORK: Final = frozenset(
    {"validating", "in_progress", "finalizing", "cancelling", "queued", "pending", "running"}
)


def identity_of(found: Mapping[str, Any]) -> str:
    """Return the id of what a service has made.

    Raises:
        ValueError: it has none.

    >>> identity_of({"id": "file-1"}), identity_of({"id": 7})
    ('file-1', '7')
    """
    name = found.get("id")
    if isinstance(name, bool) or not isinstance(name, (str, int)) or name == "":
        raise ValueError("the service sent no id")
    return str(name)


def status_of(state: Mapping[str, Any]) -> str:
    """Return the status of a batch.

    Raises:
        ValueError: it has none that is known.

    >>> status_of({"status": "IN_PROGRESS"})
    'in_progress'
    """
    status = str(state.get("status")).lower()
    if status not in ENDED | _AT_WORK:
        raise ValueError(f"its status is {status[:40]!r}, which is not known")
    return status
