"""How a text is typed decides nothing: Unicode forms, widths and invisible characters under every strict text metric."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.instructions import evaluate
from metrics.instructions.arguments import Kwargs
from metrics.text.edits import char_edits, word_edits
from metrics.text.normalizers import NORMALIZERS, without_script_spaces
from metrics.text.numbers import spoken_number, strict_number
from metrics.text.phonemes import arpabet, ipa
from tasks.dynamic_superb import slot_strings
from tests.support.budget import examples

STRICT = sorted(name for name in NORMALIZERS if name.startswith("canonical"))
SENTENCES = [
    "L'été où l'œuvre était déjà là", "Größe und Maß", "İstanbul'da ılık", "ΟΔΥΣΣΕΎΣ σοφός", "ذَهَـبَ الوَلَدُ", "क़लम की ज़रूरत", "น้ำใจดี",
    "今天，天氣很好", "がぎぐ、ばびぶ", "안녕하세요", "ＡＢＣ１２３", "Tiếng Việt có dấu", "București, țară", "25, not 30", "-3.5 °C", "city: Málaga, day: 5",
    "*ʃiː* /siːz/", "HH AH0 L OW1", "One. Two! [name] «x» P.S. y",
]  # fmt: skip
RULES: list[tuple[str, Kwargs]] = [
    ("keywords:existence", {"keywords": ["é"]}),
    ("length_constraints:number_words", {"num_words": 4, "relation": "at least"}),
    ("length_constraints:number_sentences", {"num_sentences": 2, "relation": "at least"}),
    ("detectable_content:number_placeholders", {"num_placeholders": 1}),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}),
    ("change_case:english_lowercase", {}),
    ("punctuation:no_comma", {}),
    ("startend:end_checker", {"end_phrase": "y"}),
]


def _wide(text: str) -> str:
    return "".join(
        chr(ord(one) + 0xFEE0) if "0" <= one <= "z" and one.isalnum() else one for one in text
    )


def _sprinkled(text: str) -> str:
    return "\ufeff" + "\u2060".join(text) + "\u200e"


TYPINGS: list[Callable[[str], str]] = [
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFC", text),
    _wide,
    _sprinkled,
]


def _views(text: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name in STRICT:
        plain = NORMALIZERS[name](text)
        seen[name] = (
            word_edits("one två 三", plain),
            char_edits("一二", without_script_spaces(plain)),
        )
    seen["ipa"], seen["arpabet"] = ipa(text), arpabet(text)
    seen["slots"] = slot_strings.read(text), slot_strings.read(text, {"city"})
    seen["numbers"] = strict_number(text), spoken_number(text)
    return seen


@pytest.mark.parametrize("typing", TYPINGS)
def test_the_same_text_typed_otherwise_scores_the_same(typing: Callable[[str], str]) -> None:
    for text in SENTENCES:
        assert _views(typing(text)) == _views(text), text


@pytest.mark.parametrize("typing", [TYPINGS[0], TYPINGS[2], TYPINGS[3]])
def test_the_same_reply_typed_otherwise_keeps_the_same_instructions(
    typing: Callable[[str], str],
) -> None:
    ids, arguments = [name for name, _ in RULES], [given for _, given in RULES]
    for text in SENTENCES:
        told, typed = (
            evaluate(ids, arguments, one, "voicebench", strict_reading=True)
            for one in (text, typing(text))
        )
        assert typed.strict == told.strict, text


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=40))
def test_canonically_equivalent_texts_score_the_same(text: str) -> None:
    forms = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    one, other = map(_views, forms)
    assert one == other
