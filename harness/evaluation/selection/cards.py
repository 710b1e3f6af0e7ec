"""``-t card:NAME``: the tasks of a model card, each with the prompt and decoding that the card states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from harness.errors import UsageError
from harness.settings import Settings

_PREFIX: Final = "card:"


@dataclass(frozen=True, slots=True)
class Carded:
    """Names that ``-t`` gives, and what cards say of some of them.

    Attributes:
        names: names of tasks and groups, a card's tasks in its place.
        cards: task id -> name of its card.
    """

    names: tuple[str, ...]
    cards: Mapping[str, str]

    def settings(self, task: str, settings: Settings) -> Settings:
        """Return the settings for a task: those of its card, over them generation arguments of the user."""
        if task not in self.cards:
            return settings
        from leaderboards.cards.read import card

        said = card(self.cards[task]).tasks[task]
        return replace(
            settings,
            template=said.template,
            system=said.system,
            gen_kwargs={**said.generation, **settings.gen_kwargs},
        )


def carded(settings: Settings) -> Carded:
    """Put the tasks of cards in the place of ``card:NAME``.

    Raises:
        UnknownNameError: there is no such card.
        UsageError: two cards plan one task in two ways, or a prompt is given with a card.
    """
    given = [part.strip() for name in settings.tasks for part in name.split(",")]
    if not any(name.startswith(_PREFIX) for name in given):
        return Carded(tuple(settings.tasks), {})
    return _resolved(given, settings)


def _resolved(given: Sequence[str], settings: Settings) -> Carded:
    from leaderboards.cards.read import card

    if settings.template is not None or settings.system is not None:
        raise UsageError(
            "a card has prompts of its own",
            where="-t card:NAME",
            hint="leave --template and --system out, or name the tasks without the card",
        )
    names: list[str] = []
    cards: dict[str, str] = {}
    for name in given:
        if not name.startswith(_PREFIX):
            names.append(name)
            continue
        found = card(name.removeprefix(_PREFIX))
        for task in found.tasks:
            if cards.setdefault(task, found.name) != found.name:
                raise UsageError(
                    f"{task} is on the cards {cards[task]} and {found.name}",
                    where=f"-t {name}",
                    hint="one run directory a card",
                )
            names.append(task)
    return Carded(tuple(names), cards)
