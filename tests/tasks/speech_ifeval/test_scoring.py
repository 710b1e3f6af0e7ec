"""Speech-IFEval scoring: what applies to which document, and what a missing or odd reply does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.types import MISSING, ItemScore
from metrics.judge.verdict_reader import RESULT
from metrics.registry import METRICS
from tasks.speech_ifeval import judge_reply as judge
from tasks.speech_ifeval import scoring
from tasks.speech_ifeval.layout import PARTS
from tests.support.budget import examples
from tests.support.data.speech_ifeval import CLOSED, COT, CREATIVE, DOCUMENTS

NOT_TEXT = [MISSING, None, 3, ["a"], {"a": 1}]


def scored(part: str, doc: dict[str, Any], response: Any, verdicts: Any = None) -> ItemScore:
    return scoring.score({**doc, "_params": {"part": part}}, response, verdicts)


def stats(result: ItemScore, metric: str) -> tuple[Any, Any]:
    readings = result.metrics[metric]
    return readings["official"].stats, readings["strict"].stats


ONE, ZERO = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}


@settings(deadline=None, max_examples=examples(200))
@given(
    st.sampled_from([(part, doc) for part in PARTS for doc in DOCUMENTS[part]]),
    st.one_of(st.text(max_size=60), st.sampled_from(NOT_TEXT)),
    st.one_of(
        st.none(),
        st.lists(
            st.one_of(st.none(), st.text(max_size=30), st.sampled_from(["Result: YES", "Result: NO"])),
            max_size=3,
        ),
    ),
)  # fmt: skip
def test_any_reply_gives_every_metric_and_never_raises(
    item: tuple[str, dict[str, Any]], response: Any, verdicts: Any
) -> None:
    part, doc = item
    result = scored(part, doc, response, verdicts)
    assert tuple(result.metrics) == PARTS[part].metrics
    for name, readings in result.metrics.items():
        for one in readings.values():
            if one.stats is not None:
                value = METRICS[name].value(one.stats)
                assert value >= 0 and (name == "wer" or value <= 1)
        # what the official reading counts, the strict reading counts too
        assert readings["official"].stats is None or readings["strict"].stats is not None
    assert (
        not result.aborted or result.metrics[next(iter(result.aborted))]["official"].stats is None
    )


def test_what_applies_hangs_on_the_document() -> None:
    wer = scored("closed", CLOSED[0], "LINE BREAK", ["line break"])
    assert stats(wer, "if_rate") == (ONE, ONE)
    assert stats(wer, "wer") == ({"edits": 2, "length": 4},) * 2
    assert stats(wer, "judged_accuracy") == (None, None)
    accuracy = scored("closed", CLOSED[1], "A man. That is all.", ["Result: NO"])
    assert stats(accuracy, "if_rate") == (ONE, ONE)
    assert stats(accuracy, "judged_accuracy") == (ZERO, ZERO)
    assert stats(accuracy, "wer") == (None, None)
    cot = scored("cot", COT[0], "First, …", ["Result: YES"])
    assert stats(cot, "if_rate") == (ONE, ONE)
    assert cot.extracted == "yes"


def test_without_a_judge_only_the_rules_are_scored() -> None:
    result = scored("closed", CLOSED[1], "No ending")
    assert stats(result, "if_rate") == (ZERO, ZERO)
    readings = result.metrics["judged_accuracy"]
    assert all(one.stats is None and one.parsed for one in readings.values())
    assert not result.aborted


@pytest.mark.parametrize("response", NOT_TEXT)
def test_a_reply_that_is_no_text_stops_upstream_and_fails_strictly(response: Any) -> None:
    rule = scored("creative", CREATIVE[0], response)
    assert stats(rule, "if_rate") == (None, ZERO)
    assert rule.aborted == {"if_rate"}
    judged = scored("cot", COT[0], response, ["Result: YES"])
    assert stats(judged, "if_rate") == (None, ZERO)
    wer = scored("closed", CLOSED[0], response, ["LINE BREAK YOU SEE"])
    assert stats(wer, "wer") == (None, {"edits": 4, "length": 4})
    assert wer.aborted == {"if_rate", "wer"}


def test_a_blank_reply_is_checked_officially_and_fails_strictly() -> None:
    rule = scored("creative", CREATIVE[0], " \n")
    assert stats(rule, "if_rate") == (ZERO, ZERO)
    assert not rule.metrics["if_rate"]["strict"].parsed
    judged = scored("cot", COT[0], "", ["Result: YES"])
    assert stats(judged, "if_rate") == (ONE, ZERO)
    uncalled = scored("cot", COT[0], "", [])
    assert stats(uncalled, "if_rate") == (None, ZERO)
    assert not uncalled.aborted


def test_an_unread_verdict_is_left_out_officially_and_fails_strictly() -> None:
    result = scored("cot", COT[0], "x", ["unclear"])
    assert stats(result, "if_rate") == (None, ZERO)
    assert result.aborted == {"if_rate"}
    assert result.details["judge_unparsed"] is True
    assert not result.metrics["if_rate"]["strict"].parsed
    repeated = scored("cot", COT[0], "x", ["unclear", "Result: YES"])
    assert stats(repeated, "if_rate") == (None, ONE)
    markdown = scored("cot", COT[0], "x", ["Because.\n**Result:** YES"])
    assert stats(markdown, "if_rate") == (None, ONE)
    started = scored("cot", COT[0], "x", ["Result: Not sure"])
    assert stats(started, "if_rate") == (ZERO, ZERO)
    assert started.metrics["if_rate"]["official"].parsed
    assert not started.metrics["if_rate"]["strict"].parsed


def test_a_transcript_is_normalised_on_both_sides() -> None:
    result = scored(
        "closed", CLOSED[0], "It says: <<Line break, you see!>>", ["<<Line break, you see!>>"]
    )
    assert stats(result, "wer") == ({"edits": 0, "length": 4},) * 2
    assert result.extracted == "line break you see"
    assert result.details["extract_in_reply"] is True
    invented = scored("closed", CLOSED[0], "LINE", ["line break you see"])
    assert invented.details["extract_in_reply"] is False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"instruction_id_list": ["punctuation:none"]}, "unknown instruction 'punctuation:none'"),
        ({"instruction_id_list": "punctuation:no_comma"}, "must be lists"),
        ({"kwargs": [{"num_words": "five", "relation": "less than"}]}, "a whole number"),
        ({"kwargs": []}, "1 instruction ids but 0 sets"),
    ],
)
def test_a_malformed_constraint_is_recorded_with_the_item(
    changes: dict[str, Any], message: str
) -> None:
    result = scored("creative", {**CREATIVE[0], **changes}, "two words")
    assert stats(result, "if_rate") == (None, ZERO)
    assert result.aborted == {"if_rate"}
    assert message in result.details["instruction_error"]


def test_an_argument_that_upstream_draws_is_an_expectation_and_fails_strictly() -> None:
    doc = {**CREATIVE[0], "kwargs": [{"relation": "at least"}]}
    result = scored("creative", doc, "word " * 300)
    official, strict = stats(result, "if_rate")
    assert official == {"correct": 201 / 401, "n": 1}
    assert strict == ZERO


def test_references_and_signature() -> None:
    assert scoring.reference(CLOSED[1]) == "Man"
    assert scoring.reference(CREATIVE[0]) == "length_constraints:number_words"
    assert scoring.reference(COT[0]) == "reasoning"
    assert scoring.signature(CLOSED) == {"norm": "speech_ifeval/canonical_speech_ifeval"}
    assert scoring.signature(CREATIVE) == {}
    assert [scoring.item_id(DOCUMENTS[part][0]) for part in PARTS] == [
        "closed/0",
        "closed_woprompt/0",
        "creative/934",
        f"cot/{COT[0]['audio_filepath']}",
    ]


@settings(deadline=None, max_examples=examples(300))
@given(st.text(alphabet="Result: yesno*\n<>.\"'", max_size=30))
def test_judge_readers_never_raise_and_strict_reads_whole_words(reply: str) -> None:
    word = judge.parse(reply)
    assert word is None or word.lower() in ("yes", "no")
    read = RESULT.read(reply)
    assert read in (None, True, False)
    if "y" not in reply.lower():
        assert read is not True
    if "n" not in reply.lower():
        assert read is not False
