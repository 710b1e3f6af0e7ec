"""LLaSO-Eval scoring on our own items: both readings of every metric, and where upstream stops."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.types import MISSING, READINGS
from tasks.llaso_eval import scoring
from tasks.llaso_eval import spoken_numbers as llaso_numbers
from tasks.llaso_eval.rules import EXACT
from tasks.llaso_eval.sets import data_sets, get, task_id
from tests.support.budget import examples
from tests.support.data.llaso_items import (
    ACCENT,
    AGE,
    AQA,
    GENDER,
    PHONEMES,
    PITCH,
    SCORES,
    SENTENCE,
    item,
    score,
    value,
)

# --- closed sets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "official", "strict", "abstains", "strict_abstains"),
    [
        ("Male.", 1, 1, 0, 0),
        ("MALE", 1, 1, 0, 0),
        ("I hear a male voice", 1, 1, 0, 0),
        ("Female", 0, 0, 0, 0),
        ("male or female", 0, 0, 1, 1),
        ("a malevolent crow", 1, 0, 1, 1),
        ("no idea", 0, 0, 1, 1),
        (" ", 0, 0, 1, 1),
    ],
)
def test_gender_by_substring_and_by_whole_word(
    reply: str, official: int, strict: int, abstains: int, strict_abstains: int
) -> None:
    result = score(GENDER, "Male.", reply)
    assert value(result, "accuracy") == official
    assert value(result, "accuracy", "strict") == strict
    assert value(result, "abstention_rate") == abstains
    assert value(result, "abstention_rate", "strict") == strict_abstains
    assert result.metrics["accuracy"]["official"].parsed
    assert result.metrics["accuracy"]["strict"].parsed is not bool(strict_abstains)


def test_female_contains_male_only_for_the_official_reading() -> None:
    result = score(GENDER, "Female.", "The voice is female")
    assert (value(result, "accuracy"), value(result, "accuracy", "strict")) == (0, 1)
    assert value(score(GENDER, "Female.", "female."), "accuracy") == 1  # exact match comes first


def test_a_label_inside_a_longer_label_is_no_strict_hit() -> None:
    result = score(ACCENT, "Northern Irish.", "northern irish")
    assert result.details["official_hits"] == ["irish", "northern irish"]
    assert result.details["hits"] == ["northern irish"]
    assert value(result, "abstention_rate") == 1
    assert value(result, "abstention_rate", "strict") == 0
    assert value(result, "accuracy") == 1
    assert value(result, "accuracy", "strict") == 1


def test_a_leading_space_counts_officially_and_not_strictly() -> None:
    docs = [item(GENDER, gold) for gold in (" Female.", "Male.")]
    scoring.annotate(docs, "file")
    result = scoring.score(docs[0], "Female.", None)
    assert (value(result, "accuracy"), value(result, "accuracy", "strict")) == (0, 1)


def test_label_lists_come_from_the_file_or_from_the_frozen_list() -> None:
    accents = [item(ACCENT, gold) for gold in ("British.", "Welsh.")]
    part = [item(ACCENT, gold) for gold in ("British.", "Irish.")]
    for docs in (accents, part):
        scoring.annotate(docs, "file")
    frozen = [item(ACCENT, "British."), item(ACCENT, "Irish.")]
    scoring.annotate(frozen, "data")
    assert accents[0]["_labels"] == ("British.", "Welsh.")
    assert accents[0]["_strict_labels"] == ("British.", "Welsh.")  # a gold label is not frozen
    assert part[0]["_labels"] == ("British.", "Irish.")
    assert set(part[0]["_strict_labels"]) == set(get(ACCENT).labels)
    assert set(frozen[0]["_labels"]) == set(get(ACCENT).labels)
    reply = "british or scottish"  # Scottish is no label of this file
    assert value(scoring.score(part[0], reply, None), "accuracy") == 1
    assert value(scoring.score(frozen[0], reply, None), "accuracy") == 0
    assert value(scoring.score(part[0], reply, None), "accuracy", "strict") == 0


def test_the_label_list_stands_in_the_signature() -> None:
    whole = [item(GENDER, gold) for gold in get(GENDER).labels for _ in range(2)]
    frozen, part = [item(GENDER, "Male.")], [item(GENDER, "Male.")]
    scoring.annotate(whole, "file")
    scoring.annotate(frozen, "data")
    scoring.annotate(part, "file")
    assert scoring.signature(whole) == scoring.signature(frozen)
    assert re.fullmatch(r"2#[0-9a-f]{6}", scoring.signature(frozen)["labels"])
    assert scoring.signature(part)["labels"].startswith("1#")
    assert scoring.signature(part)["strict_labels"] == scoring.signature(frozen)["labels"]
    assert scoring.signature([item(AGE, "31")]) == {}
    assert scoring.signature([item("ASR_test", "a cat")]) == {"norm": "raw/canonical"}
    assert scoring.signature([]) == {}


def test_options_follow_the_prompt() -> None:
    prompt = "Is the crow Irish, Northern Irish or Welsh?<audio>"
    options = scoring.options(item(ACCENT, "Irish.", prompt))
    assert options[:2] == ("Irish.", "Northern Irish.")
    assert sorted(options) == sorted(get(ACCENT).labels)
    assert scoring.options(item(AGE, "31")) == ()


# --- transcripts and phonemes ------------------------------------------------------------------


def test_swapped_arguments_and_the_right_order() -> None:
    result = score("ASR_test", "two grey geese", "Two grey geese, of course!")
    assert result.metrics["wer"]["official"].stats == {"edits": 4, "length": 5}
    assert result.details["right_order"]["wer"] == {"edits": 4, "length": 3}
    assert result.metrics["wer"]["strict"].stats == {"edits": 2, "length": 3}
    assert result.metrics["cer"]["official"].stats == {"edits": 13, "length": 26}
    assert result.metrics["cer"]["strict"].stats == {"edits": 10, "length": 14}
    assert not result.aborted


@pytest.mark.parametrize("reply", ["", "  ", "\n", None, MISSING, 7, ["geese"]])
def test_an_empty_answer_stops_the_official_script(reply: Any) -> None:
    result = score("ASR_test", "grey geese", reply)
    assert result.aborted == {"wer", "cer"}
    for metric, length in (("wer", 2), ("cer", 10)):
        assert result.metrics[metric]["official"].stats is None
        assert result.metrics[metric]["strict"].stats == {"edits": length, "length": length}
        assert not result.metrics[metric]["strict"].parsed


def test_an_empty_reference_is_an_empty_prediction_upstream() -> None:
    result = score("ASR_test", " ", "grey geese")
    assert value(result, "wer") == 1.0
    assert not result.aborted
    assert result.metrics["wer"]["strict"].stats == {"edits": 2, "length": 0}


def test_spoken_commands_have_edit_rates_and_a_judge_score() -> None:
    result = score(
        "speechcommand_recognition_test", "Two.", "two", ["Score: 5\nExplanation: same."]
    )
    assert list(result.metrics) == ["wer", "cer", "judge_score"]
    assert (value(result, "wer"), value(result, "wer", "strict")) == (1.0, 0.0)
    assert value(result, "judge_score") == 5


def test_phonemes_swapped_merged_and_strict() -> None:
    result = score(PHONEMES, "kæt", "næ")  # K = N; the script sees KT and N
    assert value(result, "per") == 1.0
    assert result.details["right_order"] == {"per": 0.5}
    assert result.metrics["per"]["strict"].stats == {"edits": 2, "length": 3}
    assert value(score(PHONEMES, "ˈkæ t", "kæːt"), "per", "strict") == 0.0
    assert value(score(PHONEMES, "ʃɪ", "ðə"), "per") == 0.0  # no letters on either side
    assert value(score(PHONEMES, "kæt", ""), "per") == 1.0
    assert not score(PHONEMES, "kæt", "").metrics["per"]["strict"].parsed


def test_an_empty_last_item_stops_the_phoneme_script() -> None:
    docs = [item(PHONEMES, "kæt"), item(PHONEMES, "du")]
    scoring.annotate(docs, "file")
    first, last = (scoring.score(doc, "ə", None) for doc in docs)
    assert (first.aborted, last.aborted) == (frozenset(), frozenset({"per"}))
    assert value(last, "per") == 1.0
    assert not scoring.score(docs[1], "du", None).aborted


@pytest.mark.parametrize(
    "reply", ["/næt/", "[næt]", "n.æ.t", "ˈnæːt", "næ:t", "The phonemes are: /næt/", "næt."]
)
def test_notation_is_no_phoneme_strictly(reply: str) -> None:
    result = score(PHONEMES, "næt", reply)
    assert result.metrics["per"]["strict"].stats == {"edits": 0, "length": 3}


def test_the_ascii_g_and_a_tie_bar_are_notation() -> None:
    assert value(score(PHONEMES, "ɡoʊt͡ʃ", "goʊtʃ"), "per", "strict") == 0
    assert value(score(PHONEMES, "ɡoʊ", "koʊ"), "per", "strict") == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("Accuracy 7/10, Prosody 8/10, Fluency 9/10", (7, 8, 9)),
        ("| Accuracy | Prosody | Fluency |\n|:-:|:-:|:-:|\n| 7 | 8 | 9 |", (7, 8, 9)),
        ("| accuracy | 7 |\n| prosody | 8 |\n| fluency | 9 |\n| total | 8 |", (7, 8, 9)),
        ('{"fluency": 9, "accuracy": 7, "prosodic": 8}', (7, 8, 9)),
        ("7 for accuracy, 8 for prosody and 9 for fluency", (7, 8, 9)),
        ("accuracy, prosody and fluency are seven, eight and nine", (7, 8, 9)),
        ("7/8/9", (7, 8, 9)),
        ("7, 8, 9", (7, 8, 9)),
        ("Seven eight nine.", None),  # what was heard, not how well
        ("7 8 9", None),
        ("Accuracy: one word is off, so 7. Prosody: 8. Fluency: 9.", (7, 8, 9)),
        ("accuracy is not 9 but 7, prosody is 8, fluency is 9", (7, 8, 9)),
        ("accuracy is 7 or 8, prosody is 8, fluency is 9", None),
        ("accuracy is 6.5-7.5, prosody is 8, fluency is 9", None),
        ("accuracy 7, prosody 8", None),
        ("accuracy 7, prosody 8, fluency 9; accuracy 5", None),
        ("accuracy 5, prosody 8, fluency 9; no, accuracy 7", (7, 8, 9)),
        ("accuracy 70%, prosody 80%, fluency 90%", None),
        ("I hear two words.", None),
        ("准确度：7，韵律：8，流利度：9", (7, 8, 9)),
        ("准确度7，韵律8，流利度9", (7, 8, 9)),
        ("准确度：7或8，韵律：8，流利度：9", None),
        ("Genauigkeit: 7, Prosodie: 8, Flüssigkeit: 9", (7, 8, 9)),
        (
            "First I heard an accuracy of 6. My final scores: accuracy 7, prosody 8, fluency 9",
            (7, 8, 9),
        ),
        ("accuracy 7, prosody 8, fluency 9. Final score: 8", (7, 8, 9)),
        ("Final scores: accuracy 7 or 8, prosody 8, fluency 9", None),
    ],
)
def test_three_scores_in_the_forms_of_models(reply: str, read: tuple[int, int, int] | None) -> None:
    gold = "Hello there. For the sentence: accuracy is 7, prosodic is 8, fluency is 9 total score is 8."
    result = score("pronunciation_scoring_sentence_level_test", gold, reply, [])
    for metric in ("exact_accuracy", "exact_prosodic", "exact_fluency"):
        strict = result.metrics[metric]["strict"]
        assert strict.parsed is (read is not None)
        assert strict.stats == {"correct": int(read is not None), "n": 1}


# --- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "official", "strict"),
    [
        ("31", 0, 0),
        ("about 30", 1, 1),
        ("20-41", 1, 0.5),  # 30.5 goes to 30 officially
        ("20 - 41 years", 1, 0.5),
        ("GPT-4, 25-ish", 17, 6),
        ("20 to 40", 11, 1),
        ("in the 30s", 1, 3.5),
        ("an adult", 9, None),
        ("-5", 36, None),
        ("3_0", 1, None),
        ("thirty", None, 1),
        ("30, not 40", 1, 1),
        ("30 or 40", 1, None),
        ("", None, None),
        ("29.5", 2, 1.5),
    ],
)
def test_ages(reply: str, official: float | None, strict: float | None) -> None:
    result = score(AGE, "31", reply)
    assert value(result, "mae") == official
    assert value(result, "mae", "strict") == (8.075 if strict is None else strict)
    assert result.metrics["mae"]["strict"].parsed is (strict is not None)
    assert result.metrics["mae"]["official"].parsed is (official is not None)


@pytest.mark.parametrize(
    ("reply", "official", "strict"),
    [
        ("60", 0, 0),
        ("59.5", 0, 0.5),
        ("61.5", 2, 1.5),  # half to even: 62
        ("MIDI 58", 2, 2),
        ("440 Hz", None, None),
        ("-1", None, None),
        ("nan", None, None),
        ("C sharp", None, None),
    ],
)
def test_pitches(reply: str, official: float | None, strict: float | None) -> None:
    result = score(PITCH, "60", reply)
    assert value(result, "mae") == official
    assert value(result, "mae", "strict") == (28.0 if strict is None else strict)
    assert not result.aborted


@pytest.mark.parametrize("reply", ["inf", "-Infinity", "1e999"])
def test_an_infinite_pitch_stops_the_official_script(reply: str) -> None:
    result = score(PITCH, "60", reply)
    assert result.aborted == {"mae"}
    assert result.metrics["mae"]["official"].stats is None
    assert result.metrics["mae"]["strict"].stats == {"abs_error": 28.0, "n": 1}


def test_an_unreadable_reference_is_in_no_denominator() -> None:
    for file, gold in ((AGE, "unknown"), (PITCH, "300"), (PITCH, "inf")):
        result = score(file, gold, "60")
        assert [value(result, "mae", reading) for reading in READINGS] == [None, None]


# --- pronunciation -----------------------------------------------------------------------------


def test_pronunciation_scores() -> None:
    result = score(SENTENCE, SCORES, "accuracy: 8, prosodic: 7, fluency: 9")
    found = [value(result, f"exact_{key}") for key in ("accuracy", "prosodic", "fluency")]
    assert found == [1, 0, 1]
    assert result.extracted == {"accuracy": 8, "prosodic": 7, "fluency": 9}


@pytest.mark.parametrize("reply", ["accuracy is 8, fluency is 9", "", None, "well read"])
def test_an_unread_pronunciation_is_left_out_officially_and_wrong_strictly(reply: Any) -> None:
    result = score(SENTENCE, SCORES, reply)
    for metric in EXACT:
        assert result.metrics[metric]["official"].stats is None
        assert result.metrics[metric]["strict"].stats == {"correct": 0, "n": 1}
        assert not result.metrics[metric]["strict"].parsed


def plain_patterns(text: str) -> dict[str, int] | None:
    """The rule as the protocol states it, with patterns that are cubic on hostile texts."""
    lowered = text.lower()
    pairs = re.findall(r"(accuracy|proso|fluency).*?(?:is|:|=|as).*?(\d+)", lowered)
    found = {key: int(number) for key, number in pairs}
    if len(found) != 3:
        pairs = re.findall(r"(\d+)\s*?(?:for)\s*?(accuracy|proso|fluency)", lowered)
        found = {key: int(number) for number, key in pairs}
    if len(found) != 3:
        return None
    return {"accuracy": found["accuracy"], "prosodic": found["proso"], "fluency": found["fluency"]}


PIECES = ["accuracy", "prosody", "FLUENCY", "proso", " is ", "=", ":", "as", " for ", "for", "1", "23",
          "٤", " ", "\n", ", ", "x", "\t"]  # fmt: skip


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@example("accuracy is 1 accuracy is 2 proso as 3 fluency = 4")
@example("1 for accuracy 2for proso 3 for\nfluency")
@example("accuracy is\n7 prosody is 8, fluency is 9")
def test_piecewise_matching_equals_the_plain_patterns(text: str) -> None:
    assert llaso_numbers.pronunciation(text) == plain_patterns(text)


# --- speakers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "speaker"),
    [
        ({"speaker_id": "10226"}, "10226"),
        ({"metadata": {"spk_id": "f2750"}}, "f2750"),
        ({"metadata": {"usrid": "M-7"}}, "M-7"),
        ({"metadata": []}, "a/b.wav"),
        ({"voice": ["CremaD/Audio\\1049_IEO_FEA_LO.wav"]}, "1049"),
        ({"voice": ["voxceleb/wav/id10942\\00014.wav"]}, "id10942"),
        ({"voice": ["mls_x/test\\10839_10213_000026.wav"]}, "10839"),
        ({"voice": ["sc/data\\5e3dde6b_nohash_2_two.wav"]}, "5e3dde6b"),
    ],
)
def test_items_of_a_speaker_are_one_cluster(fields: dict[str, Any], speaker: str) -> None:
    docs = [item(AQA, "x", **fields), item(AQA, "x", voice=["other.wav"])]
    scoring.annotate(docs, "file")
    assert docs[0]["_cluster"] == speaker


def test_one_placeholder_clip_for_all_items_is_no_cluster() -> None:
    docs = [item(AQA, "x"), item(AQA, "y")]
    scoring.annotate(docs, "file")
    assert not any("_cluster" in doc for doc in docs)


# --- the committed list ------------------------------------------------------------------------


def test_the_list_of_data_sets_is_consistent() -> None:
    entries = data_sets()
    assert len(entries) == 44
    assert sum(entry.n for entry in entries.values()) == 10_605
    assert len({task_id(file) for file in entries}) == 44
    closed = [entry for entry in entries.values() if entry.labels]
    assert len(closed) == 19
    for entry in closed:
        assert sum(entry.labels.values()) == entry.n
        assert entry.chance == pytest.approx(1 / len(entry.labels), abs=1e-6)
        assert entry.metrics == ("accuracy", "abstention_rate")
    assert len({entry.task for entry in entries.values()}) == 20
