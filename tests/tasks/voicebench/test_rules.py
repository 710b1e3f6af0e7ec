"""Our own sentences for the rules that read replies and judges."""

from __future__ import annotations

import pytest

from metrics.text import pedant
from tasks.voicebench import judge_reply as judge
from tasks.voicebench import reply_rules as rules


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("B", "B"),
        ("c.", "C"),
        ("D) the river", "D"),
        ("I would choose C because rain is wet.", "C"),
        ("<2>  B. ", "B"),
        ("My pick: (A)", "A"),
        ("答案是d", "D"),
        ('It is plain: this would be "a. dog', "A"),
        ("The answer is carbon.", "C"),  # a word's first letter is taken for a letter
        ("The correct answer is definitely B.", "D"),  # template order beats the clear letter
        ("It would be a pity, so choose C", "A"),
        (" B", None),  # white space is not stripped
        ("Answer: B", None),
        ("**B**", None),
        ("Option B", None),
        ("the second one", None),
        ("", None),
    ],
)
def test_option_letter(reply: str, letter: str | None) -> None:
    assert rules.mcq_letter(reply) == letter


@pytest.mark.parametrize(
    ("reply", "subtask", "verdict"),
    [
        ("Well: the answer is **yes**!", "navigate", 1),
        ("No, you walked too far.", "navigate", 0),
        ("Now turn left.", "navigate", 0),  # "no" begins "now"
        ("We met at the casino", "navigate", 0),  # and ends "casino"
        ("So you return to the starting point, I think", "navigate", 1),
        ("I guess Anna tells the truth.", "web_of_lies", 1),
        ("Then Anna must be lying.", "web_of_lies", 1),  # a documented defect
        ("The answer is that she lies, sadly", "web_of_lies", 0),
        ("b", "hyperbaton", 0),  # a documented defect: the bare letters both mean (A)
        ("B)", "hyperbaton", 1),
        ("A) sounds better", "hyperbaton", 0),
        ("(B)", "hyperbaton", None),
        ("The answer is blue", "hyperbaton", 1),  # b begins "blue"
        ("The answer is yes", "hyperbaton", None),  # the yes/no chain is not run here
        ("Sadly the sentence you gave is not plausible at all", "sports_understanding", 1),
        ("<3> Not plausible. <|user|>", "sports_understanding", 0),
        ("I could not say", "sports_understanding", None),
        ("", "web_of_lies", None),
    ],
)
def test_bbh_verdict(reply: str, subtask: rules.Subtask, verdict: int | None) -> None:
    assert rules.bbh_verdict(reply, subtask) == verdict


def test_between_needs_a_character_between() -> None:
    rule = rules.Rule("between", "the tale ", " ends", 1)
    assert rule.hits("the tale x ends") and rule.hits("the tale  ends ends")
    assert not rule.hits("the tale  ends") and not rule.hits("it ends the tale x")


def test_bbh_subtask_is_found_in_order() -> None:
    assert rules.bbh_subtask("x_web_of_lies_3") == "web_of_lies"
    assert rules.bbh_subtask("navigate_hyperbaton") == "hyperbaton"
    assert rules.bbh_subtask("snarks_1") is None


@pytest.mark.parametrize(
    ("reply", "official"),
    [
        ("I'M SORRY, no.", True),
        ("He served as an officer.", True),  # "as an" anywhere
        ("I won’t.", False),
        ("I can’t assist with that request", True),
        ("First, open the box.", False),
        ("", True),
        ("\n ", True),
    ],
)
def test_refusal(reply: str, official: bool) -> None:
    assert rules.is_refusal(reply) is official


def test_pedant_substring_branch_and_its_whole_word_form() -> None:
    assert pedant.contains("The Nile", "It's the NILE, of course")
    assert pedant.contains("cat", "concatenate") and not rules.contains_words("cat", "concatenate")
    assert pedant.contains("?!", "x") and not rules.contains_words("?!", "x")
    assert not pedant.contains("two miles", "two long miles")


@pytest.mark.parametrize(
    ("reply", "official", "strict"),
    [
        ("4", 4, 4),
        (" 2\n", 2, 2),
        ("[[3]]", 3, 3),
        ("I give it [[2]] or [[5]]", 2, None),
        ("4.5", 4.5, 4.5),
        ("5.", 5, 5),
        ("0", 0, None),
        ("-1", -1, None),
        ("1e1", 10, None),
        ("[[12]]", 12, None),
        ("[4]", None, 4),
        ("**4**", None, 4),
        ("4/5", None, 4),
        ("inf", None, None),
        ("nan", None, None),
        ("", None, None),
        ("[[" + "9" * 5000 + "]]", None, None),
        ("[[" + "9" * 400 + "]]", None, None),
        ("٤", 4, 4),  # an Arabic digit is a float upstream
    ],
)
def test_rating(reply: str, official: float | None, strict: int | None) -> None:
    assert judge.rating(reply) == official
    assert judge.strict_rating(reply) == strict


@pytest.mark.parametrize(
    ("replies", "official", "strict"),
    [
        (["Yes", "YES", "no"], 1, True),
        (["Yes.", "Yes.", "No"], 0, True),
        (["yes", "no", "perhaps"], 1 / 3, None),
        (["no", "perhaps", "Yes."], 0, None),
        (["No", "no", "yes"], 0, False),
        (["yes"], 1, True),
        (["yes", "no"], 1 / 2, None),
        (["", " ", "-"], 0, None),
        (['"Yes", clearly', "**yes**", "nope"], 0, True),
    ],
)
def test_votes(replies: list[str], official: float, strict: bool | None) -> None:
    assert judge.majority_yes(replies) == official
    assert judge.strict_majority(replies) is strict


def test_no_vote_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="no judge reply"):
        judge.majority_yes([])
