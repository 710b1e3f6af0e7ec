"""Hazards of LLaSO-Eval's scorer: a reply that raises, takes too long, or gives no metric."""

from __future__ import annotations

import json
import math
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.types import MISSING, READINGS
from metrics.registry import METRICS
from tasks.llaso_eval.sets import get
from tests.support.budget import examples
from tests.support.data.llaso_items import (
    ACCENT,
    AGE,
    AQA,
    PHONEMES,
    PITCH,
    SCORES,
    SENTENCE,
    score,
)

# --- properties --------------------------------------------------------------------------------

FAMILIES = {
    "closed": (ACCENT, "Northern Irish."),
    "transcript": ("ASR_test", "two grey geese"),
    "phonemes": (PHONEMES, "tuː ɡɹeɪ"),
    "age": (AGE, "31"),
    "pitch": (PITCH, "60"),
    "pronunciation": (SENTENCE, SCORES),
    "judged": (AQA, "A goose."),
}


WORDS = ["northern irish", "Welsh.", "two", "GREY", "31", "60.5", "-", "–", "4-6", "accuracy is 8 prosody as 7 fluency: 9", "accuracy", "is",
         "8", "prosody", "fluency", "for", "Score: 3", "🦆", "اثنان", "שתיים", "ß", "ﬁ", "ː", ".", "\n",
         "\u2028", "\x00", "inf", "nan", "1e9", "\ud800", "９"]  # fmt: skip


def check(file: str, gold: str, reply: Any, verdicts: Any) -> None:
    first = score(file, gold, reply, verdicts)
    assert first == score(file, gold, reply, verdicts)
    assert tuple(first.metrics) == get(file).metrics
    blank = not isinstance(reply, str) or not reply.strip()
    for name, readings in first.metrics.items():
        assert set(readings) == set(READINGS)
        strict = readings["strict"]
        judged = name == "judge_score"
        if judged and verdicts is None:
            assert strict.stats is None
            continue
        assert strict.stats is not None, name
        if blank:
            assert not strict.parsed
        for scored in readings.values():
            if scored.stats is not None:
                low, high = METRICS[name].bounds
                number = METRICS[name].value(scored.stats)
                assert math.isfinite(number)
                assert low is None or low <= number
                assert high is None or number <= high
    json.dumps([first.extracted, first.details])


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=examples(150), deadline=None)
@given(
    reply=st.one_of(
        st.none(), st.just(MISSING), st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join),
        st.integers(), st.floats(), st.lists(st.integers(), max_size=2),
    ),
    verdicts=st.one_of(st.none(), st.lists(st.one_of(st.none(), st.text()), max_size=3)),
)  # fmt: skip
def test_any_reply_is_scored(family: str, reply: Any, verdicts: Any) -> None:
    check(*FAMILIES[family], reply, verdicts)


@pytest.mark.parametrize("family", FAMILIES)
def test_thousands_of_replies(family: str) -> None:
    file, gold = FAMILIES[family]
    random_ = random.Random(f"llaso {family}")
    seen = set()
    for _ in range(examples(10_000)):
        reply = random_.choice(["", " ", "\n"]).join(random_.choices(WORDS, k=random_.randrange(6)))
        result = score(file, gold, reply, [reply])
        for name, readings in result.metrics.items():
            strict = readings["strict"]
            assert strict.stats is not None
            low, high = METRICS[name].bounds
            number = METRICS[name].value(strict.stats)
            assert low is not None
            assert low <= number <= (math.inf if high is None else high)
            seen.add((name, strict.parsed))
    assert {(name, parsed) for name in get(file).metrics for parsed in (True, False)} <= seen


LONG = examples(1_000_000)
HOSTILE = {
    "keys without numbers": "accuracy is ",
    "digits": "7",
    "numbers before for": "1 for ",
    "labels": "northern irish ",
    "stars": "*",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_very_long_reply_takes_no_more_than_seconds(kind: str) -> None:
    piece = HOSTILE[kind]
    text = "score" * (kind == "stars") + piece * (LONG // len(piece))
    start = time.process_time()
    for file, gold in FAMILIES.values():
        for readings in score(file, gold, text, [text]).metrics.values():
            assert readings["strict"].stats is not None
    assert time.process_time() - start < 15e-6 * LONG
