"""Numbers in the forms of a walk: glued units, corrections, contrasts, tolerances, other languages, ranges with a point."""

from __future__ import annotations

import time
from typing import Final

import pytest

from metrics.text.numbers import spoken_number, strict_number
from metrics.text.phonemes import ipa
from metrics.text.quantities import Quantity
from metrics.text.three_scores import named_scores

FORMS: Final[dict[float | None, list[str]]] = {
    25: [
        "25yo", "25y/o", "25 y.o.", "25yrs", "25-year-old", "a 25-year-old woman", "25-year old", "25years",
        "25 ± 3", "25±3", "twenty five", "Twenty Five years old", "vingt-cinq", "vingt-cinq ans", "fünfundzwanzig",
        "fünfundzwanzig Jahre", "veinticinco", "veinticinco años", "venticinque", "vinte e cinco",
        "двадцать пять", "二十五", "二十五岁", "25岁", "25歳です", "25살", "25 ans", "25 Jahre", "25 años", "25 лет",
        "２５歳", "25.", "25!", "25,", '"25"', "(25)", "[25]", '{"age": 25}', "```25```", "`25`", "\\boxed{25}",
        "$25$", "The answer is 25.0", "25.0", "between 20 and 30", "20 to 30 years", "20~30", "20～30",
        "20—30", "from 20 to 30", "somewhere in the 20-30 range", "25, not 30", "25 (not 30)", "25 instead of 30",
        "I'd say 25 rather than 30", "it isn't 30, it's 25", "definitely not 30; 25", "30? no. 25",
        "30... no, 25", "30, no wait, 25", "30, sorry, 25", "30 — correction: 25", "30 or rather 25",
        "25%", "25 percent", "age: 25, gender: male", "1. 25", "1) 25", "Step 1: listen. Step 2: 25",
        "one speaker, aged 25", "I am 25.", "Answer: 25. Confidence: 90%", "25 (confidence 0.9)", "GPT-4 says 25",
        "v2.0: 25", "25 25", "25. 25.", "25 years old, i.e. twenty-five", "<think>30?</think>25", "Final answer: 25",
        "Let's see: 20 + 5 = 25. So 25.", "+25", "25-", "No. 25", "Nr. 25", "#25", "№25", "25th", "٢٥",
        "२५", "25 год", "twenty – five", "twenty‑five", "twentyfive", "25 (twenty-five)", "an age between 18 and 80: 25",
        "30? Hmm, no, 25.", "I thought it was 30 but it's 25", "30, I mean 25", "30, or rather 25",
        "30, actually 25", "It is 25, actually.", "25, no more, no less", "30. No, 25.", '{"answer": 25, "confidence": 0.9}',
        "I am 90% sure it is 25", "25 with 80% confidence", "25 or thereabouts", "年齢は25歳です", "나이는 25살입니다",
        "Возраст: 25", "около 25 лет", "nicht 30, sondern 25", "25, nicht 30", "pas 30 mais 25", "no 30 sino 25",
        "25 (twenty-five) years", "twenty-five (25)", "$25", "25€", "25..", "25 .", "25。", "25岁左右",
        "- 25", "* 25", "• 25", "# 25", "25 %", "Speaker 1: 25", "[Speaker 1] 25 years", "Speaker 1 is 25",
        "I'm 100% sure: 25", "The speaker is 25 (male).", "male, 25", "25M", "F, 25", "25F", "25 seconds",
        "One of the speakers is 25", "20+5=25", "25 years, give or take 5", "25, give or take", "25 plus or minus 2",
        "25 ±2",
    ],
    60: [
        "60Hz", "60 MIDI", "MIDI 60 (C4)", "C4 = 60", "C4 (MIDI 60)", "note 60, C4", "it's 60 or so",
        "roughly 60ish", "~60", "≈60", "≈ 60 years", "スコアは60です", '{"pitch": 60}', "5 × 12 = 60", "12*5=60",
        "C4, MIDI note number 60, 261.6 Hz", "答案是60。", "60번",
    ],
    50: [
        "пятьдесят",
    ],
    None: [
        "25,5", "1,000", "1 000", "20…30", "20..30", "20 / 30", "20s", "mid-20s", "25 or 26", "25/26",
        "25 and 26", "either 25 or 26", "25, maybe 26", "half", "a half", "one half", "1/2", "two halves",
        "10²", "10^2", "10**2", "2e1", "2x10^1", "2 × 10", "60 = 5*12", "hundred", "1.5 million", "25k",
        "25 out of 100", "25/100", "25 of 100", "XXV", "IV", "Chapter IV", "none", "no number", "The speaker, who is one of two, is 25",
        "There are two speakers. The first is 25, the second is 30", "25 years and 3 months", "5'10\"",
        "10:30", "2023-05-01", "C#4", "at least 25", "over 25", "25+", "> 25", "25 or more", "more than twenty",
        "less than 30", "no more than 30", "under 30", "late twenties", "teens", "1,5", "12,345.6",
        "one two three", "25 25 25 26", "25 (twenty-six)", "20-30, but I'd say 35", "MIDI 60 or MIDI 62",
        "25 at most", "max 30", "at the very least 25", "25 or above", "25 oder 30", "25 ou 30", "25 o 30",
        "6' 2\"", "25:00", "二十多岁", "二三十岁", "двадцать-тридцать", "quarante ou cinquante", "2-1/2", "a couple",
        "several", "a few", "a score", "two score", "seven eighths", "Age > 25", "2 5", "Option 2: 25",
        "100% 25", "a second", "no one", "a 25 year old and a 30 year old", "He is twice 20", "25 + 5",
        "25=20+5",
    ],
    1: [
        "1.000", "1st", "one", "One.",
    ],
    -3: [
        "-3", "minus 3", "negative three",
    ],
    3: [
        "– 3", "(3)", "the 3rd", "三", "It has 3 notes: C, E, G",
    ],
    -3.5: [
        "−3.5",
    ],
    30: [
        "not 25 but 30", "nearly 30", "almost 30",
    ],
    21: [
        "twenty-first", "21st", "einundzwanzig",
    ],
    0.5: [
        "½", "point five",
    ],
    2.5: [
        "two and a half", "2 and a half", "2 1/2", "2½", "dos y medio", "zweieinhalb", "two-and-a-half",

    ],
    200: [
        "two hundred",
    ],
    120: [
        "one hundred and twenty", "一百二十",
    ],
    100: [
        "a hundred", "1 hundred", "one-hundred",
    ],
    12: [
        "a dozen",
    ],
    24: [
        "two dozen",
    ],
    0: [
        "zero",
    ],
    69: [
        "A440 is 69", "A4 440 Hz = MIDI 69", "A4 is 440 Hz, which is MIDI 69.",
    ],
    440: [
        "440 Hz",
    ],
    27.5: [
        "about twenty-five to thirty", "大约25到30岁", "etwa 25 bis 30 Jahre", "entre 25 et 30 ans", "de 25 a 30 años",
        "zwischen 25 und 30",
    ],
    15: [
        "fifteen-ish",
    ],
    3.14: [
        "three point one four",
    ],
    25.5: [
        "twenty-five point five", "٢٥٫٥", "25.50.",
    ],
    -25: [
        "-25-", "-25",
    ],
    2: [
        "Dos", "deux", "zwei", "两", "the second",
    ],
    6.5: [
        "seis y medio",
    ],
    10: [
        "十",
    ],
    105: [
        "一百零五", "cento e cinco", "ciento cinco",
    ],
    42: [
        "quarante-deux",
    ],
    70: [
        "soixante-dix",
    ],
    99: [
        "quatre-vingt-dix-neuf",
    ],
    28: [
        "20 to 30, probably 28", "28 (25-30)", "around 28, in the range 25 to 30",
    ],
    27: [
        "25. Actually, wait, 27.",
    ],
    5: [
        "five (5)",
    ],
    1.5: [
        "one-and-a-half",
    ],
    102: [
        "a hundred and two",
    ],
    1900: [
        "nineteen hundred",
    ],
    0.1: [
        "zero point one",
    ],
    -0.5: [
        "minus point five",
    ],
    3.5: [
        "3 point 5", "3 point five", "3 and 1/2", "3 ½",
    ],
    62: [
        "sixty-second",
    ],
}  # fmt: skip


@pytest.mark.parametrize("value", FORMS)
def test_a_form_is_read_as_a_careful_reader_reads_it(value: float | None) -> None:
    read = {text: strict_number(text) for text in FORMS[value]}
    assert read == dict.fromkeys(FORMS[value], value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20 to 30, so 25", 25), ("a dozen", 12), ("1,250", 1250), ("dos", 2), ("cinq chiens", None),
        ("once", None), ("once años", 11), ("hat", None), ("on", None), ("三", 3), ("两个半", 2.5), ("三十二十", None),
    ],
)  # fmt: skip
def test_spoken_numbers_know_other_languages_and_points_in_ranges(
    text: str, value: float | None
) -> None:
    assert spoken_number(text) == value


def test_a_point_in_a_range_needs_a_short_reply() -> None:
    prose = (
        "Voices between 18 and 80 differ a lot in how they sound to a listener. This is because "
        * 2
    )
    assert strict_number(f"{prose} one of 20 ends.", Quantity(asked=(18, 80))) is None
    assert strict_number("Between 18 and 80, more likely 25", Quantity(asked=(18, 80))) == 25


def test_a_frequency_is_no_pitch() -> None:
    assert strict_number("110 Hz") == 110
    note = Quantity(frozenset({"semitones", "notes"}), least=0, most=127)
    assert strict_number("110 Hz", note) is None
    assert strict_number("about 110 Hz, so the answer is 45", note) == 45
    assert strict_number("A4 (440Hz), for 2 seconds", note) is None


def test_three_scores_are_read_behind_reasoning_and_corrections() -> None:
    names = {"accuracy": "accuracy", "fluency": "fluency"}
    read = {"accuracy": 7.0, "fluency": 2.0}
    for text in (
        "<think>accuracy: 3</think>Accuracy: 7, fluency: 2",
        "accuracy: 8, no, 7; fluency: 2",
    ):
        assert named_scores(text, names, "total") == read
    assert named_scores("accuracy: 7 or 8, fluency: 2", names, "total") is None


def test_a_hyphened_or_leading_part_is_never_the_whole() -> None:
    for head, value in (("two", 2), ("three", 3), ("twenty", 20)):
        assert strict_number(f"{head}-and-a-half") == value + 0.5
        assert strict_number(f"{head}-hundred") == value * 100
        assert strict_number(f"minus {head} point five") == -value - 0.5
    assert strict_number("point five") == 0.5


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        ",",
        "1 ",
        "or ",
        "no, ",
        "±",
        "dozen ",
        "point ",
        "一",
        "MIDI ",
        "Speaker 1: ",
        "1/2 ",
        "\n",
    ],
)
def test_a_long_reply_is_read_in_linear_time(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    start = time.process_time()
    for reply in (text, f"1{text}2.", f"accuracy{text}1"):
        strict_number(reply)
        named_scores(reply, {"accuracy": "accuracy"}, "total")
        ipa(f"the phonemes{reply}")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("At first I counted 30, but it is 25.", 25),
        ("I initially guessed 30, but it's 25", 25),
        ("~~30~~ 25", 25),
        ("<del>30</del> 25", 25),
        ("30 → 25", 25),
        ("First I hear 10, then 15 more, so 25 in total.", 25),
        ("10 on the left and 15 on the right, thus 25", 25),
        ("Is it 25? Yes.", 25),
        ("Is it 25?", None),
        ("Could the speaker be 25?", None),
        ("25? I don't know.", None),
        ("25? I can't tell.", None),
        ("At first I hear 10, but then 15 more.", None),
    ],
)
def test_second_thoughts_sums_and_questions(reply: str, value: float | None) -> None:
    assert strict_number(reply) == spoken_number(reply) == value


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("二十多岁", 24.5), ("说话人大约六十多岁", 64.5), ("40代の男性", 44.5), ("50대 여성입니다.", 54.5), ("三十岁", 30), ("20代表", 20),
        ("三十多岁到四十多岁", None), ("The speaker is an octogenarian.", 84.5), ("quinquagenarian or sexagenarian", None),
    ],
)  # fmt: skip
def test_decades_in_learned_words_and_other_languages(reply: str, value: float | None) -> None:
    assert strict_number(reply, Quantity(frozenset({"years"}), decades=True)) == value


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("75 out of the given options 127, 100, 75, 50, and 25.", 75),
        ("Of the options 127, 100, 75, 50 and 25, I choose 50.", 50),
        ("Among the choices (127, 100, 75) it is 100.", 100),
        ("One of the options 25, 50, 75.", None),
        ("50 or 75 out of the options 25, 50, 75", None),
        ("It is not 75 out of the options 25, 50, 75.", None),
    ],
)
def test_the_options_that_a_reply_lists_are_not_its_number(reply: str, value: float | None) -> None:
    assert strict_number(reply) == value
