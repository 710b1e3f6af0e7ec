"""The canonical form: what a reader cannot tell apart is equal, what differs in meaning is not."""

from __future__ import annotations

import time
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.text.canonical import canonical

FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("l'e\u0301te\u0301", "l’été"),
        ("aujourdʼhui", "AUJOURD'HUI"),
        ("soft\u00adhyphen \u200bzero\u200d \u202bbidi\u202c", "softhyphen zero bidi"),
        ("\ufefftext", "text"),
        ("“so” «so» „so“", '"so" "so" "so"'),
        ("ＡＢＣ１２３", "abc123"),
        ("ﬁnd the ﬂy", "find the fly"),
        ("𝐁𝗼𝘭𝑑 Ⓐ", "bold a"),
        ("STRASSE", "straße"),
        ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
        ("İstanbul", "istanbul"),
        ("i\u0307stanbul", "ISTANBUL"),
        ("٢٠٢٤", "2024"),
        ("well‑known well–known", "well-known well-known"),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("น้ำ", "น\u0e4d\u0e49า"),
        ("ｶﾞ", "ガ"),
        ("☎\ufe0f", "☎"),
        ("5\ufe0f\u20e3", "5"),
        ("cœur", "CŒUR"),
        ("cœur", "coeur"),
        ("București", "Bucureşti"),
        ("ന\u0d4d\u200d", "ൻ"),
        ("ত\u09cd\u200d", "ৎ"),
        ("เเมว", "แมว"),
        ("क़लम", "क\u093cलम"),
        ("i\u0307\u0301", "í"),
        ("한국", unicodedata.normalize("NFD", "한국")),
    ],
)
def test_texts_that_look_alike_are_equal(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10²", "102"),
        ("H₂O", "H2"),
        ("2½", "21/2"),
        ("resume", "résumé"),
        ("क़लम", "कलम"),
        ("ൻ", "ന"),
        ("æ", "ae"),
        ("كتاب", "كتـاب"),
        ("ㅋㅏ", "카"),
        ("a b", "ab"),
        ("yes — no", "yes - no"),
        ("", "\u0301"),
    ],
)
def test_texts_of_another_meaning_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_dotted_and_dotless_i_are_two_letters_in_turkish_only() -> None:
    assert canonical("KIRIK", language="tr") == "kırık" != canonical("KİRİK", language="tr")
    assert canonical("KIRIK") == canonical("kırık") == canonical("KİRİK")


def test_case_stays_on_request() -> None:
    assert canonical("Ａ’B", casefold=False) == "A'B"


@given(st.text(), st.sampled_from([None, "tr", "en"]), st.booleans())
def test_the_canonical_form_is_its_own_canonical_form(
    text: str, language: str | None, casefold: bool
) -> None:
    once = canonical(text, casefold=casefold, language=language)
    assert canonical(once, casefold=casefold, language=language) == once


@given(st.text(), st.sampled_from([None, "tr"]))
def test_canonically_equivalent_strings_are_equal(text: str, language: str | None) -> None:
    forms = {canonical(unicodedata.normalize(form, text), language=language) for form in FORMS}
    assert forms == {canonical(text, language=language)}


@given(st.text(), st.sampled_from("\u200b\u00ad\ufeff\u200e\u2066"), st.data())
def test_a_format_character_anywhere_changes_nothing(
    text: str, mark: str, data: st.DataObject
) -> None:
    text = canonical(text)
    place = data.draw(st.integers(0, len(text)))
    assert canonical(text[:place] + mark + text[place:]) == text


@pytest.mark.parametrize("unit", ["a", "é", "\u0301", "ﷺ", "\u200b", "\u0e4d", "\ud800"])
def test_a_megabyte_is_read_in_linear_time(unit: str) -> None:
    start = time.process_time()
    canonical(unit * 200_000)
    assert time.process_time() - start < 5
