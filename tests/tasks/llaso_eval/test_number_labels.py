"""Labels that are numbers: words of other languages, groups that a reply excludes or takes back, numbers of something else, bounds."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest
from num2words import num2words

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from metrics.commitment.closed import choose, index_of
from metrics.text.numbers import strict_number
from tasks.llaso_eval.number_labels import about, plainly
from tasks.llaso_eval.rules import QUANTITIES

TASKS: Final = {
    "velocity": "llaso_velocity_classification",
    "age": "llaso_common_voice_age_classification",
}
LINES: Final = [
    line.split(" | ", 4)
    for line in (Path(__file__).resolve().parents[2] / "fixtures" / "number_labels.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if not line.startswith("#")
]
DECADES: Final = ("twenties", "thirties", "fifties", "sixties", "eighties")
VELOCITIES: Final = ("25", "50", "75", "100", "127")


@cache
def aliases_of(name: str) -> dict[str, list[str]]:
    entry = load_index().tasks[TASKS[name]]
    return {
        label: list(forms) for label, forms in load_task(entry.path, entry.task).aliases.items()
    }


def read(name: str, reply: str) -> str | None:
    aliases = aliases_of(name)
    labels = ["25", "50", "75", "100", "127"] if name == "velocity" else list(aliases)
    found = choose(plainly(reply, labels), labels, None, aliases, letters=False).option
    return None if found is None else labels[found].casefold().strip(".")


@pytest.mark.parametrize(
    ("kind", "name", "part"),
    sorted({(kind, name, number % 4) for number, (kind, name, *_) in enumerate(LINES)}),
)
def test_replies_of_our_own_are_read_as_they_are_meant(kind: str, name: str, part: int) -> None:
    misread = []
    for number, (its, of, gold, meant, reply) in enumerate(LINES):
        if (its, of, number % 4) != (kind, name, part):
            continue
        label = read(name, reply.replace("\\n", "\n"))
        if meant != ("u" if label is None else "r" if label == gold else "w"):
            misread.append((reply, meant, label))
    assert misread == []


def test_there_are_many_such_replies() -> None:
    assert len(LINES) > 500


@pytest.mark.parametrize("label", DECADES)
@pytest.mark.parametrize(
    "excludes",
    [
        "This is clearly no one in their {}.", "Nobody in their {} sounds so.", "By no means {}.", "Nowhere near their {}.", "There is no chance of {}.",
        "It is out of the question that they are in their {}.", "I hear no speaker in her {}.", "Well past their {}.", "{} it is not.", "Under no circumstances {}.",
    ],
)  # fmt: skip
def test_an_excluded_group_is_never_the_answer(label: str, excludes: str) -> None:
    assert read("age", excludes.format(label)) is None
    other = "seventies"
    assert read("age", f"{excludes.format(label)} I say {other}.") == other


@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "pt", "nl", "ru", "sv"])
def test_a_velocity_in_words_of_another_language_is_its_number(language: str) -> None:
    for velocity in VELOCITIES:
        words = num2words(int(velocity), lang=language)
        assert read("velocity", f"{words.capitalize()}.") == velocity
        assert read("velocity", f"Velocity: {words}") == velocity


@pytest.mark.parametrize("velocity", VELOCITIES)
def test_a_number_of_something_else_is_no_velocity(velocity: str) -> None:
    other = "25" if velocity != "25" else "100"
    for said in ("note number {}", "MIDI note {}", "pitch: {}", "channel {}", "{} ms", "{} Hz", "louder than {}", "{}/3", "{}%"):  # fmt: skip
        assert read("velocity", said.format(other)) is None, said
        assert read("velocity", f"{said.format(other).capitalize()}; its velocity is {velocity}.") == velocity, said  # fmt: skip


@pytest.mark.parametrize("age", ["25", "38", "62"])
def test_a_number_of_something_else_is_no_age(age: str) -> None:
    for said in ("{} syllables", "{} seconds", "{} different words", "clip {}", "{} years ago", "{}/3", "for {} years"):  # fmt: skip
        assert read("age", said.format(age)) is None, said
    assert read("age", f"{age} years old") is not None


@pytest.mark.parametrize("reply", ["75 Hz", "No one in their fifties.", "fünfzig", "", None, 7])
def test_other_labels_and_replies_that_are_no_text_stay_as_they_are(reply: object) -> None:
    assert plainly(reply, ["Cat", "Dog"]) == reply
    assert plainly(reply, []) == reply


def test_labels_of_the_sets_are_known() -> None:
    for name in TASKS:
        assert index_of("25" if name == "velocity" else "Fifties", [*aliases_of(name)] if name == "age" else VELOCITIES) is not None  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "age"),
    [
        ("This is clearly no one in their fifties.", None), ("By no means 50.", None), ("Nowhere near 50.", None), ("There is no chance of 50.", None), ("50 it is not.", None),
        ("Her 25-year-old son speaks.", None), ("25 years ago", None), ("clip 25", None), ("25 soldiers", None), ("A song of the 60s", None), ("20 or 25 seconds", None),
        ("divided into 18 and 80 parts", None), ("between 18 and 80 Hz", None), ("Not far from 50.", 50), ("between 50 and 60: 55", 55), ("no one in their forties; 25", 25),
        ("Her 15-year-old son speaks; she is 40.", 40), ("born in the nineties, 30 years old", 30), ("20 to 30 years", 25), ("in their fifties", 54.5),
    ],
)  # fmt: skip
def test_an_age_is_that_of_the_speaker(reply: str, age: float | None) -> None:
    assert strict_number(about("age", reply), QUANTITIES["age"]) == age


@pytest.mark.parametrize(
    ("reply", "pitch"),
    [
        ("The velocity is 60.", None), ("octave 4", None), ("tempo 60", None), ("by no means 60", None), ("velocity: 100, pitch: 60", 60), ("MIDI note 60, velocity 100", 60),
        ("channel 3, note 60", 60), ('{"note": 60, "velocity": 100}', 60), ("The pitch of the sound in this clip is 60.", 60), ("The pitch value in this audio sample is 60.", 60),
        ("The pitch on this channel: 60", 60), ("60-64", 62), ("60 semitones", 60),
    ],
)  # fmt: skip
def test_a_pitch_is_that_of_the_note(reply: str, pitch: float | None) -> None:
    assert strict_number(about("pitch", reply), QUANTITIES["pitch"]) == pitch


@pytest.mark.parametrize("where", ["of the sound in this clip", "in the given audio sample", "on this channel", "of the note", "for this MIDI note", "at this pitch"])  # fmt: skip
def test_where_a_velocity_is_heard_is_no_other_quantity(where: str) -> None:
    assert read("velocity", f"The velocity {where} is 75.") == "75"


@pytest.mark.parametrize("verb", ["fits best", "captures it", "sounds right", "lies closest", "agrees with what I hear", "is what I hear", "describes the force"])  # fmt: skip
def test_a_verb_behind_a_number_is_not_counted(verb: str) -> None:
    assert read("velocity", f"75 {verb}.") == "75"
    assert read("age", f"35 {verb}.") == "thirties"


@pytest.mark.parametrize(
    "back",
    [
        "On reflection I withdraw this.", "Please disregard this answer.", "The answer is withdrawn.", "Never mind, I cannot say.", "I don't stand by this guess.",
        "Just kidding.", "I made that up.", "Ich nehme das zurück.", "Je retire cette réponse.", "(withdrawn)", "I'd rather not say.",
    ],
)  # fmt: skip
def test_an_answer_that_is_taken_back_is_none_until_it_is_given_anew(back: str) -> None:
    assert read("age", f"They are in their thirties. {back}") is None
    assert read("age", f"They are in their thirties. {back} They are in their fifties.") == "fifties"  # fmt: skip
    assert read("velocity", f"The velocity is 75. {back}") is None
    assert read("velocity", f"The velocity is 75. {back} The velocity is 100.") == "100"
    assert strict_number(about("age", f"He is 35 years old. {back}"), QUANTITIES["age"]) is None
    assert strict_number(about("pitch", f"MIDI 60. {back} MIDI 62."), QUANTITIES["pitch"]) == 62


@pytest.mark.parametrize("more", ["I stand by this.", "The voice is not withdrawn.", "I can't say more.", "The final note is dropped.", "No other age fits."])  # fmt: skip
def test_what_takes_nothing_back_leaves_the_answer(more: str) -> None:
    assert read("age", f"They are in their thirties. {more}") == "thirties"
    assert strict_number(about("pitch", f"MIDI 60. {more}"), QUANTITIES["pitch"]) == 60
