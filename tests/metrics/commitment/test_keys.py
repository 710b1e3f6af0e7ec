"""Keys, verdicts in lists, scores, second looks, eliminations and families of options, by replies of our own making."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.task_loading.groups import load_task
from harness.task_loading.index import load_index
from metrics.commitment.closed import choose
from metrics.commitment.grammar import committed

REPLIES = Path(__file__).parents[2] / "fixtures" / "commitment_keys.jsonl"
OPTIONS = ("Trumpet", "Cello", "Harp", "Tuba")


def test_ways_to_give_an_option_and_to_give_none() -> None:
    cases = [json.loads(line) for line in REPLIES.read_text(encoding="utf-8").split("\n") if line]
    misread = [
        (case["reply"], case["option"], found)
        for case in cases
        if (found := committed(case["reply"], OPTIONS)) != case["option"]
    ]
    assert len(cases) > 300
    assert not misread


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("A) Trumpet: no sign of it\nB) Cello: fits the sound\nC) Harp: absent\nD) Tuba: too low", 1),
        ("A: does not fit\nB: fits\nC: ruled out\nD: may fit", None),
        ("A: fits\nB: fits\nC: no\nD: no", None),
        ("I can rule out A, C and D.", 1),
        ("A, C and D are all wrong.", 1),
        ("I can rule out A and C.", None),
        ("I can rule out A, B, C and D.", None),
        ("I cannot rule out A, C and D.", None),
        ("A, C and D cannot all be right.", None),
        ("A, C and D might be wrong.", None),
        ("A scores 2 of 5, B scores 4 of 5.", 1),
        ("A scores 4 of 5, B scores 4 of 5.", None),
        ("A=0.3, B=0.7", 1),
        ("A ranks 1, B ranks 2.", None),
        ("A plays 2 notes, B plays 4 notes.", None),
        ("First guess: A. Second guess: B. I cannot settle on either.", None),
        ("Option A refers to the trumpet. Option B refers to the cello.", None),
        ("Not sure it's a cello.", None),
        ("Not sure, it's a cello.", 1),
    ],
)  # fmt: skip
def test_lists_scores_and_what_is_left(reply: str, option: int | None) -> None:
    assert committed(reply, OPTIONS) == option


@pytest.mark.parametrize(
    ("options", "reply", "option"),
    [
        (("male", "female"), "A lady is speaking.", 1),
        (("male", "female"), "A man and a woman.", None),
        (("happy", "sad", "angry"), "She sounds furious.", 2),
        (("happy", "sad", "angry"), "I'm sad.", None),
        (("happy", "sad", "angry"), "Not furious.", None),
        (("German", "Korean"), "Die Sprache ist Deutsch.", 0),
        (("German", "Korean"), "한국어입니다.", 1),
        (("pig", "dog"), "Es ist ein Schwein.", 0),
        (("pig", "a drum"), "Es ist ein Schwein.", None),
        (("dog", "puppy"), "Woof!", None),
        (("happy", "sad", "angry"), "Голос звучит радостно.", 0),
        (("happy", "sad", "angry"), "Голос не звучит грустно.", None),
        (("cat", "dog", "cow"), "개가 짖고 있습니다.", 1),
        (("cat", "dog", "cow"), "세 개입니다.", None),
        (("English", "German"), 'She says "Wo ist das?", which is German for "Where is it?"', 1),
        (("English", "German"), 'Is "Wo" German for "where"?', None),
    ],
)
def test_options_of_one_family_have_its_words(
    options: tuple[str, ...], reply: str, option: int | None
) -> None:
    assert committed(reply, options) == option


@pytest.mark.parametrize(
    ("options", "reply", "option"),
    [
        (("It rises", "It falls", "It stays level"), "The pitch clearly falls towards the end.", 1),
        (("It rises", "It falls", "It stays level"), "The pitch rises and then falls.", None),
        (("It rises", "It falls", "It stays level"), "The pitch never rises.", None),
        (("It rises", "It falls", "It stays level"), "Does the pitch rise?", None),
        (("She agrees", "She refuses"), "The woman politely refuses.", 1),
        (("They leave it", "They fix it", "They sell it"), "The brothers cannot fix it up.", None),
        (("A bell rings", "A car stops", "A baby cries"), "A car stopping after the horn.", 1),
        (("A bell rings", "A car stops", "A baby cries"), "There is a baby crying.", 2),
        (("A bell rings", "A car stops", "A baby cries"), "I hear no bell ringing.", None),
        (("A bell rings", "A car stops"), "A bell ringing or a car stopping.", None),
        (("He laughs", "He cries"), "The man is laughing.", 0),
        (("He laughs", "He cries"), "Nobody laughs.", None),
        (("The crowd cheers", "The crowd leaves"), "The crowd was cheering.", 0),
    ],
)
def test_the_deed_of_an_option_in_a_sentence(
    options: tuple[str, ...], reply: str, option: int | None
) -> None:
    assert committed(reply, options) == option


@pytest.mark.parametrize(
    ("task", "reply", "label"),
    [
        ("cremad_er", "She is livid.", "anger"),
        ("cremad_er", "anger (I also considered fear, but it does not hold up)", "anger"),
        ("cremad_er", "The dominant emotion is anger, with hints of disgust.", "anger"),
        ("cremad_er", '{"anger": 0.8, "fear": 0.2}', "anger"),
        ("cremad_er", "I'm angry.", None),
        ("cremad_er", "That makes me sad.", None),
        ("common_voice_age", "The speaker sounds about thirty-five years old.", "thirties"),
        ("common_voice_age", "Over thirty.", None),
        ("common_voice_age", "A sixteen-year-old.", "teens"),
        ("vctk_accent", "Probably from Belfast.", "northern irish"),
        ("vctk_accent", "Not from Dublin.", None),
        ("nsynth_instrument", "A tuba.", "brass"),
        ("velocity", "One hundred twenty-seven.", "127"),
        ("vocalsound_vocal", "Achoo!", "sneeze"),
        ("synthetic_audio", "A cloned voice.", "fake"),
        ("vctk_gender", "A bloke.", "male"),
        ("cremad_er", "A bit of fear, but more than anything else sadness.", "sadness"),
        ("cremad_er", "I hear some sadness, but more than anything it is fear.", "fear"),
        ("cremad_er", "It is anger more than fear.", "anger"),
        ("synthetic_audio", "The real challenge is to hear the artefacts.", None),
        ("synthetic_audio", "It takes a real specialist to hear that.", None),
        ("synthetic_audio", "A fake photo is easy to spot, a fake voice is not.", None),
        ("synthetic_audio", "The real question is settled: it is fake.", "fake"),
        ("synthetic_audio", "It sounds like a real person.", "real"),
        ("vctk_accent", "North American, more precisely Canadian.", "canadian"),
        ("vctk_accent", "From the British Isles, specifically Irish.", "irish"),
        ("vctk_accent", "A story about Irish music with a Scottish accent.", "scottish"),
        ("vctk_accent", "Something about it is American, with an Irish touch.", None),
    ],
)
def test_declared_aliases_of_labels(task: str, reply: str, label: str | None) -> None:
    entry = load_index().tasks[f"llaso_{task}_classification"]
    aliases = load_task(entry.path, entry.task).aliases
    labels = list(aliases)
    found = choose(reply, labels, None, aliases, letters=False).option
    assert (None if found is None else labels[found].strip(".").casefold()) == label
