"""What others say of an option, what takes its place, pairs of which one is left, decades that are no age: replies of our own."""

from __future__ import annotations

import pytest

from metrics.commitment.grammar import committed

OPTIONS = ("Dog barking", "Car horn", "Church bell", "Rain")
DECADES = ("teens", "twenties", "thirties", "fourties", "fifties", "sixties")
FORTY = ((), (), (), ("forties",), (), ())


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("Many listeners say B, and they are right.", 1),
        ("Most students pick C, and correctly so.", 2),
        ("The textbook says D, and I agree.", 3),
        ("Everyone else chose A, as would I.", 0),
        ("Most annotators heard rain, which is mistaken; it is a car horn.", 1),
        ("Others said church bell, but they are wrong: it is a dog barking.", 0),
        ("The answer key says D, but I disagree.", None),
        ("My colleague picks C, wrongly.", None),
        ("Most people would say B, and they'd be right to hesitate.", None),
        ("Most people choose A. I also do not.", None),
        ("Many listeners would say A, rightly or wrongly.", None),
        ("You suggested B, but I hear D.", 3),
        ("I would stay away from C.", None),
        ("Better keep well clear of option A.", None),
    ],
)
def test_whether_the_reply_agrees_with_others_decides(reply: str, option: int | None) -> None:
    assert committed(reply, OPTIONS) == option


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("Rain → corrected to Car horn on the replay", 1),
        ("A, later amended to C.", 2),
        ("B → revised to C → revised to D", 3),
        ("A or B? The latter, no, the former.", None),
        ("In place of B, I would pick either A or C.", None),
        ("Revised from car horn to rain.", 3),
        ("In lieu of A I'd choose C.", 2),
        ('Instead of "Rain" I will say "Church bell".', 2),
        ("A or D? The latter.", 3),
        ("Rain or a car horn? I'd say the former.", 3),
        ("Between B and C, the latter.", 2),
        ("A or B? Not the former.", 1),
        ("A or B? The latter or the former.", None),
        ("It comes down to A and C, but A is ruled out.", 2),
        ("This is between B and D; D does not fit.", 1),
        ("It is between A and B, and C is out.", None),
    ],
)
def test_what_takes_the_place_of_an_option_or_is_left_of_two(
    reply: str, option: int | None
) -> None:
    assert committed(reply, OPTIONS) == option


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ('{"options": {"A": "Dog barking", "C": "Church bell"}, "correct": "C"}', 2),
        ("Option D's wording fits best.", 3),
        ("Option D's wording does not fit.", None),
        ('Option A, which reads "Rain", is mine.', None),
        ("It sounds as though someone had stepped on a paw: dog barking.", 0),
        ("A car horn imitating a church bell: car horn.", 1),
        ("Provided that the recording is not cut, B.", 1),
        ("C'est l'option B qui correspond.", 1),
        ("Es la opción C la que encaja.", 2),
        ("B şıkkı doğrudur.", 1),
        ("C seçeneği doğru.", 2),
        ("The last entry in the list is correct.", 3),
        ('"Ask the sexton, the dog or the rain."', None),
    ],
)
def test_keys_cues_and_other_languages(reply: str, option: int | None) -> None:
    assert committed(reply, OPTIONS) == option


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("He grew up in the sixties.", None),
        ("It is a song from the fifties.", None),
        ("The story is about the twenties.", None),
        ("He recalls the thirties of the last century; he himself is in his sixties.", 5),
        ("A man in his forties sings of the sixties.", 3),
        ("The speaker is in the fifties.", 4),
        ("Her voice is typical of the thirties.", 2),
        ("The recording is of someone in the twenties.", 1),
        ("In their twenties.", 1),
    ],
)
def test_a_decade_of_history_is_no_age(reply: str, option: int | None) -> None:
    assert committed(reply, DECADES, FORTY, letters=False) == option


def test_a_decade_of_history_may_be_the_answer_where_it_is_an_option() -> None:
    eras = ("Twenties", "Fifties", "Sixties")
    assert committed("He was born in the fifties.", eras) == 1


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("A real copy of a voice, if you will, which makes it fake.", 0),
        ("Others heard real; they are wrong, this is fake.", 0),
        ("It feels real, which makes it real.", 1),
    ],
)
def test_what_makes_it_so_decides(reply: str, label: int) -> None:
    assert committed(reply, ("fake", "real"), letters=False) == label
