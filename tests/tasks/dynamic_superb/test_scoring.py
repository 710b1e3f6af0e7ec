"""Dynamic-SUPERB scoring: every metric family in both readings, and where upstream stops."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import InputFileError
from harness.types import MISSING, ItemScore, Scored
from metrics.registry import METRICS
from tasks.dynamic_superb import scoring
from tasks.dynamic_superb.rules import RULES
from tests.support.budget import examples
from tests.support.data.dynamic_superb import REPLIES

RIGHT, WRONG = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}


def document(rule: str, label: str = "Yes", **fields: Any) -> dict[str, Any]:
    params = {"rule": rule, "data_set": fields.pop("data_set", "DynamicSuperb/X")}
    doc = {"label": label, "instruction": "Is it? Yes or no.", "_params": params, **fields}
    scoring.annotate([doc], "data")
    return doc


def exact(reply: Any, label: str = "Yes", labels: tuple[str, ...] = ("Yes", "No")) -> ItemScore:
    doc = {"label": label, "_params": {"rule": "exact"}, "_split": {"labels": list(labels)}}
    return scoring.score(doc, reply, None)


def both(found: ItemScore, metric: str) -> tuple[Any, Any]:
    return found.metrics[metric]["official"].stats, found.metrics[metric]["strict"].stats


@pytest.mark.parametrize(
    ("reply", "label", "official", "strict"),
    [
        ("yes", "Yes", 1, 1),
        ("  YES\n", "Yes", 1, 1),
        ("Yes.", "Yes", 0, 1),
        ('"Yes"', "Yes", 0, 1),
        ("Yes", "Yes ", 0, 1),  # the label is not stripped
        ("ＹＥＳ", "Yes", 0, 1),
        ("The answer is yes.", "Yes", 0, 1),
        ("yes or no", "Yes", 0, 0),
        ("yesterday", "Yes", 0, 0),
        ("No", "Yes", 0, 0),
        ("", "Yes", 0, 0),
    ],
)
def test_exact_match(reply: str, label: str, official: int, strict: int) -> None:
    found = exact(reply, label)
    assert both(found, "accuracy") == ({"correct": official, "n": 1}, {"correct": strict, "n": 1})
    assert not found.aborted


def test_a_hit_inside_a_longer_label_is_ignored() -> None:
    labels = ("20 dB", "20", "0 dB")
    found = exact("It is 20 dB", "20 dB", labels)
    assert found.metrics["accuracy"]["strict"].stats == RIGHT
    assert exact("It is 20 dB", "20", labels).metrics["accuracy"]["strict"].stats == WRONG


def test_a_reply_that_names_no_label_is_unparsed() -> None:
    found = exact("Hm.").metrics["accuracy"]
    assert (found["strict"].stats, found["strict"].parsed) == (WRONG, False)


def test_a_label_outside_the_list_is_one_more_label() -> None:
    assert exact("it is yes", "maybe", ("Yes", "No")).metrics["accuracy"]["strict"].stats == WRONG
    assert exact("Maybe.", "maybe", ("Yes", "No")).metrics["accuracy"]["strict"].stats == RIGHT


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"decided"}))
@pytest.mark.parametrize("reply", REPLIES, ids=str)
def test_a_reply_that_is_no_text(rule: str, reply: Any) -> None:
    """Upstream stops; strictly it is the worst answer, and no metric is dropped."""
    found = scoring.score(document(rule, "city: Rome" if rule == "slots" else "4"), reply, [])
    for metric, readings in found.metrics.items():
        strict = readings["strict"]
        assert strict.stats is not None
        assert not strict.parsed
        if rule == "number":
            assert "official" not in readings
            continue
        assert readings["official"].stats is None
        assert metric in found.aborted
        value = METRICS[metric].value(strict.stats)
        assert value == (0.0 if METRICS[metric].higher_is_better else 1.0)


@pytest.mark.parametrize(
    ("verdicts", "official", "strict"),
    [
        (["Fits.\nResult: YES"], (1, True), (1, True)),
        (["Result: Not sure"], (0, True), (0, False)),
        (["**Result:** YES"], (0, False), (1, True)),
        (["Result: <YES>"], (0, False), (1, True)),
        (["no idea", "Result: YES"], (0, False), (1, True)),
        (["no idea", "none"], (0, False), (0, False)),
        (["Result: YES\nOn second thought.\nResult: NO"], (1, True), (0, True)),
    ],
)
def test_judged_accuracy(
    verdicts: list[str], official: tuple[int, bool], strict: tuple[int, bool]
) -> None:
    found = scoring.score(document("judged"), "Yes", verdicts).metrics["judged_accuracy"]
    for reading, (correct, parsed) in (("official", official), ("strict", strict)):
        assert found[reading].stats == {"correct": correct, "n": 1}  # type: ignore[index]
        assert found[reading].parsed is parsed  # type: ignore[index]


def test_without_a_judge_a_judged_metric_is_absent() -> None:
    assert both(scoring.score(document("judged"), "Yes", None), "judged_accuracy") == (None, None)
    assert both(scoring.score(document("judged"), "Yes", []), "judged_accuracy") == (None, None)
    assert both(scoring.score(document("judged"), " ", []), "judged_accuracy") == (WRONG, WRONG)


def test_what_the_judge_sees() -> None:
    doc = document("judged", "a", label2="b", label3=None, label4="c")
    assert scoring.judge_slots(doc, "x") == {
        "question": "Is it? Yes or no.",
        "ground_truth": "a,b",
        "response": "x",
    }
    listed = document("judged", "['b', 'a', 'b']", data_set=scoring.LISTED)
    assert scoring.reference(listed) == "[b, a]"
    assert scoring.reference(document("judged", "['b', 'b']")) == "['b', 'b']"
    for reply in ("", " ", None, 3):
        assert scoring.judge_slots(doc, reply) is None
    assert scoring.judge_slots(document("exact"), "x") is None
    assert scoring.judge_grade(doc, "Result: no") == "no"
    assert scoring.judge_grade(doc, "?") is None


@pytest.mark.parametrize(
    ("rule", "gold", "reply", "official", "strict"),
    [
        ("wer", "a cat sat", "A CAT SAT", (0, 3), (0, 3)),
        ("wer", "a cat sat", "A cat, sat.", (2, 3), (0, 3)),
        ("wer", "a cat", "a  cat", (1, 2), (0, 2)),  # a double space is an empty word
        ("wer", "a cat", "", (2, 2), (2, 2)),
        ("per", "K AE T", "K AE P", (1, 3), (1, 3)),
        ("cer", "今天 好", "今天好。", (2, 4), (0, 3)),
        ("cer", "今天天气，很好，１２个", "今天 天气很 好 12个", (6, 11), (0, 9)),
        ("wer", "l'e\u0301te\u0301 garçon", "\ufeffL\u02bcÉTÉ gar\u00adçon", (2, 2), (0, 3)),
        ("wer", "Die Straße", "DIE STRASSE", (0, 2), (0, 2)),
        ("per", "HH AH L OW", "/hh ah0 l ow1/", (3, 4), (0, 4)),
        ("cer", "ab", "", (2, 2), (2, 2)),
    ],
)
def test_edit_rates(
    rule: str, gold: str, reply: str, official: tuple[int, int], strict: tuple[int, int]
) -> None:
    found = both(scoring.score(document(rule, gold), reply, None), rule)
    assert [(stats["edits"], stats["length"]) for stats in found] == [official, strict]


def test_an_empty_reference_stops_the_character_rate_only() -> None:
    found = scoring.score(document("cer", ""), "ab", None)
    assert both(found, "cer") == (None, {"edits": 2, "length": 0})
    assert found.aborted == {"cer"}
    assert both(scoring.score(document("wer", ""), "ab", None), "wer")[0] == {
        "edits": 1,
        "length": 1,
    }


def test_slots_swap_the_sides_in_the_official_reading_only() -> None:
    found = scoring.score(document("slots", "city: Rome, day: May"), "city: Roma", None)
    assert both(found, "slot_f1")[0] == {"score": pytest.approx(2 / 3), "n": 1}
    assert both(found, "slot_cer") == ({"edits": 1, "length": 4}, {"edits": 4, "length": 7})


def test_the_best_value_of_a_type_is_taken() -> None:
    found = scoring.score(
        document("slots", "city: Rome, city: Oslo"), "city: Osla, city: Rome, city: Rom", None
    )
    assert both(found, "slot_cer") == ({"edits": 2, "length": 11}, {"edits": 1, "length": 8})


@pytest.mark.parametrize("reply", ["", "Rome", "I cannot tell."])
def test_an_unreadable_slot_string_stops_upstream_and_is_unparsed_strictly(reply: str) -> None:
    found = scoring.score(document("slots", "city: Rome"), reply, None)
    assert found.aborted == {"slot_f1", "slot_cer"}
    assert both(found, "slot_f1") == (None, {"score": 0.0, "n": 1})
    assert both(found, "slot_cer") == (None, {"edits": 4, "length": 4})
    assert not found.metrics["slot_f1"]["strict"].parsed


@pytest.mark.parametrize("gold", ["Rome", "artist: Salt, Pepper & Co, playlist: gym", "t: 10: 30"])
@pytest.mark.parametrize("reply", ["I cannot tell.", "banana", ""])
def test_nothing_against_nothing_is_no_agreement(gold: str, reply: str) -> None:
    found = scoring.score(document("slots", gold), reply, None)
    assert found.metrics["slot_f1"]["strict"] == Scored({"score": 0.0, "n": 1}, parsed=False)


def test_no_slots_against_no_slots_is_right_only_if_said() -> None:
    assert both(scoring.score(document("slots", ""), "None.", None), "slot_f1")[1]["score"] == 1
    assert both(scoring.score(document("slots", ""), "", None), "slot_f1")[1]["score"] == 0
    assert (
        both(scoring.score(document("slots", ""), "city: Rome", None), "slot_f1")[1]["score"] == 0
    )


@pytest.mark.parametrize(
    "reply",
    [
        "artist: Salt, Pepper & Co, playlist: gym",
        "playlist: gym; artist: Salt, Pepper & Co",
        "- **Artist**: Salt, Pepper & Co\n- **Playlist**: gym\n\nAnything else?",
        '```json\n{"artist": "Salt, Pepper & Co", "playlist": "gym"}\n```',
        "Here are the slots: artist = Salt, Pepper & Co, playlist = gym",
        "artist:Salt, Pepper & Co, playlist:gym",
    ],
)
def test_slots_in_the_forms_of_models(reply: str) -> None:
    gold = "artist: Salt, Pepper & Co, playlist: gym"
    found = scoring.score(document("slots", gold), reply, None)
    assert both(found, "slot_f1")[1] == {"score": 1.0, "n": 1}
    assert both(found, "slot_cer")[1]["edits"] == 0


def test_arabic_marks_are_dropped_by_declaration_and_shown_beside() -> None:
    doc = document("wer", "ذَهَبَ الوَلَدُ")
    doc["_params"] = {**doc["_params"], "norm": "canonical_unmarked"}
    found = scoring.score(doc, "ذهـب الولد", None)
    assert found.metrics["wer"]["strict"].stats == {"edits": 0, "length": 2}
    assert found.metrics["wer_marked"]["strict"].stats == {"edits": 2, "length": 2}
    assert scoring.signature([doc]) == {"norm": "upper/canonical_unmarked"}


def test_an_empty_slot_value_stops_both_metrics() -> None:
    found = scoring.score(document("slots", "city: Rome"), "city: ", None)
    assert found.aborted == {"slot_cer", "slot_f1"}


@pytest.mark.parametrize(
    "reply", ["city: Rome\n", " city: Rome", "city : Rome", "city:  Rome", "city: \tRome\u00a0"]
)
def test_white_space_around_slots_is_no_difference_upstream(reply: str) -> None:
    found = scoring.score(document("slots", "city: Rome"), reply, None)
    assert both(found, "slot_f1")[0] == {"score": 1.0, "n": 1}
    assert both(found, "slot_cer")[0] == {"edits": 0, "length": 4}


def test_a_slot_value_a_hundred_times_off_is_compared_with_nothing() -> None:
    found = scoring.score(document("slots", f"city: {'a' * 150}"), "city: x", None)
    assert both(found, "slot_cer")[0] == {"edits": 1, "length": 1}


def test_bleu_of_a_blank_reference_is_zero_upstream() -> None:
    stats = both(scoring.score(document("bleu", " "), "hello", None), "corpus_bleu")[0]
    assert METRICS["corpus_bleu"].value(stats) == 0


def test_bleu_is_that_of_sacrebleu_over_the_corpus() -> None:
    from sacrebleu import corpus_bleu

    golds = ["Das Haus am See ist sehr alt.", "Guten Morgen, wie geht es dir?", "Ja"]
    replies = ["Das Haus am See ist alt.", "guten Morgen , wie geht es dir ?", ""]
    found = [
        both(scoring.score(document("bleu", gold), reply, None), "corpus_bleu")
        for gold, reply in zip(golds, replies, strict=True)
    ]
    metric = METRICS["corpus_bleu"]
    official = metric.aggregate([pair[0] for pair in found])
    assert 100 * official == pytest.approx(corpus_bleu(replies, [golds]).score)
    assert metric.aggregate([pair[1] for pair in found]) > official


def test_regression_counts_an_unread_number_with_the_error_of_the_median() -> None:
    docs = [document("number", label) for label in ("2", "4", "12")]
    for doc in docs:
        doc.pop("_split")
    scoring.annotate(docs, "data")
    assert scoring.facts(docs) == {"mae_ref": 10 / 3, "anchors": {"mae": {"mae_ref": 10 / 3}}}
    replies = ["3 seconds", "between 2, 3 or 4", "12"]
    found = [scoring.score(doc, reply, None) for doc, reply in zip(docs, replies, strict=True)]
    errors = [item.metrics["mae"]["strict"].stats for item in found]
    assert errors == [
        {"abs_error": 1.0, "n": 1},
        {"abs_error": 10 / 3, "n": 1},
        {"abs_error": 0.0, "n": 1},
    ]
    missing = [item.metrics["abstention_rate"]["strict"].stats for item in found]
    assert missing == [WRONG, RIGHT, WRONG]  # one of three has no number
    assert [item.details["valued"] for item in found] == [True, False, True]


def test_a_reference_without_a_number_is_in_no_error() -> None:
    found = scoring.score(document("number", "left, 30 and 40"), "30", None)
    assert found.metrics["mae"]["strict"].stats is None


def test_a_document_without_a_label() -> None:
    with pytest.raises(InputFileError, match="the label is None"):
        scoring.score({"_params": {"rule": "exact"}}, "x", None)


def test_options_follow_the_instruction() -> None:
    doc = {"instruction": "Left, right or no?", "_split": {"labels": ["no", "right", "left"]}}
    assert scoring.options(doc) == ("left", "right", "no")
    assert scoring.options({**doc, "instruction": "Which?"}) == ("no", "right", "left")


def test_signature_names_the_label_list_and_the_normaliser() -> None:
    docs = [document("exact", "Yes"), document("exact", "No")]
    for doc in docs:
        doc.pop("_split")
    scoring.annotate(docs, "file")
    assert scoring.signature(docs)["labels"].startswith("2#")
    assert scoring.signature(docs) != scoring.signature([document("exact", "Yes")])
    assert scoring.signature([document("bleu", "x")]) == {"norm": "13a/canonical"}
    assert scoring.signature([document("judged", "x")]) == {}


_labels = st.sampled_from(["Yes", "no", "20 dB", "a: b, c: d", "3.5", "今天", ""])
_replies = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Yes", "YES.", "a: b", "a: b, c: e", "about 3.5", "no and yes", "今天"]),
    st.none(),
    st.just(MISSING),
    st.lists(st.integers(), max_size=2),
)
_verdicts = st.none() | st.lists(
    st.none() | st.sampled_from(["Result: YES", "result: no", "?", ""]), max_size=2
)


@pytest.mark.parametrize("rule", sorted(RULES))
@given(label=_labels, reply=_replies, verdicts=_verdicts)
@settings(max_examples=examples(60), deadline=None, derandomize=True)
def test_any_reply(rule: str, label: str, reply: Any, verdicts: Any) -> None:
    doc = document(rule, label)
    found = scoring.score(doc, reply, verdicts)
    assert found == scoring.score(doc, reply, verdicts)
    for metric, readings in found.metrics.items():
        official = readings.get("official")
        if metric in found.aborted:
            assert official is not None
            assert official.stats is None
        for scored in readings.values():
            if scored.stats is not None:
                value = METRICS[metric].value(scored.stats)
                assert math.isnan(value) or value >= 0
        if metric not in ("judged_accuracy", "mae") and rule != "decided":
            assert readings["strict"].stats is not None


def test_chance_counts_labels_that_differ_in_more_than_their_writing() -> None:
    found = scoring.facts_of(["Yes", "yes.", "No"], "exact")
    assert found == {"labels": ["No", "Yes", "yes."], "anchors": {"accuracy": {"chance": 0.5}}}
    assert scoring.facts_of(["Yes", "yes"], "exact") == {"labels": ["Yes", "yes"]}
    assert scoring.facts_of(["3", "3"], "number") == {"mae_ref": 0.0}
    assert scoring.facts_of(["left"], "number") == {}
