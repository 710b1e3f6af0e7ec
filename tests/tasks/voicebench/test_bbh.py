"""VoiceBench's BBH in words: what a sentence of prose says about the question that was asked, and nothing else."""

from __future__ import annotations

import time

import pytest

from tasks.voicebench.bbh import phrases, read_bbh

PROMPTS = {
    "navigate": "If you follow these instructions, do you return to the starting point? Take 5 steps. Turn left.",
    "web_of_lies": "Question: Tamika lies. Jerry says Tamika lies. Ryan says Jerry tells the truth. Does Ryan tell the truth?",
    "sports_understanding": 'Is the following sentence plausible? "LeBron James scored a touchdown."',
    "hyperbaton": "Which sentence has the correct adjective order: Options: (A) red small old car (B) small old red car",
}
TABLES = {
    "navigate": """
1|If you follow these instructions, you will return to the starting point.
0|If you follow these instructions, you will not return to the starting point.
0|After all these moves you're three steps east of your starting point, so you haven't returned.
0|You finish two steps to the left of where you set out.
0|You're nowhere near where you began.
1|You end up where you began.
0|You're not back.
1|The net displacement is zero.
0|The net displacement is 3 steps, so you're somewhere else.
1|You would be zero steps away from the start.
0|Your final position is (5, -2), which is not the origin.
1|The end point is the same as the starting point.
0|Your final spot and your starting spot are different.
0|To return to the starting point, you would need to take five more steps.
0|You'd have to walk another two steps to get back to where you began.
1|First I thought you'd end up somewhere else, but you do return to the start.
0|You might think you return to the start, but you end up two steps to its left.
1|There's no doubt that you return to the starting point.
1|You walk five steps away from the start and five steps back, so you're back where you set off from.
0|You do not end up at the starting point, but 3 steps to the right of it.
1|You're not away from the start any more; you're back at it.
-|Imagine you are at the starting point, facing north. First you take five steps.
-|You start at the origin. You take 5 steps forward and you are 5 steps from the start. Then you turn left and
-|The starting point is where you begin.
-|You may or may not return to the starting point.
-|Yes if you turn around, no if you don't.
-|Yes, you do not return to the starting point.
-|Before you return, you turn left.
-|You begin at the starting point. You take five steps. You are now five steps away from the starting point. You take two steps.
-|You return to the starting point if the net displacement is zero.
-|Go back to the starting point.
-|First you walk five steps, which takes you away from the start.
0|The steps don't take you home.
-|To return to the starting point, the moves in each direction must cancel out.
""",
    "web_of_lies": """
1|Tamika is a liar, but Ryan is not.
0|Jerry is honest, but Ryan is not.
0|Jerry lies, and so does Ryan.
1|Jerry tells the truth and Ryan does too.
1|Neither Jerry nor Ryan lies.
0|Both Jerry and Ryan lie.
1|Tamika is lying. Jerry and Ryan are not.
1|Ryan says Jerry tells the truth, which is true.
0|Ryan says Jerry tells the truth, but that is false, so Ryan lies.
0|Ryan's claim that Jerry tells the truth is false.
1|Ryan, unlike Tamika, tells the truth.
0|Since Jerry lies, Ryan is lying, because he trusts Jerry.
1|Only Tamika lies; the others tell the truth.
1|Everyone except Tamika tells the truth.
1|Ryan can't be lying.
0|I don't think Ryan is telling the truth.
1|There is no doubt that Ryan is telling the truth.
0|It's false that Ryan tells the truth.
0|Liars: Tamika, Jerry, Ryan.
0|Does Jerry tell the truth? Yes. Does Ryan tell the truth? No.
0|Is Ryan lying? Yes.
1|Is Jerry lying? No. So Ryan tells the truth.
0|Is Tamika lying? Yes. Is Ryan lying? Yes.
1|First I thought Ryan was lying, but he is telling the truth.
1|Ryan does.
-|Jerry tells the truth.
-|Ryan says that Jerry tells the truth.
-|Tamika lies, and Jerry says Tamika lies, so Jerry tells the truth. Ryan says
-|There isn't enough information to say who is honest.
-|If Jerry lies, then Ryan lies.
-|Ryan tells the truth only if Jerry does.
-|Suppose Ryan tells the truth. Then Jerry tells the truth as well.
-|Either Ryan or Jerry is lying.
-|Ryan may be lying, or he may be telling the truth.
1|Jerry confirms that Tamika lies, so he's honest, and since Ryan confirms that Jerry is honest, Ryan is honest too.
0|Does Ryan tell the truth? He does not.
0|Tamika: lie\\nJerry: lie\\nRyan: lie\\nSo no, he does not.
-|I can't confirm that Ryan tells the truth.
-|According to Jerry, Ryan is a liar.
-|Ryan claims to tell the truth.
-|Ryan might lie or might not.
-|Provided Jerry tells the truth, Ryan tells the truth.
-|Yes, Ryan lies.
-|No. Ryan is not a liar.
""",
    "sports_understanding": """
1|That could easily happen in a basketball game.
0|That could never happen in a basketball game.
0|This isn't something that happens in basketball.
1|There's no question that it's plausible.
0|No doubt about it: it's implausible.
1|Without a doubt, that is plausible.
1|I see no reason to doubt it.
0|I highly doubt it.
1|There's nothing implausible about it.
0|There's nothing plausible about it.
1|It's not only possible but common.
0|That's anything but plausible.
0|It's hard to believe.
0|It makes no sense.
0|It would be plausible if he played football, but he doesn't, so it isn't.
0|LeBron James would never score a touchdown.
1|LeBron James could have scored a touchdown.
1|I cannot see why it wouldn't be plausible.
0|It's neither plausible nor realistic.
1|I'm not sure, but it sounds plausible.
0|Plausible? Not at all.
0|Ce n'est pas plausible.
0|No chance.
-|I can neither say that it's plausible nor that it isn't.
-|It's hard to say.
-|It would be plausible if he played football.
-|It's plausible in American football but LeBron James plays basketball.
-|A plausible sentence must match player and sport.
-|I have doubts.
-|He is more likely to score a basket than a touchdown.
-|I believe that LeBron James plays for the Lakers.
-|LeBron James is an accurate passer.
-|It's possible that you meant a basket.
-|Touchdowns happen in football.
-|Some would find it plausible.
-|Perhaps plausible, perhaps not.
-|Plausible means reasonable or believable.
0|There's zero chance that this happened.
0|I wouldn't say so.
-|Yes, the sentence is not plausible.
""",
    "hyperbaton": """
1|small old red car
0|Red small old car.
1|The correct order is "small old red car".
1|It should be "small old red car", not "red small old car".
1|You would say a small old red car.
0|The first one is in the right order.
1|The second sentence reads naturally.
0|The former.
1|I'd go for the second, since size comes first.
0|The phrase "red small old car" sounds more natural than "small old red car".
1|The first one is "red small old car", which is wrong, so the second one is correct.
-|The first sentence is red small old car and the second sentence is small old red car.
-|"red small old car" or "small old red car"
-|small red old car
-|Small things come first.
-|Some people say "red small old car".
-|If size comes first, then "small old red car".
-|The second one sounds unnatural.
0|The former sounds right.
1|Between "red small old car" and "small old red car", the latter is correct.
1|"Red small old car" has the wrong order. "Small old red car" has the right one.
-|A car can be small and red.
-|Option A, "small old red car", is correct.
""",
}
CASES = [
    (subtask, {"1": 1, "0": 0, "-": None}[line[0]], line[2:].replace("\\n", "\n"))
    for subtask, table in TABLES.items()
    for line in table.strip().split("\n")
]


@pytest.mark.parametrize(("subtask", "meant", "reply"), CASES)
def test_a_reply_in_words_is_read_as_it_is_meant(
    subtask: str, meant: int | None, reply: str
) -> None:
    assert read_bbh(reply, subtask, PROMPTS[subtask]) == meant


@pytest.mark.parametrize("reply", [line for name, said, line in CASES if name == "web_of_lies" and said == 1])  # fmt: skip
def test_what_is_said_of_one_person_says_nothing_of_a_stranger(reply: str) -> None:
    asked = PROMPTS["web_of_lies"].replace("Does Ryan", "Does Osvaldo")
    if "the others" not in reply and "Everyone" not in reply:
        assert read_bbh(reply, "web_of_lies", asked) is None


@pytest.mark.parametrize("reply", [line for name, _, line in CASES if name == "hyperbaton"])
def test_options_that_change_places_change_the_verdict_on_a_phrase(reply: str) -> None:
    if not any(word in reply.lower() for word in ("first", "second", "former", "option")):
        turned = "Which one is right: Options: (A) small old red car (B) red small old car"
        before = read_bbh(reply, "hyperbaton", PROMPTS["hyperbaton"])
        after = read_bbh(reply, "hyperbaton", turned)
        assert after == (None if before is None else 1 - before)


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("Which is right? A) leather new bag B) new leather bag", ("leather new bag", "new leather bag")),
        ("Which is right? Option A: red small car. Option B: small red car. Please answer.", ("red small car", "small red car")),
        ("Which is right? (A) a dog (B) two cats", ()),
        ("Which sentence has the correct adjective order?", ()),
    ],
)  # fmt: skip
def test_the_phrases_of_a_question_are_the_same_words_in_two_orders(
    prompt: str, found: tuple[str, ...]
) -> None:
    assert phrases(prompt) == found


@pytest.mark.parametrize("piece", ["you are at the start ", "returning ", "Ryan, ", "? yes ", "; "])
def test_a_long_reply_takes_time_in_proportion(piece: str) -> None:
    subtask = "web_of_lies" if "R" in piece or "?" in piece else "navigate"
    start = time.process_time()
    read_bbh(piece * (10_000 // len(piece)), subtask, PROMPTS[subtask])
    assert time.process_time() - start < 2
