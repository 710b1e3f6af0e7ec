"""A third set of forms, measured like the others before the grammar was changed for any of them."""

from __future__ import annotations

from typing import Final

from tests.support.forms.templates import templates

LAST: Final = templates(r"""
= letter alone | yes | letter | all
{L}...
«{L}»
{L},
~{L}~
<p>{L}</p>
<answer>**{L}**</answer>
{{"Answer":"({L})"}}
answer={L}
\text{{{L}}}
$$\boxed{{{L}}}$$
<think>\nFirst, {W} is about {x}. Then {V}.\n</think>\n\n<answer>{L}</answer>
= letter said | yes | letter | all
The answer: {L}.
Option: {L}
Selected option: {L}
Correct option: ({L})
My final choice is option {L}.
I would choose option {L}
I will choose {L}.
I have chosen {L}.
I am choosing {L}.
I've decided on {L}.
I'm fairly sure that {L} is the right answer.
I'm leaning toward ({L}).
My best guess would be {L}.
Best guess: {L}
Let's say {L}.
Let's go with {L}.
We can conclude that the answer is {L}.
We choose {L}.
The evidence suggests {L}.
The audio best corresponds to option {L}.
The sound is most consistent with option {L}.
Given what is said, {L} must be right.
Since the pitch rises, the answer is {L}.
The pitch rises at the end, which points to {L}.
The pitch rises at the end. Hence {L}.
As far as I can tell, {L}.
In my opinion {L} is correct.
It appears to be {L}.
Looks like {L}.
Sounds like {L} to me.
Easy: {L}.
Yes, {L}.
Got it. {L}!
OK: {L}
The question asks which one it is. The answer is {L}.
You asked which one it is: {L}.
Among the four, {L} is the most plausible.
Of the options given, ({L}) is closest.
{L} is my answer.
{L} is my final answer.
{L} would be correct.
{L} describes it best.
{L} because it fits the rhythm.
{L} - it fits the rhythm.
({L}) is right because it fits the rhythm.
**Answer**\n{L}
**Reasoning:** the voice is low.\n**Answer:** {L}
Explanation: the tone falls.\nAnswer: {L}
Final Answer\n\n{L}
The final answer is: $\boxed{{{L}}}$
最佳答案是{L}
我觉得是{L}
应该是选项{L}。
答：{L}
Ich tippe auf {L}.
Die korrekte Option ist {L}.
Antwort ist {L}
Je dirais {L}.
Réponse {L}
La bonne option est la {L}.
La correcta es {L}.
Respuesta final: {L}
Eu escolho a opção {L}.
L'opzione corretta è {L}.
Мой ответ: {L}
Верный ответ {L}
答えは（{L}）
{L}が最も適切です。
저는 {L}라고 생각합니다.
Jawaban yang benar adalah {L}.
Câu trả lời đúng là {L}.
คำตอบที่ถูกต้องคือ {L}
= letter and text | yes | letter | all
{L}.  {T}
{L}) "{T}"
**{L}** - {T}
({L}). {T}
Option ({L}) {T}
Option {L} – {T}
It's option {L}: {T}
Correct answer: {L}) {T}
The answer is option {L}: "{T}".
The best answer is ({L}) {T}.
I think {L}, {t}, is right.
I would go with {L}: {t}.
{T} - {L}
{T} [{L}]
"{T}" ({L})
"{T}", option {L}
<answer>({L}) {T}</answer>
\boxed{{{L}. \text{{{T}}}}}
```\n{L}. {T}\n```
= contrast of letters | yes | letter | all
{W} no, {L} yes.
Yes to {L}, no to {W}.
Not {W}; I'd go for {L}.
{L} but not {W}.
{L}, definitely not {W} or {V}.
{L}, as {W} is too loud.
{L}, unlike {W}.
{L} rather than {W} or {V}.
More likely {L} than {W}.
{L} is more plausible than {W}.
{L} is better than {W} and {V}.
{W} is less likely than {L}.
Compared with {W}, {L} is better.
{W} is possible; however, I choose {L}.
{W} may be true, but {L} is what is asked.
{W} can't be, because the voice is low. So {L}.
I don't think {W} is right. I think {L} is.
I doubt {W}. {L} it is.
I wanted to say {W}, but {L} fits better.
I almost chose {W}, but {L} is right.
I'd eliminate {W} first, then {V}. {L} is left.
It's between {W} and {L}; I'd say {L}.
It's not {W} or {V}, so it must be {L}.
{W}, no, sorry, {L}.
{W}? Hmm. No, {L}.
{W} - no, wait - {L}
Actually not {W} but {L}
Scratch {W}. My answer is {L}.
{W} was my first thought; my final answer is {L}.
Both {W} and {V} are wrong; {L} is correct.
The others ({W}, {V}) are wrong. {L}.
All others are wrong, so {L}.
Nothing but {L}.
None of them but {L}.
Only {L}, not {W}.
{L} and only {L}.
The options were {R}; I choose {L}.
{S}\nThe answer is {L}.
{S}\n\n{L} is correct.
{S}\n\n**{L}**
{R}? {L}.
既不是{W}也不是{V}，而是{L}。
{W}和{V}都不对，选{L}。
{W} ist falsch, {L} ist richtig.
{W} est faux, {L} est juste.
{W} es incorrecta; {L} es correcta.
{W}は違います。{L}です。
= letters open | no | letter | all
{L} || {W}
{L} + {W}
{L}; {W}
{L}\n{W}
{L} and/or {W}
{L} and {W}.
{L} or possibly {W}.
{L}, {W} or {V}.
({L}) or ({W})
(either {L} or {W})
Likely {L} or {W}.
I choose {L} and {W}.
I'd go with {L} or {W}.
The answer is {L} and {W}.
The answer could be {L} or {W}.
The answers are {L}, {W}.
It may be {L}. It may be {W}.
Perhaps {L}, or else {W}.
Two options fit: {L} and {W}.
Both {L} and {W} fit.
{L} and {W} fit equally well.
I hesitate between {L} and {W}.
I can't choose between {L} and {W}.
I don't know which of {L} and {W} is right.
I would exclude {L}.
I would say not {L}.
I'd say it isn't {L}.
It's certainly not {L}.
It definitely isn't ({L}).
Not option {L}.
Not {L} or {W}.
No, not {L}.
{L} is false.
{L} is out.
{L} is not right.
{L} is not what I hear.
{L} is unlikely.
{L} does not match the audio.
{L} can be eliminated.
Everything but {L}.
Each option except {L}.
The answer isn't {L}.
The correct answer is not {L}.
Do you think it is {L}?
Isn't it {L}?
Which one: {L} or {W}?
Maybe {L}?
If {L} is right, then the voice is low.
I can't tell if {L} is right.
Answer: {L}, {W}
Answer: {L} and {W}
Final answer: {L} or {W}.
<answer>{L}, {W}</answer>
{{"answer": "{L} or {W}"}}
{L}: {X}.
Option {L} ({X})
The answer is ({L}) {X}.
The answer is option {L}, "{X}".
{X}, option {L}
<answer>{L}. {X}</answer>
\boxed{{{L}}}\n\n\boxed{{{W}}}
{L}和{W}
{L}或者{W}都可以
既不是{L}也不是{W}
Vielleicht {L} oder {W}.
Peut-être {L} ou {W}.
Tal vez {L} o {W}.
{L}かもしれないし、{W}かもしれない。
= text alone | yes | text | texts
{T} .
#{T}
## {T}
* {T}
~ {T}
<{T}>
‘{T}’
"{T}."
Answer:\n{T}
<final_answer>{T}</final_answer>
{{"answer":"{T}."}}
= text said | yes | text | texts
The answer: {T}
The answer is: {t}.
Answer: "{T}"
**Answer:** {T}
Correct answer: {T}
I choose: {T}
I select "{T}".
I'd say "{T}".
I think the answer is "{T}".
I guess it's "{T}".
My answer is "{T}".
The answer must be "{T}".
The most plausible one is "{T}".
Hence: {T}
It's "{T}".
Réponse : {T}
Antwort: {T}
答え：{T}
= text in prose | yes | text | phrases
This is {t}.
It seems to be {t}.
Sounds like {t} to me.
The audio features {t}.
You can hear {t} in the clip.
What I hear is {t}.
Must be {t}.
{T} for sure.
{T}, not {x} or {y}.
{T}, because it fits the clip.
{T} because nothing else fits.
{T} is the answer.
{T} is what I hear.
Not {x}, not {y}, but {t}.
I don't think it's {x}; it's {t}.
I thought it was {x}, but it's {t}.
It could be {x}, but more likely {t}.
It's {t} rather than {x}.
{T} is more likely than {x}.
Between {x} and {t}, I'd choose {t}.
{X} is wrong; {t} is right.
{X}, no wait, {t}.
{X}. Sorry, {t}.
= text open | no | text | phrases
{T}; {x}
{T}\n{X}
{T} and/or {x}
{T}, maybe {x}
{T} or possibly {x}
Likely {t} or {x}.
I'd say {t} or {x}.
I hesitate between {t} and {x}.
I can't choose between {t} and {x}.
The answer could be {t} or {x}.
It isn't {t}.
Definitely not {t}.
Not {t} or {x}.
I don't think it's {t}.
I don't hear {t}.
Everything but {t}.
{T} is wrong.
{T} is unlikely.
Maybe {t}?
Do you mean {t}?
Isn't it {t}?
If it is {t}, then the clip is old.
= nothing | no | text | all
I'm just a language model.
A clip was not attached.
I didn't hear anything.
Can I listen again?
Cannot answer.
Difficult to tell.
Any of them.
All of them.
The options are unclear.
Error: bad audio.
Both are possible.
""")
"""Forms that were measured before the grammar was changed for any of them."""
