"""Options denied in words other than "not", and words of denial that choose one."""

import pytest

from metrics.commitment.closed import read

OPTIONS = ["a dog barks", "a cat meows", "a cow moos", "rain falls"]
MOODS = ["Happy", "Sad", "Angry", "Calm"]
DENIED = (
    "By no means {}.",
    "It is by no means {}.",
    "Scarcely {}.",
    "Nowhere near {}.",
    "Under no circumstances {}.",
    "On no account {}.",
    "The last thing I'd say is {}.",
    "None of this suggests {}.",
    "Nothing here points to {}.",
    "There's no chance that it's {}.",
    "Zero chance of {}.",
    "It is out of the question that it's {}.",
    "It's impossible that it is {}.",
    "I refuse to say {}.",
    "{} - hardly.",
    "{}, I think not.",
    "Rarely is it {}.",
    "There is no evidence for {}.",
)
CHOSEN = (
    "No doubt {}.",
    "There's no doubt that it's {}.",
    "There's no way it isn't {}.",
    "Nothing fits better than {}.",
    "It can't be other than {}.",
    "By all means {}.",
    "I have no reason to doubt {}.",
    "Nobody would deny that it's {}.",
)


@pytest.mark.parametrize("form", DENIED)
def test_what_is_denied_is_no_answer(form: str) -> None:
    assert read(form.format("B"), OPTIONS).option is None
    assert read(form.format("sad"), MOODS, letters=False).option is None
    assert read(form.format("A") + " The answer is B.", OPTIONS).option == 1


@pytest.mark.parametrize("form", CHOSEN)
def test_what_is_not_denied_after_all_is_the_answer(form: str) -> None:
    assert read(form.format("B"), OPTIONS).option == 1


@pytest.mark.parametrize("reply", ["B it is not.", "B it isn't.", "Whatever it is, B it is not."])
def test_a_letter_before_its_denial_is_no_answer(reply: str) -> None:
    assert read(reply, OPTIONS).option is None


def test_no_is_an_answer_that_a_sentence_repeats() -> None:
    for reply in ("No, it is not.", "No it is not", "No, it isn't."):
        assert read(reply, ["Yes", "No"], letters=False).option == 1
