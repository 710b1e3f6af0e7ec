"""Forms in other words than those on which the grammar was built; see ``templates`` for the fields."""

from __future__ import annotations

from typing import Final

from tests.support.forms.templates import templates

HELD_OUT: Final = templates(r"""
= letter alone | yes | letter | all
{L} .
-> {L}
<<{L}>>
‘{L}’
{L}\n\n
*({L})*
### {L}
{{{L}}}
\boxed{{({L})}}
\[ \boxed{{\mathrm{{{L}}}}} \]
{{"final_answer":"{l}","confidence":0.7}}
{{"explanation": "{W} and {V} do not fit", "choice": "{L}"}}
<final>{L}</final>
<ans>{l}</ans>
[[{L}]]
（{F}）
print("{L}")
<reasoning>Is it {W}? No. {V}? No.</reasoning>\nFinal: {L}
= letter said | yes | letter | all
opt. {L}
letter {L}
Ans: {L}
A: ({L})
Ans. {L}
The letter is {L}.
My vote goes to {L}.
I'm going with {L} here.
I'd settle on option ({l}).
Let me answer with {L}.
Sure! The right one is {L}.
Okay, {L} it is.
That's got to be {L}.
{L} fits best.
{L} matches the audio.
{L} seems to be right.
{L} would be my guess.
If I had to bet, {L}.
Without a doubt, {L}.
I believe option {L} describes the clip.
From what I heard, option {L} is right.
Listening closely, the answer must be {L}.
The answer that fits the recording is {L}.
Considering the tone of voice, the correct choice would be ({L}).
Hence, the correct answer is option {L}.
In conclusion: {L}.
To sum up, the answer is {L}
I am fairly confident it's {L}
{L}, I suppose.
Hmm, let me think. {L}.
{L}\nReason: the other options do not fit.
{L} - because of the background noise.
Correct answer ➜ {L}
我认为答案是{L}
本题应选{L}。
答案应该是选项{L}
故答案为：{L}
{L}项正确。
Richtig ist {L}.
Ich denke, es ist {L}.
Lösung: {L}
Je pense que c'est {L}.
C'est la {L}.
Creo que es la {L}.
La opción correcta es la ({L}).
Acho que é a {L}.
Penso che sia la {L}.
Правильный вариант: {L}.
Я думаю, это {L}.
選択肢{L}が正しいです。
{L}だと思います。
{L}번이 정답입니다.
الخيار {L} هو الصحيح
सही विकल्प {L} है।
Het juiste antwoord is {L}.
Doğru cevap {L}.
= letter and text | yes | letter | all
{L} – {T}
{L} = {T}
{l}) {t}
{L}, i.e. "{T}"
{L} ({T})
Answer ({L}): {T}
"{L}. {T}"
Option {L} ("{T}") is right.
I choose {L}, {t}.
The answer is {L}, which is {t}.
The answer is {L}, namely {t}.
It's ({l}) {t}.
{{"option": "{L}", "answer": "{T}", "reason": "not {X}"}}
**Answer: {L}) {T}**
{L}. {T}\n\nThe others, such as {X}, can be excluded.
答案：{L}. {T}
Antwort {L}: {T}
Final answer: **({L}) {T}**
= contrast of letters | yes | letter | all
Definitely {L} and certainly not {W}.
{L} over {W}.
{L} instead of {W}
{W} can be excluded, {V} too. That leaves {L}.
{W} doesn't fit, whereas {L} does.
{W}? No. {V}? No. {L}? Yes.
{W} is close, but the answer is {L}.
{W} sounds plausible at first. However, {L} is better.
I was tempted by {W}, but I'm choosing {L}.
I said {W} before, but now I think {L}.
{W}. Sorry, I meant {L}.
{W}. Hmm, actually it's {L}.
Correction: not {W}, {L}.
Let me correct myself: {L}, not {W}.
Neither {W} nor {V}: {L}.
Everything points to {L}; nothing points to {W}.
Torn between {W} and {L}, but I'd pick {L}.
Either {W} or {L}. On reflection, {L}.
It is either {W} or {L}, and since the voice is high, {L}.
Unlike {W}, {L} agrees with what is heard.
The options {W} and {V} make no sense here; choose {L}.
We can eliminate {W}, then {V}. The answer is thus {L}.
{S}\nI choose {L}.
Looking at {R}, only {L} works.
Of {R}, I'd choose {L}.
不是{W}，应该是{L}。
{W}错，{L}对。
Nicht {W}, sondern {L}.
Ce n'est pas {W}, c'est {L}.
No es {W} sino {L}.
{W}ではなく{L}です。
{W}가 아니라 {L}입니다.
Не {W}, а {L}.
= letters open | no | letter | all
{L} and {W}
{L}/{W}
{L}, {W}
{L} & {W}
Maybe {L}, maybe {W}.
{L} or {W} or {V}
Possibly {L}. Possibly {W}.
Hard to say: {L} or {W}.
I'd say {L} or {W}.
Could be {L}, could be {W}.
I'm torn between {L} and {W}.
{L} and {W} are both right.
{L} and {W} seem equally likely.
The answer is either {L} or {W}.
Candidates: {L}, {W}.
I don't think it's {L}.
It can't be {L}.
{L} doesn't fit.
{L} is incorrect.
Surely not {L}.
Never {L}.
I wouldn't choose {L}.
Option {L} can be excluded.
All but {L}.
Should it be {L}?
Would you accept {L}?
If it were {L}, there would be an echo.
Not {L}, not {W}.
Neither {L} nor {W}.
<think>{L}
The answer is {L}. The answer is {W}.
Answer: {L}\nAnswer: {W}
<answer>{L}</answer><answer>{W}</answer>
{{"answer": ["{L}", "{W}"]}}
{L}) {X}
Option {L}: {X}
{X} ({L})
{L} - {X}
The correct answer is {L}, {x}.
{S}
不是{L}。
{L}或{W}
Nicht {L}.
{L} oder {W}
Pas {L}.
{L}ではありません。
= text alone | yes | text | texts
- {T}
1. {T}
'{T}'
“{T}”
> {T}
*{T}*
__{T}__
{t}!
{T} {T}
<b>{T}</b>
{{"label": "{T}"}}
{{'answer': '{t}'}}
<response>{T}</response>
<think>Hmm, {x} or {y}?</think>\n{T}.
```\n{T}\n```
= text said | yes | text | texts
Answer - {T}
The right option: {T}
Correct: {T}
My final answer: {t}.
I'd choose "{T}".
I'd answer {t}.
The most likely answer is {t}.
The most suitable option is "{T}".
The answer would be {t}, I guess.
Out of the given options, I pick "{T}".
Sure, here is my answer: {T}
It is most likely "{T}".
Therefore the correct answer is {T}.
Result: {T}
正确答案是“{T}”
我选择：{T}
Die richtige Antwort lautet: {T}
La respuesta es "{T}".
答えは「{T}」です。
Ответ: {T}
= text in prose | yes | text | phrases
That is {t}.
This would be {t}.
It's clearly {t}.
What you hear is {t}.
The recording contains {t}.
{T}, obviously.
{T}, I believe.
Most probably {t}.
{T} instead of {x}.
{T} and not {x}.
{T}, definitely not {x}.
No {x} here, only {t}.
It isn't {x} or {y}; it's {t}.
I would exclude {x}; {t} remains.
{X}... no, {t}.
{X}. Correction: {t}.
Maybe {x}? No: {t}.
At first it seemed to be {x}, yet it turns out to be {t}.
More {t} than {x}.
It might be {x}, but I'd go for {t}.
Whether it is {x} or not, my answer is {t}.
Unlike {x}, {t} explains the sound.
= text open | no | text | phrases
{T} / {x}
{T} and {x}
{T}, {x}
{T} or maybe {x}
Maybe {t}, maybe {x}.
It could be {t} or {x}.
Something between {t} and {x}.
I'm torn between {t} and {x}.
Anything except {t}.
It can't be {t}.
I doubt that it is {t}.
Certainly not {t}.
Neither {t} nor {x}.
Could it be {t}?
If it were {t}, it would be louder.
I cannot say if this is {t} or {x}.
You offer {Q}.
= nothing | no | text | all
I'm sorry, I can't help with audio.
A short clip is needed.
At the moment I cannot open files.
Do you have another recording?
Can you give me more context?
Every answer seems equally good.
...
No audio was provided.
Based on what? I hear silence.
I would have to guess.
= inflected | yes | letter | nouns
"{O}"
{o}
Answer: {O}
The sound of {o}.
It's {o}, I think.
Not {x}, {o}.
""")
"""Forms that were measured before the grammar was changed for any of them."""
