"""A reply function for the chaos server that does what a well-behaved model does, without a model.

The reply depends on system prompt, clips and question, and obeys the bound on tokens (one word is one token).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tests.support.servers.chaos_server import user_text


def reply(body: Mapping[str, Any]) -> dict[str, Any]:
    """Content and finish reason for a body of /v1/chat/completions."""
    heard = hashlib.sha256(json.dumps(body["messages"], sort_keys=True).encode()).hexdigest()
    words = [heard[:8], *user_text(body).split(" ")]
    most = body.get("max_tokens", len(words))
    return {
        "content": " ".join(words[:most]),
        "finish_reason": "length" if most < len(words) else "stop",
    }
