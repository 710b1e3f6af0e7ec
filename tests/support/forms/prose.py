"""Replies to the four sub-tasks of VoiceBench's BBH in words of their own, with what they commit to.

A line of a table is the verdict (``1`` yes or the second, ``0`` no or the first, ``-`` none), a bar and the reply; ``\\n``
is a new line. ``P`` and ``Q`` are names, ``N`` and ``M`` numbers, ``S`` a sport sentence.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final, NamedTuple

_NAMES: Final = ("Fidel", "Jerry", "Vina", "Kristian", "Delbert", "Shaunda", "Amberly", "Osvaldo")
_SPORTS: Final = (
    "LeBron James took a corner kick",
    "Serena Williams hit a backhand",
    "Lionel Messi threw a touchdown",
    "Sam Darnold passed the puck",
    "Mookie Betts skated behind the net",
    "Joao Moutinho caught the screen pass",
)

_TABLES: Final = {
    "navigate": r"""
-|Please repeat the instructions.
0|You won't be at the starting point after following them.
0|I believe the answer is no, as the steps forward are never undone.
0|Taking {N} steps left and {M} steps right leaves you off the starting point. No.
0|You are facing the same direction, but {N} steps from where you started.
0|Your position after these steps is ({N}, {M}), not (0, 0). Thus you don't get back to the start.
1|Well, yeah, you do get back to the starting point.
1|North {N}, south {N}: net movement zero. You're back at the start.
1|You would be back at the original point.
1|Imagine a grid. You move {N} units up, {N} units down. Your final position equals your initial position. Yes.
1|The two turns cancel each other, and you walk the same distance in both directions, so you do return to where you began.
1|Yes, you return to the starting point.
1|You end up back where you started.
1|After all of the steps you are at the starting point.
1|Let's go through it. You take {N} steps forward, then turn around, and take {N} steps. That brings you back to the starting point.
1|We start at the origin. {N} steps to the left and {N} steps to the right cancel out. So yes.
1|If you take {N} steps forward and {N} steps backward, the net displacement is zero, which means that you return to the starting point.
1|Start at (0, 0), facing north.\n1. Take {N} steps: (0, {N}).\n2. Turn around.\n3. Take {N} steps: (0, 0).\nYou are at the starting point, so the answer is Yes.
1|Since {N} - {N} = 0, you will be back at the starting point.
0|No, you don't return to the starting point.
0|You do not end up at the starting point.
0|You take {N} steps forward and {M} steps to the right, so you are not at the starting point.
0|Start at (0, 0).\n1. Take {N} steps: (0, {N}).\n2. Turn left.\n3. Take {M} steps.\nThe final position is not the starting point. So the answer is no.
0|Let's see. First you take {N} steps. Then you turn right and take {M} steps. In the end, you would not be back where you started.
0|Following these instructions, you would end up away from the starting point.
0|You finish {N} steps away from the starting point.
0|The answer would be no, because you never walk back.
-|I can't tell whether you return to the starting point.
-|You take {N} steps forward, turn right and take {M} steps.
-|Whether you return to the starting point depends on where you face.
-|Do you return to the starting point?
-|I'm sorry, I didn't catch the instructions.
""",
    "web_of_lies": r"""
-|I don't know who is lying.
0|Since {Q} is truthful, what {P} says cannot be right. {P} is not telling the truth.
0|{P} says that {Q} tells the truth. But {Q} lies. So {P} is lying.
0|{P}'s statement is false. This means {P} lies.
0|So {P} is a liar.
1|Let me work backwards. {Q} tells the truth, and says {P} tells the truth. So yes, {P} tells the truth.
1|If {Q} lies, then {P}'s statement is true. {Q} does lie. So {P} tells the truth.
1|Because {Q} is a liar, and {P} said exactly that, {P} is speaking the truth.
1|{P} is honest here.
1|Yes, {P} tells the truth.
1|{P} is telling the truth.
1|{Q} lies. {P} says that {Q} lies, so {P} tells the truth.
1|We know that {Q} is a liar. {P} says {Q} lies. This is true, which means that {P} is truthful.
1|Let's think step by step.\n1. {Q} lies.\n2. {P} says {Q} lies.\nTherefore, {P} tells the truth.
1|Since {Q} is lying and {P} says so, {P} must be telling the truth. So the answer is yes.
1|{P} does tell the truth.
1|{P} is not lying.
0|No, {P} does not tell the truth.
0|{P} is lying.
0|{Q} tells the truth. {P} says that {Q} lies, so {P} lies.
0|{Q} tells the truth, but {P} claims the opposite. Hence {P} is a liar.
0|Let's think step by step.\n1. {Q} tells the truth.\n2. {P} says {Q} lies.\nTherefore, {P} does not tell the truth.
0|{P} must be lying.
0|Based on the statements, {P} isn't telling the truth.
0|The answer is no. {P} lies since {Q} tells the truth.
-|It is impossible to know whether {P} tells the truth.
-|We cannot determine if {P} is telling the truth.
-|{P} and {Q} are two people.
-|Does {P} tell the truth?
-|Either {P} lies or {P} tells the truth.
""",
    "sports_understanding": r"""
-|Which sport do you mean?
0|The action is not part of the sport that he plays, making the sentence implausible.
0|This is not something that would happen: the player is in the NBA, and the action is from hockey. So no.
0|The sentence isn't plausible at all.
1|It's a perfectly plausible sentence.
1|The player belongs to this sport, and the action as well. So yes, it is plausible.
1|Yes. He is a player of this sport and the move is common in it.
1|Yes, the sentence is plausible.
1|The sentence "{S}" is plausible.
1|It is plausible.
1|That is a plausible sentence, since this is what players do in that sport.
1|This sentence makes sense.
1|First, we look at the player. The player is known for this sport. The action is part of the same sport. So the sentence is plausible.
1|Sure, that could happen. The sentence is plausible.
0|No, the sentence is not plausible.
0|The sentence "{S}" is implausible.
0|That is not plausible.
0|It's unlikely, as the player belongs to another sport.
0|The player is known for basketball, while the action belongs to soccer. Therefore the sentence is not plausible.
0|This doesn't make sense, because the action belongs to another sport.
0|The sentence is not plausible. The action is part of hockey, and the player is a baseball player.
-|I'm not sure if the sentence is plausible.
-|"{S}" is a sentence about sports.
-|Is the following sentence plausible?
-|I can't say whether that is possible.
-|Now let me think about it.
""",
    "hyperbaton": r"""
-|Neither (A) nor (B).
0|It should be sentence A, since size precedes colour.
0|The first sentence is right, i.e. (A).
0|Correct: (A)
1|The sentence with the correct adjective order is B.
1|Sentence (A) is wrong as colour precedes age. Therefore (B).
1|B has the adjectives in the right order.
1|(B)
1|The answer is (B).
1|Sentence B has the correct adjective order.
1|The correct order is opinion, size, age, shape, colour, origin, material. Sentence A puts the colour before the size. Sentence B follows the order. So the answer is (B).
1|Option B is correct, not A.
1|Of the two, sentence (B) is right.
1|Sentence A is incorrect, so B.
0|(A)
0|The answer is A.
0|Sentence (A) has the right order.
0|In English, size comes before age and age before colour. Sentence B breaks this rule. The correct sentence is A.
0|A is correct.
0|Sentence B is wrong, so the answer is (A).
0|I think it's option A.
-|Both sentences are fine.
-|(A) or (B)
-|Neither sentence is correct.
-|I cannot say which sentence has the correct order.
-|A sentence needs its adjectives in order.
""",
}


class ProseCase(NamedTuple):
    """One reply to a sub-task: what it commits to (``None`` if to nothing) and the right verdict."""

    subtask: str
    template: str
    reply: str
    meant: int | None
    gold: int

    @property
    def document(self) -> dict[str, str]:
        """The item of the benchmark."""
        words = ("(A)", "(B)") if self.subtask == "hyperbaton" else ("no", "yes")
        return {"prompt": "x", "reference": words[self.gold], "id": f"{self.subtask}_1"}


def prose_cases(seed: int, count: int) -> Iterator[ProseCase]:
    """Yield replies in words of the sub-tasks; half of those that commit are right, as far as chance has it."""
    draw = random.Random(f"prose {seed}")
    rows = [
        (subtask, *line.split("|", 1))
        for subtask, table in _TABLES.items()
        for line in table.strip("\n").split("\n")
    ]
    for _ in range(count):
        subtask, said, text = draw.choice(rows)
        first, second = draw.sample(_NAMES, 2)
        near, far = draw.sample(range(1, 12), 2)
        reply = text.replace("\\n", "\n").format(
            P=first, Q=second, N=near, M=far, S=draw.choice(_SPORTS)
        )
        yield ProseCase(subtask, text, reply, None if said == "-" else int(said), draw.randrange(2))
