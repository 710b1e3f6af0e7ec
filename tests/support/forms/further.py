"""A second set of forms that were measured before the grammar was changed for any of them: longer replies above all."""

from __future__ import annotations

from typing import Final

from tests.support.forms.templates import templates

FURTHER: Final = templates(r"""
= letter alone | yes | letter | all
{L};
( {L} )
{L}\n{L}
{l}.)
Ⓡ {L}
<answer>\n{L}\n</answer>
{{"answer_letter": "{L}", "rationale": "{X} would be louder"}}
```\n{L}\n```
**({L})**
***{L}***
|{L}|
= letter said | yes | letter | all
Thanks for the clip! It is {L}.
Having compared all four options, I end up with {L}.
My pick here is ({L}), given the rhythm.
The speaker clearly supports option {L}.
That leaves us with {L}.
Only {L} makes sense.
{L} is what I hear.
{L} is the one.
{L}, without question.
The correct answer should be option {L}.
So I'd mark {L}.
I'd tick {L}.
I would put down {L}.
I lean towards {L}.
I'm inclined to say {L}.
It has to be option {L}, right after the pause.
For me it's {L}.
Reading the options again, I stay with {L}.
Answer → {L}
Answer:{L}
answer is {l}
Q: Which one is it?\nA: {L}
Step 1: I listen to the tone.\nStep 2: I compare the options.\nStep 3: I choose {L}.
The audio has a bright timbre and a fast attack. These features are typical of option {L}.
Let's go through this. The tempo is slow, the voice is low, and there is an echo. Considering everything, ({L}) is the best fit.
I listened twice. The first time I was unsure. The second time it was obvious. {L}.
综合来看，选项{L}最符合。
我选{L}，因为声音很低。
应该选择{L}选项
Also ich würde {L} nehmen.
Meine Antwort: {L}
Option {L} ist richtig, weil die Stimme tief ist.
À mon avis, c'est {L}.
L'option {L} est correcte.
Yo diría que es la {L}.
Opción {L}
Opção {L}.
Direi {L}.
Выбираю {L}.
正解は（{L}）です。
{L}を選びます。
{L}를 선택하겠습니다.
أختار {L}
मैं {L} चुनता हूँ।
Ik kies {L}.
= letter and text | yes | letter | all
{L}. "{T}"
{L}: **{T}**
{L} | {T}
[{L}] {T}
{L}.{T}
({l}): {t}
The answer: {L} – {T}.
My answer is {L}. {T}, because it fits the tone.
I'd say {L} ({t}).
I think that the correct answer is option {L}, "{T}".
Choice {L} — "{T}"
{{"choice": "{L}", "choice_text": "{T}"}}
**{L}**\n\n{T}
Answer: {T} (option {L})
= contrast of letters | yes | letter | all
I'd have said {W}, but the ending proves {L}.
{W} would need more bass, so I take {L}.
{L} wins against {W}.
While {W} has some merit, {L} is stronger.
{W} and {V} are distractors. Pick {L}.
Even though {W} seems close, I'm choosing {L}.
My first instinct was {W}. After a second listen, {L}.
{L} (and not {W})
{L}; {W} is ruled out by the pitch.
{L}. {W} and {V} don't match.
{L}, since {W} and {V} are clearly wrong.
The answer isn't {W} or {V}. It's {L}.
There is no support for {W} or {V}, hence {L}.
If it were {W}, there'd be drums. There are none, so {L}.
Is it {W}? I don't think so. It's {L}.
{W} → no\n{V} → no\n{L} → yes
{W}: wrong\n{V}: wrong\n{L}: correct
- {W}: does not match\n- {V}: does not match\n- {L}: matches\n\nFinal answer: {L}
Choosing between {R}, I settle on {L}.
{S}\n\nThe right one is {L}.
{S}\n\nSo: {L}
Strike {W} and {V}; {L} remains.
I'd never pick {W}; {L} all the way.
Anything but {W} or {V}. I'd go with {L}.
I will answer {L} even though {W} is tempting.
不选{W}，选{L}。
Eher {L} als {W}.
Plutôt {L} que {W}.
Más bien {L} que {W}.
= letters open | no | letter | all
{L} … or {W}?
{L} vs {W}
Maybe {L} or {W}.
{L}? {W}?
It's a toss-up between {L} and {W}.
{L} as well as {W}.
I would accept {L} or {W}.
Both options {L} and {W} are plausible.
Options {L} and {W} could both be right.
One of {L} and {W}.
Either option would do: {L}, {W}.
I can't pick between {L}, {W} and {V}.
{L} seems wrong.
{L} is not supported by the audio.
I am sure that it is not {L}.
There is no evidence for {L}.
{L} can't be right.
I reject {L}.
The one thing I know: it's not {L}.
You would expect {L}, but no.
Everyone would say {L}, but that is wrong.
I can't confirm {L}.
Unless it is {L}, I don't know.
Whether it is {L}, I cannot tell.
Please tell me if it is {L}.
My options are {R}. Which one should I choose?
Answer: {L} or {W}
Answer: not {L}
Final answer: {L} / {W}
<answer>{L} or {W}</answer>
\boxed{{{L}}} or \boxed{{{W}}}
{L}: "{X}"
Answer: {L}. {X}
I choose {L}, {x}.
{{"letter": "{L}", "text": "{X}"}}
**{X} ({L})**
{L}还是{W}？
可能是{L}或者{W}
Weder {L} noch {W}.
Ni {L} ni {W}.
{L}か{W}です。
= text alone | yes | text | texts
({T})
[{T}]
“{T}.”
{T};
**"{T}"**
- **{T}**
{T}\n\n
<answer>{t}</answer>
{{"prediction": "{t}"}}
`{T}`
= text said | yes | text | texts
Answer is {T}
I'd go for "{T}".
My guess: {t}
I'd say the answer is "{T}".
It has to be "{T}".
I believe the correct answer is "{T}".
The option that fits is "{T}".
"{T}" is right.
"{T}" is the best match.
"{T}" fits best.
Final answer - "{T}"
Of all options, "{T}" is the closest.
I listened to the whole clip and conclude: {T}
答案：{T}
= text in prose | yes | text | phrases
Definitely {t}.
It's {t} that I hear.
I can make out {t}.
I'd describe it as {t}.
There's {t} in the recording.
To me this is {t}.
Clearly {t} and nothing like {x}.
{T}; {x} is unlikely.
It can't be {x}, so {t}.
{X} doesn't fit. {T} does.
I'd rule out {x} and {y} and say {t}.
One might think of {x}, but it's {t}.
Is it {x}? No, I'd say {t}.
Rather {t} than {x}.
It's not {x} or {y}. It's {t}.
Not sure about it, maybe {t}.
I hear no {x}; I hear {t}.
= text open | no | text | phrases
{T}? {X}?
{T} or {x}?
{T} vs. {x}
{T} as well as {x}
It's a toss-up between {t} and {x}.
Perhaps {t}, perhaps {x}.
One of these: {t}, {x}.
I can hear no {t}.
I rule out {t}.
It's anything but {t}.
No {t} here.
It doesn't sound like {t}.
I wouldn't call it {t}.
There is no sign of {t}.
I don't know if it's {t}.
Please say whether it is {t}.
= nothing | no | text | all
I can't process audio files.
As a text model I have no ears.
All options look alike to me.
An answer is not possible.
Any answer would be a guess.
Because there is no sound, I pass.
Do you want me to guess?
Can't be answered.
Bad recording; try again.
Don't know, sorry.
""")
"""Forms that were measured before the grammar was changed for any of them."""
