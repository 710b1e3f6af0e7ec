"""Options that a remark in brackets or a tick marks, and options named as the one to exclude."""

import pytest

from metrics.commitment.closed import read

OPTIONS = ["a dog barks", "a cat meows", "a cow moos", "rain falls"]


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("A or B (correct)", None),
        ("C or maybe B (best)", None),
        ("A or B (most likely)", None),
        ("B (most likely)\nA\nC", 1),
        ("1. B (most likely)\n2. A\n3. C", 1),
        ("1. a cat meows ✔\n2. a dog barks\n3. rain falls", 1),
        ("1. A (most likely)\n2. B (most likely)", None),
        ("Not B (most likely), A", 0),
        ("A and B ❌, C ✅", 2),
        ("If I had to exclude one, it would be B.", None),
        ("The first to go would be B.", None),
        ("The easiest to rule out is B.", None),
        ("Were I to cross one out, B.", None),
        ("If I had to choose one, it would be B.", 1),
        ("If I had to rule one out it would be A; the answer is B.", 1),
    ],
)
def test_a_mark_judges_the_option_next_to_it(reply: str, meant: int | None) -> None:
    assert read(reply, OPTIONS).option == meant


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("B is the one label I would exclude.", None),
        ("B is the option that can be ruled out.", None),
        ("B would be the first to be eliminated.", None),
        ("Telling B from C is impossible here.", None),
        ("B is the only one I can't rule out.", 1),
        ("B is the one I would not exclude.", 1),
        ("A is the one I'd exclude; B.", 1),
        ("It's hard to tell B from C, but I choose B.", 1),
    ],
)
def test_the_one_that_is_excluded_is_no_answer(reply: str, meant: int | None) -> None:
    assert read(reply, OPTIONS).option == meant
