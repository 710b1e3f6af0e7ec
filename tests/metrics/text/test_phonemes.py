"""Phonemes: notation decides nothing, sounds do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.text.phonemes import arpabet, ipa

GOLD = "tʃuːz ðə ɡʊd kæt"
FRAMES = [
    "/{}/", "[{}]", "//{}//", "({})", "⟨{}⟩", "“{}”.", "`{}`", "```\n{}\n```", "```ipa\n{}\n```", "<phonemes>{}</phonemes>",
    '{{"phonemes": "{}"}}', "1. {}", "The phonemes are: {}", "The phonemes are /{}/.", "Sure! Here’s the IPA transcription:\n\n/{}/",
    "**Phonemes:** {}", "**IPA**: /{}/", "Phonetic transcription - {}", "Answer: /{}/", "I hear: {}",
    "In IPA, it is pronounced as /{}/ in British English.", "It is pronounced /{}/.", 'It says "choose", in phonemes: [{}]',
]  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
def test_what_stands_around_phonemes_is_left_out(frame: str) -> None:
    assert ipa(frame.format(GOLD)) == ipa(GOLD)


@pytest.mark.parametrize(
    "text",
    [
        "ˈt͡ʃuːz.ðə.gʊd.kæt", "t ʃ u: z ð ə g ʊ d k æ t", "t-ʃ-u-z-ð-ə-ɡ-ʊ-d-k-æ-t", "ʧuːz ðә ɡυd kæt", "/tʃuːz/ /ðə/ /gʊd/ /kæt/",
        "tʃuːz‿ðə‿ɡʊd‿kæt", "tʃuːz | ðə ‖ ɡʊd kæt", "choose /tʃuːz/ the /ðə/ good /ɡʊd/ cat /kæt/",
        "The phonemes are:\n- /tʃuːz/\n- /ðə/\n- /ɡʊd/\n- /kæt/", '["tʃuːz", "ðə", "ɡʊd", "kæt"]',
    ],
)  # fmt: skip
def test_signs_between_phonemes_and_look_alikes_are_notation(text: str) -> None:
    assert ipa(text) == ipa(GOLD)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kæt", "kɑt"), ("ʃ", "s"), ("kʰæt", "kæt"), ("ɹ", "r"), ("ã", "a"), ("n̩", "n"), ("ŋ", "n"), ("ma˥", "ma˩"), ("bɚd", "bəd"),
    ],
)  # fmt: skip
def test_sounds_are_told_apart(one: str, other: str) -> None:
    assert ipa(one) != ipa(other)


@pytest.mark.parametrize(
    "text",
    ["My heart aches, I hear the answer is no", "Dear [Name], I hope you are well", "the recording is of a man"],
)  # fmt: skip
def test_prose_is_no_lead_in(text: str) -> None:
    assert len(ipa(text)) == sum(map(str.isalpha, text))


@pytest.mark.parametrize(
    "text",
    [
        "HH AH0 L OW1", "hh-ah-l-ow", "[HH] [AH] [L] [OW]", "HH|AH|L|OW", "<HH> <AH> <L> <OW>", '{"phonemes": ["HH", "AH0", "L", "OW1"]}',
        "ＨＨ ＡＨ Ｌ ＯＷ", "Sure, the phoneme sequence: HH AH L OW", 'The transcription of "hello" is /HH AH L OW/.', "HH\nAH\nL\nOW",
    ],
)  # fmt: skip
def test_arpabet_in_any_notation(text: str) -> None:
    assert arpabet(text) == ["HH", "AH", "L", "OW"]


@given(
    st.lists(st.sampled_from(["tʃ", "uː", "ð", "ə", "ɡ", "ʊ", "d", "k", "æ"]), min_size=2),
    st.sampled_from([" ", ".", "-", "\u0361", "\u200b", " ˈ", "ː", "\n"]),
    st.sampled_from(FRAMES[:3]),
)
def test_any_sign_between_phonemes_changes_nothing(
    phonemes: list[str], sign: str, frame: str
) -> None:
    assert ipa(frame.format(sign.join(phonemes))) == ipa("".join(phonemes))
