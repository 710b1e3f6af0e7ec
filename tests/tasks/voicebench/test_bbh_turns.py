"""BBH in prose: replies that say both, that change their answer, that speak of others, that break off on the way."""

from __future__ import annotations

import time

import pytest

from tasks.voicebench.bbh import read_bbh

PROMPTS = {
    "navigate": "If you follow these instructions, do you return to the starting point? Take 5 steps. Turn left.",
    "web_of_lies": "Question: Tamika lies. Jerry says Tamika lies. Ryan says Jerry tells the truth. Does Ryan tell the truth?",
    "sports_understanding": 'Is the following sentence plausible? "LeBron James scored a touchdown."',
    "hyperbaton": "Which sentence has the correct adjective order: Options: (A) red small old car (B) small old red car",
}
TABLES = {
    "navigate": r"""
1|Answer: no. Hmm, let me recount: five out and five back. That's a zero. Answer: yes.
0|Answer: yes. Wait, let me recount. Two and two is four. Answer: no.
0|The answer is yes. Hold on, I missed a turn. The answer is no.
1|Answer: No. Actually, let me redo this. Final answer: Yes.
0|Final answer: yes. Let me double-check: it's 3 left, 5 right. Final answer: no.
1|**Answer:** No\n\nHmm, wait. I forgot to turn around.\n\n**Answer:** Yes
0|Answer: Yes. Let me check: 2 + 3 = 5. Answer: No.
1|Answer: yes. Let me recount: 5 out, 5 back. Answer: yes.
-|Answer: no. Answer: yes.
-|Answer: yes. Hmm, let me recount.\n
-|Answer: yes or no. Let me check. Answer: yes or no.
-|In one sense yes, in another sense no.
-|In a way yes, in another way no.
-|In some ways yes, in other ways no.
-|On the one hand yes, on the other hand no.
-|Part of me says yes, part of me says no.
-|Part of me thinks you return to the start and another part of me thinks you don't.
-|Half of me says yes, and the other half says no.
-|From one point of view yes, from another no.
-|Yes and no.
-|Partly yes, partly no.
-|Maybe yes, maybe no.
-|Both yes and no.
-|Sometimes yes and sometimes no.
0|In one sense yes, in another no; but strictly speaking you do not return to the starting point.
0|Part of me says yes, part of me says no, but in the end the answer is no.
1|Part of me wanted to say no, but the answer is yes.
1|In every sense, yes.
-|1. Take 8 steps: you are 8 steps from the start.\n2. Turn right:
-|1. Take 5 steps: you are 5 steps from the start.\n2.
-|1. Take 5 steps: you are 5 steps from the start.
-|Step 1: Take 5 steps. You're 5 steps north of the start.\nStep 2: Turn
-|Take 5 steps: you are now 5 steps ahead of the starting point. Turn left:
-|1) Walk 5 steps forward - you are 5 steps away from the starting point\n2) Turn left -
-|- Take 5 steps: 5 steps away from the start\n- Turn left:
-|Let's go through it:\n1. Take 5 steps forward. You are 5 steps from the starting point.\n2. Turn
-|1. Take 5 steps (you are 5 steps from the origin).\n2. Turn left (you
-|1. Forward 5: 5 steps from the start.\n2. Left turn:
-|**Step 1:** Forward 5 steps → 5 steps away from the start\n**Step 2:**
-|1. Take 5 steps: you are at the start.
0|1. Take 5 steps: you are 5 steps from the start.\n2. Turn left: still 5 steps away from the start.
0|1. Take 5 steps.\n2. Turn left.\nYou are 5 steps from the start.
0|1. Take 5 steps.\n2. Turn left.\n3. So you end up 5 steps away from the start.
0|Take 5 steps, turn left: you end up 5 steps away from the starting point.
0|First, take 5 steps. Turn left. In the end you're not back where you started.
0|Another route would bring you back to the start, but this one doesn't.
-|With another turn you would be back at the starting point.
0|With different instructions you would return to the start, but with these you don't.
0|With another turn you would return to the start; as it is, you don't.
-|Is the answer no? Or is the answer yes?
0|In one sense you move, in another you turn. You don't end up at the start.
1|Answer: no. Sorry, I mean the answer is yes.
-|Answer: no. Wait, maybe the answer is yes.
0|Answer: no. I double-checked. Answer: no.
0|The user asks about five steps and a left turn. You end up five steps from the start.
0|Take 5 steps. Turn left. You're 5 steps away from the start, so no.
0|You take 5 steps. You do not return to the starting point.
0|You go 5 steps ahead and turn left, so you aren't back.
0|After 5 steps and a turn you're still 5 steps from where you began.
1|In one word, yes.
1|In the other direction you take the same steps, so you return to the start.
-|You return to the start on one reading and don't on another.
1|On the one hand you walk 5 steps north, on the other hand you walk 5 steps south, so you return to the start.
0|With these instructions you don't return to the start; with others you would.
0|There is no other way to say it: you don't return to the start.
-|Answer: yes. Hmm, but wait.
1|Answer: no. Hmm, I forgot the turn. So the answer is yes.
0|Answer: yes.\n\nWait, I made a mistake: it's 2 more.\n\nAnswer: No.
-|Answer: yes. Let me reconsider the steps: 5 forward
""",
    "sports_understanding": r"""
0|It would be plausible for another player, but for LeBron James it isn't.
0|It would be plausible for a football player, but for LeBron James it isn't.
0|It would be plausible for someone else, but for LeBron it is not.
0|Plausible for a quarterback, but not for LeBron James.
0|That would make sense for another athlete, but not for him.
0|For a football player it would be plausible; for LeBron James it is not.
0|It might be plausible for somebody else, not for LeBron James.
0|It'd be realistic for Tom Brady, but for LeBron James it isn't.
0|The sentence would be believable about a football player, but about LeBron James it isn't.
0|For anyone else this would be plausible, but in his case it isn't.
0|For LeBron it isn't plausible, but it would be for another player.
0|Said of Tom Brady it would be plausible, said of LeBron James it isn't.
0|It would be plausible with a different athlete, but with LeBron James it isn't.
0|If it were about another player, it would be plausible, but with LeBron it's not.
1|It would be implausible for another player, but for LeBron James it is plausible.
1|For most players this would be unlikely, but for LeBron James it is plausible.
1|It wouldn't be plausible for another player, but for LeBron James it is.
-|It would be plausible for another player.
-|It would be plausible for a football player.
-|It would be implausible for a golfer.
-|It would be plausible for someone else.
-|That would be plausible for other athletes.
-|It is plausible for some other player.
-|For another player it's plausible.
-|For a football player this would make perfect sense.
-|It would be plausible for Tom Brady.
-|Any other player could do that.
1|It is plausible for a basketball player like LeBron James to do this.
1|In other words, it is plausible.
1|It's plausible, as for any other player.
1|That is plausible for LeBron James.
0|It wouldn't be plausible for LeBron James.
0|It isn't plausible for a basketball player to score a touchdown.
-|Part of me says it's plausible and part of me says it isn't; I can't choose.
-|Part of me finds it plausible, but part of me finds it implausible.
-|Half of me thinks it's plausible, the other half thinks it's not.
-|In one sense it's plausible, in another it isn't.
-|On the one hand it's plausible, on the other hand it isn't.
-|One part of me says yes, another says no.
-|A part of me believes it is plausible, another part believes it is not. I can't decide.
-|It's plausible in one way and implausible in another.
-|From one angle it is plausible, from another angle it is not.
-|I'm torn: it could be plausible, it could be implausible.
1|Part of me says it isn't plausible, but overall it is plausible.
0|On the one hand he's an athlete, on the other hand he doesn't play football, so it's implausible.
0|Answer: yes. Hmm, LeBron plays basketball, let me think again. Answer: no.
0|It's plausible for quarterbacks, but LeBron isn't one, so it's implausible.
-|A different athlete might well have done this.
-|It would make sense coming from a football player.
0|If a football player did it, sure; for LeBron James, no.
-|Yes, for a football player.
-|Yes, if it were a football player.
0|It would be plausible for another player but not here.
1|Unlike for most players, for LeBron James it is plausible.
0|It would have been plausible for a tight end, yet LeBron James is not one, so it is not.
-|I'd find it plausible for a quarterback.
-|For the right player it would be plausible.
0|It may be plausible for some, but it is not for LeBron James.
-|It's plausible for some athletes and implausible for others.
1|It's plausible for LeBron James, though not for most players.
1|It's plausible for him, but it wouldn't be for another player.
1|It is plausible for LeBron James but for another player it isn't.
0|It's not plausible for LeBron James but for another player it is.
0|A hockey player would find this plausible, but for LeBron James it's not.
1|As with any other player, it is plausible.
-|For people like Tom Brady it would be plausible.
-|It'd be perfectly realistic for an NFL player.
1|For a player of his skill it is plausible.
1|It's plausible for a player like him.
0|I would say it is plausible for others, but not for LeBron James.
-|One half of me thinks yes, the other half thinks no.
-|Yes in one sense, no in another.
0|In one sense it sounds plausible, but in reality it isn't plausible.
""",
    "web_of_lies": r"""
-|In one sense yes, in another sense no.
-|Part of me says Ryan lies and part of me says he tells the truth.
1|Answer: no. Wait, let me re-check: Jerry is honest, and Ryan says so. Answer: yes.
-|Part of me thinks Ryan lies, part of me thinks he doesn't.
""",
    "hyperbaton": r"""
0|In (B) the origin comes before the opinion, which is wrong; in (A) everything is in its place.
1|In (A) the size comes after the age, which is wrong; in (B) everything is in its place.
1|In option A the colour comes first, which is incorrect. In option B all the adjectives are in the right place.
0|In sentence A every adjective is where it belongs.
-|In (A), the color precedes the size, which isn't right.
1|In B the adjectives are in their proper order.
0|Option B puts age before size, which is wrong; option A is fine.
0|Option A reads correctly.
1|Option B reads properly.
1|Sentence B reads right.
-|Option A doesn't read correctly.
-|(A) does not read naturally.
0|(A) reads well, (B) does not.
0|A flows correctly.
1|B follows the rule; A doesn't.
-|It could be A, but it could just as well be B.
-|It might be A or it might be B.
-|It may be (A), it may equally be (B).
-|Could be A, could be B.
-|It could be A, but it might as well be B.
-|A could be right, but B could be right, too.
-|Either could be correct.
-|Maybe A, maybe B.
1|It could be A, but it is B.
0|B could be right, but A is better.
-|In (A) the size comes before the age.
-|In (A) and (B) everything is in its place.
-|In (B) something is wrong and in (A) something is wrong.
-|Neither (A) nor (B) reads correctly.
-|Both options read correctly.
-|Does option A read correctly?
-|Part of me says A, part of me says B.
-|In one sense A, in another sense B.
1|Answer: (A). Hmm, wait, size comes before age. Answer: (B).
0|Answer: B. Let me check the order again: color last. Answer: A.
-|Option A reads correctly, and so does option B.
-|It may be A. It may be B.
0|It reads right in (A): everything is in its place.
-|In (A) everything is in its place? No idea.
-|In option A everything is not in its place.
-|In (A) not everything is in its place.
-|Part of me wants A and part of me wants B.
1|In (A) the age comes before the size, which is wrong, so (B).
0|In option (A) the adjectives are in the correct order.
-|It could be A or it could be B.
1|It could be A if colours came first, but they don't, so it must be B.
""",
}
CASES = [
    (subtask, {"1": 1, "0": 0, "-": None}[line[0]], line[2:].replace("\\n", "\n"))
    for subtask, table in TABLES.items()
    for line in table.strip().split("\n")
]


@pytest.mark.parametrize(("subtask", "meant", "reply"), CASES)
def test_a_turn_of_prose_is_read_as_it_is_meant(
    subtask: str, meant: int | None, reply: str
) -> None:
    assert read_bbh(reply, subtask, PROMPTS[subtask]) == meant


@pytest.mark.parametrize(
    "piece",
    ["part of me says ", "in one sense yes ", "answer: yes. wait, ", "for others, ", "1. take 2 steps: ", "could be a ", "in (A) the word "],
)  # fmt: skip
def test_a_long_turn_takes_time_in_proportion(piece: str) -> None:
    start = time.process_time()
    for subtask in ("navigate", "sports_understanding", "hyperbaton"):
        read_bbh(piece * (6_000 // len(piece)), subtask, PROMPTS[subtask])
    assert time.process_time() - start < 2
