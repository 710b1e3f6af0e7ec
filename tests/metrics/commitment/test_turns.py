"""Turns that say more than their words one by one: the replies of ``tests/fixtures/commitment_turns.txt``."""

from __future__ import annotations

import pytest

from metrics.commitment.closed import choose
from metrics.commitment.grammar import committed
from tests.support.forms.turns import turns


def test_turns_are_read_as_they_are_meant() -> None:
    cases = list(turns(7))
    misread = []
    for case in cases:
        option = choose(case.reply, case.options, None).option
        if option != case.meant:
            misread.append((case.template.group, case.reply, case.options, case.meant, option))
    assert len(cases) > 1500
    assert len(misread) <= len(cases) / 100, misread
    assert sum(found is not None for *_, found in misread) <= len(cases) / 200, misread


@pytest.mark.parametrize(
    ("reply", "options"),
    [
        ("The first one", ["First speaker", "Second speaker"]),
        ("The second one to speak is loud.", ["Man", "Woman"]),
        ("The third sound is loud.", ["Dog", "Cat", "Bird"]),
        ("2", ["Man", "Woman", "Child"]),
        ("<answer>1</answer>", ["Man", "Woman", "Child"]),
        ("Number 2 is spoken in the clip.", ["Man", "Woman", "Child"]),
        ("🇬🇧", ["Man", "Woman"]),
        ("✅ Man ✅ Woman", ["Man", "Woman", "Child"]),
    ],
)
def test_what_is_no_place_among_the_options_names_none(reply: str, options: list[str]) -> None:
    """A place may be part of an option or of the question, and a bare number may count from 0."""
    assert committed(reply, options) is None


def test_words_of_an_option_are_not_translated() -> None:
    options = ["Pas de bruit", "Tout est calme", "Rien d'autre que la pluie"]
    assert [committed(option, options) for option in options] == [0, 1, 2]
    assert committed("Pas « Pas de bruit », mais « Tout est calme ».", options) == 1


@pytest.mark.parametrize("label", ["愤怒", "colère", "Wut", "怒り", "La emoción es enojo."])
def test_a_declared_label_has_its_words_in_other_languages(label: str) -> None:
    from harness.task_loading.groups import load_task
    from harness.task_loading.index import load_index

    entry = load_index().tasks["llaso_cremad_er_classification"]
    aliases = load_task(entry.path, entry.task).aliases
    assert choose(label, ["Anger.", "Sadness.", "Fear."], 0, aliases, letters=False).correct
