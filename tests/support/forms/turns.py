"""Turns of answers: places, all but one, comparisons, second thoughts, signs, tables, lists with one line marked; fourteen languages.

The templates are in ``tests/fixtures/commitment_turns.txt``. Further fields: ``N`` and ``M`` are places in words, ``n`` and ``m`` in digits,
``c`` a cardinal, ``o`` "1st", ``k`` a circled number, ``z`` a Chinese numeral, ``N_xx`` the place in a language; ``SB SA SM SP SX`` list all
options with one in bold, behind an arrow, ticked, before an arrow, called correct; ``b B c1`` to ``c4`` and ``ri`` are the letter in other shapes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.forms.templates import Template, templates

PATH: Final = Path(__file__).parents[2] / "fixtures" / "commitment_turns.txt"
QUESTIONS: Final = (
    ("Man", "Woman", "Child", "Robot"),
    ("Door slam", "Glass breaking", "Footsteps on gravel", "Car engine"),
    ("Relieved", "Annoyed", "Hopeful", "Bored"),
    ("It is raining.", "The man apologises.", "Someone sings.", "Nobody answers."),
)
_PLACES: Final = {
    "N": "first second third fourth", "o": "1st 2nd 3rd 4th", "n": "1 2 3 4", "c": "one two three four", "k": "① ② ③ ④", "z": "一 二 三 四",
    "N_de": "erste zweite dritte vierte", "N_fr": "première deuxième troisième quatrième", "N_frm": "premier deuxième troisième quatrième",
    "N_es": "primera segunda tercera cuarta", "N_pt": "primeira segunda terceira quarta", "N_it": "prima seconda terza quarta",
    "N_rum": "первый второй третий четвёртый", "N_ko": "첫 두 세 네", "N_ar": "الأول الثاني الثالث الرابع", "N_hi": "पहला दूसरा तीसरा चौथा",
    "N_tr": "birinci ikinci üçüncü dördüncü", "N_vi": "nhất hai ba tư",
}  # fmt: skip
_SHAPES: Final = {"b": "🅰🅱🅲🅳", "B": "ⒶⒷⒸⒹ", "c1": "ⓐⓑⓒⓓ", "c2": "⒜⒝⒞⒟", "c3": "🄰🄱🄲🄳", "c4": "🅐🅑🅒🅓", "ri": "🇦🇧🇨🇩"}  # fmt: skip
_MARKED: Final = {"S": "{}", "SB": "**{}**", "SA": "→ {}", "SM": "{} ✓", "SP": "{} <--", "SX": "{} (correct)"}  # fmt: skip


class Turn(NamedTuple):
    """One reply to a question, and the option that it commits to."""

    template: Template
    options: tuple[str, ...]
    reply: str
    meant: int | None


def turns(seed: int) -> Iterator[Turn]:
    """Yield a reply of every template to two questions."""
    draw = random.Random(seed)
    for form in templates(PATH.read_text(encoding="utf-8")):
        fitting = QUESTIONS if form.letters else QUESTIONS[:3]
        for options in draw.sample(fitting, 2):
            order = draw.sample(range(4), 4)
            reply = _fill(form.text, options, order)
            yield Turn(form, options, reply, order[0] if form.commits else None)


def _fill(text: str, options: tuple[str, ...], order: list[int]) -> str:
    meant, other, third, _ = order
    letters = "ABCD"
    lines = [f"{letter}. {option}" for letter, option in zip(letters, options, strict=True)]
    words = [option.rstrip(".") for option in options]
    values = {
        "L": letters[meant], "W": letters[other], "V": letters[third], "T": words[meant], "t": words[meant].lower(), "X": words[other],
        "F": chr(ord(letters[meant]) + 0xFEE0), "R": "A, B, C and D", "M": _PLACES["N"].split()[other], "m": str(other + 1),
    }  # fmt: skip
    values |= {name: forms.split()[meant] for name, forms in _PLACES.items()}
    values |= {name: shapes[meant] for name, shapes in _SHAPES.items()}
    for name, form in _MARKED.items():
        chosen = [form.format(line) if at == meant else line for at, line in enumerate(lines)]
        values[name] = "\n".join(chosen)
    return text.format(**values)
