"""Short replies to BBH in words: a verdict behind a lead-in, a statement without a subject, two options of one text."""

import pytest

from tasks.voicebench.bbh import phrases, read_bbh

LIARS = "Mira tells the truth. Jonas says Mira lies. Does Jonas tell the truth?"


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("Well, the answer is false, because of what Jonas says.", 0),
        ("After some thought, the answer is false", 0),
        ("Answer: false, since Mira tells the truth", 0),
        ("Sure: Correct.", 1),
        ("Tells the truth.", 1),
        ("In short, does not tell the truth, because Mira tells the truth.", 0),
        ("Must be lying.", 0),
        ("So lies.", 0),
        ("Mira is honest. Lies, then.", 0),
        ("Mira tells the truth.", None),
        ("So Mira does tell the truth", None),
    ],
)
def test_a_statement_without_a_subject_is_of_the_person_asked_about(
    reply: str, meant: int | None
) -> None:
    assert read_bbh(reply, "web_of_lies", LIARS) == meant


@pytest.mark.parametrize("reply", ["B is right", "I have thought about it. B.", "Option B."])
def test_of_two_options_with_one_text_the_letter_counts(reply: str) -> None:
    prompt = "Which sentence has the correct adjective order: (A) small cup (B) small cup"
    assert phrases(prompt) == ()
    assert read_bbh(reply, "hyperbaton", prompt) == 1


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("It may sound fine, yes, but it is not plausible.", 0),
        ("It sounds odd, granted, but it is plausible.", 1),
        ("Yes, but it is rare.", 1),
    ],
)
def test_a_yes_that_grants_something_is_no_answer(reply: str, meant: int) -> None:
    prompt = 'Is the following sentence plausible? "Ana scored from the corner."'
    assert read_bbh(reply, "sports_understanding", prompt) == meant
