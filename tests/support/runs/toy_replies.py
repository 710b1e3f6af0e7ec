"""Replies of the chaos server to the toy task."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.support.servers.chaos_server import user_text


def answer(body: Mapping[str, Any]) -> str:
    """The right answer to every question, wrong for every seventh."""
    found = re.search(r"What is number (\d+)\?", user_text(body))
    if found is None:
        return "I do not know."
    number = int(found[1])
    return f"answer {number + (number % 7 == 3)}"
