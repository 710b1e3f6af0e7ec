"""Templates of replies with what they commit to.

Fields: ``L`` letter of the option that is meant, ``T`` its text, ``W`` and ``V`` letters of two others, ``X`` and ``Y`` their texts,
lower case for lower case (``l``, ``t``), ``F`` full-width letter, ``U`` text in capitals, ``O`` another inflection of the text, ``R`` the
row of all letters, ``Q`` the row of all texts, ``S`` all options a line. ``needs`` holds the kinds of questions for which a
template makes sense; ``letters`` says whether it names letters, and so makes no sense for labels.
"""

from __future__ import annotations

from typing import Final, NamedTuple

ALL: Final = frozenset({"noun", "sentence", "number", "word", "letters"})
TEXTS: Final = frozenset({"noun", "number", "sentence", "pitch"})
PHRASES: Final = frozenset({"noun", "number"})
NOUNS: Final = frozenset({"noun"})


class Template(NamedTuple):
    """One form: its class, text, whether it commits, where it makes sense."""

    group: str
    text: str
    commits: bool
    kinds: frozenset[str]
    letters: bool


def templates(text: str) -> tuple[Template, ...]:
    """Read a table: a heading ``= group | yes or no | letter or text | kinds``, then a template a line; ``\\n`` is a new line."""
    named = {"all": ALL, "texts": TEXTS, "phrases": PHRASES, "nouns": NOUNS}
    found: list[Template] = []
    group, commits, letters, kinds = "", False, False, ALL
    for line in text.strip("\n").split("\n"):
        if line.startswith("= "):
            group, said, form, kind = (part.strip() for part in line[2:].split("|"))
            commits, letters, kinds = said == "yes", form == "letter", named[kind]
        elif line:
            found.append(Template(group, line.replace("\\n", "\n"), commits, kinds, letters))
    return tuple(found)


SHOWN: Final = templates(r"""
= letter alone | yes | letter | all
{L}
({L})
{L})
{L}.
[{L}]
{l}
({l})
**{L}**
`{L}`
"{L}"
{F}
\boxed{{{L}}}
$\boxed{{\text{{{L}}}}}$
{{"answer": "{L}"}}
```json\n{{"answer": "{L}"}}\n```
<answer>{L}</answer>
<answer>({l})</answer>
<think>{W}? {V}?</think>{L}
<think>It could be {X}.</think>\n\n**{L}**
= letter said | yes | letter | all
Option {L}
option {l}
Choice {L}.
Answer: {L}
Answer: ({L})
ANSWER: {L}
The answer is {L}
The answer is ({L}).
The correct answer is {L}.
The correct option is ({L}).
Final answer: {L}
**Final Answer:** {L}
I choose {L}.
I'd go with {L}.
I pick option {L}.
My answer is {L}.
It's {L}.
It must be {L}.
{L} is correct.
Option {L} is the best choice.
So the answer is {L}.
Therefore, {L}.
Based on the audio, {L}.
After listening to the clip, I would say {L}.
Probably {L}.
I'm not sure, but I think {L}.
答案是{L}。
正确答案：{L}
选{L}
Die Antwort ist {L}.
Antwort: {L}
La réponse est {L}.
La respuesta correcta es {L}.
A resposta é {L}.
La risposta è {L}.
答えは{L}です。
정답은 {L}입니다.
Ответ: {L}
الإجابة هي {L}
= letter and text | yes | letter | all
{L}. {T}
({L}) {T}
{L}: {T}
{L}) {T}
**{L}.** {T}
{T} ({L})
Option {L}: {T}
The answer is {L}. {T}
The correct answer is ({L}) {T}.
Answer: {L}. {T}
<answer>{L}. {T}</answer>
{{"answer": "{L}", "text": "{T}"}}
The answer is **{L}. {T}**.
= contrast of letters | yes | letter | all
{L}, not {W}.
Not {W} but {L}.
{L} rather than {W}.
It is not {W}; it is {L}.
{W} is wrong, so {L}.
{W} and {V} are wrong. The answer is {L}.
Not {W}. Not {V}. {L}.
Between {W} and {L}, I choose {L}.
I'd rule out {W} and {V}, so {L}.
{W}. Wait, no, {L}.
{W}... no, {L}.
First I thought {W}, but it is {L}.
It could be {W}, but {L} is more likely.
{W} or {L}? I'd say {L}.
Options: {R}. Answer: {L}
{S}\n\nAnswer: {L}
= letters open | no | letter | all
{L} or {W}
Either {L} or {W}.
{L} or maybe {W}
Both {L} and {W}.
{R}
It could be {L} or {W}.
Not {L}.
It is not {L}.
{L} is wrong.
The answer is not {L}.
Anything but {L}.
Is it {L}?
I can't decide between {L} and {W}.
I can rule out {L}.
{L}. {X}
({L}) {X}
The answer is {L}. {X}
= text alone | yes | text | texts
{T}
{T}.
"{T}"
**{T}**
{U}
{t}
{T}\n
<answer>{T}</answer>
\boxed{{\text{{{T}}}}}
{{"answer": "{T}"}}
<think>{X}, perhaps.</think> {T}
{T}. {T}.
= text said | yes | text | texts
The answer is {T}.
The correct answer is: "{T}".
Answer: {T}
Final answer: {T}
My choice: {T}
I think it is {t}.
I would say: {t}
Based on the recording, the answer is "{T}".
So the answer is {T}.
The best option is "{T}".
答案是{T}。
La réponse est : {T}
= text in prose | yes | text | phrases
It sounds like {t}.
I hear {t}.
It is {t}, not {x}.
{T} rather than {x}.
Not {x} but {t}.
It is not {x}. It is {t}.
{X}? No, {t}.
I first thought of {x}, but it is {t}.
Either {x} or {y} would surprise me; I'd say {t}.
Although {x} is possible, {t} is more likely.
= text open | no | text | phrases
{T} or {x}
Either {t} or {x}.
Both {t} and {x}.
{Q}
It is not {t}.
Not {t}.
Anything but {t}.
Is it {t}?
I can't tell whether it is {t} or {x}.
The options are {Q}.
= nothing | no | text | all
As an AI, I cannot listen to audio.
I don't know.
A difficult question, I am afraid.
Based on this alone, I cannot tell.
I am unable to hear the clip.
Could you repeat the question?
Definitely hard to say.
= inflected | yes | letter | nouns
{O}
{O}.
I hear {o}.
The answer is {o}.
It sounds like {o}, not {x}.
""")
"""Forms on which the grammar was built."""
