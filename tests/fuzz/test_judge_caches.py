"""Judge caches of strangers: a line is the reply that was written for its key, or it counts for nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from harness.judge.cache import JudgeCache
from harness.run.judgements import CachedReply
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import bent_bytes, bent_json, deep

LINES: tuple[CachedReply, ...] = tuple(
    {
        "key": key * 8, "model": "m", "reply": f"Judgement: {word}", "finish": "stop",
        "usage": {"prompt_tokens": 3, "prompt_tokens_details": {"audio_tokens": 1}}, "seconds": 0.5,
    }
    for key, word in (("a", "correct"), ("b", "incorrect"), ("c", "correct"))
)  # fmt: skip


def test_no_cache_ends_in_a_traceback_or_gives_a_reply_that_nobody_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)
    first = JudgeCache(tmp_path, "m")
    for line in LINES:
        first.put(line)
    whole = first.path.read_bytes()
    written = {line["key"]: line["reply"] for line in LINES}

    def one(draw: random.Random) -> str:
        lines = whole.split(b"\n")[:-1]
        number = draw.randrange(len(lines))
        match draw.randrange(6):
            case 0:
                content = bent_bytes(whole, draw)
            case 1:
                content = deep(draw) + b"\n" + whole
            case 2:
                content = b"\n".join(draw.choices(lines, k=5)) + b"\n"
            case _:
                lines[number] = json.dumps(bent_json(json.loads(lines[number]), draw)).encode()
                content = b"\n".join(lines) + draw.choice((b"\n", b"\n", b""))
        first.path.write_bytes(content)
        cache, lost = JudgeCache(tmp_path, "m"), 0
        for key, reply in written.items():
            found = cache.get(key)
            assert found is None or (found["key"], found["reply"]) == (key, reply)
            lost += found is None
        asked = draw.choice(LINES)
        cache.put(asked)
        found = JudgeCache(tmp_path, "m").get(asked["key"])
        assert found is not None and found["reply"] == asked["reply"]  # what is asked again is kept
        return "lost" if lost else "whole"

    found = fuzz("judge caches", one, quick=400, record=record_property)
    assert found["lost"] and found["whole"]
