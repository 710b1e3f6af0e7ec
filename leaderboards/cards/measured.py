"""Measured values next to those of a card: value, interval, what is reported, and what differs in the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leaderboards.cards.read import CardTask


@dataclass(frozen=True, slots=True)
class Compared:
    """One measured value next to the reported one.

    Attributes:
        card: name of the card.
        model: the model as the card names it.
        task: task id.
        metric: metric id.
        reading: the reading that is compared.
        measured: measured value; ``None`` where there is none.
        ci95: its interval.
        reported: reported value; ``None`` where none could be sourced.
        inside: whether the interval holds the reported value; ``None`` where one of them is lacking.
        differs: what differs in the protocol.
        source: where the value is printed.
    """

    card: str
    model: str
    task: str
    metric: str
    reading: str
    measured: float | None
    ci95: tuple[float, float] | None
    reported: float | None
    inside: bool | None
    differs: str
    source: str


def compared(results: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[Compared]:
    """Yield the values of a run that was planned from cards.

    Args:
        results: ``results.json``.
        manifest: ``manifest.json``; its entries name the cards.
    """
    carded = {task: entry for task, entry in manifest["tasks"].items() if "card" in entry}
    if not carded:
        return
    from leaderboards.cards.read import card

    for task, entry in carded.items():
        if task not in results["tasks"]:
            continue
        found = card(entry["card"])
        said = found.tasks.get(task)
        if said is None:  # an older state of the card
            continue
        value = results["tasks"][task]["metrics"].get(said.metric, {}).get(said.reading, {})
        ends = value.get("ci95")
        ci95 = (ends[0], ends[1]) if ends and None not in ends else None
        inside = None
        if ci95 is not None and said.value is not None:
            inside = ci95[0] <= said.value <= ci95[1]
        yield Compared(
            card=found.name,
            model=found.model,
            task=task,
            metric=said.metric,
            reading=said.reading,
            measured=value.get("value"),
            ci95=ci95,
            reported=said.value,
            inside=inside,
            differs="; ".join([said.differs, *_changed(said, entry)]),
            source=said.source,
        )


def _changed(said: CardTask, entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the run did otherwise than the card plans."""
    for name, value in said.generation.items():
        if name in entry["generation"] and entry["generation"][name] != value:
            yield f"{name} is {entry['generation'][name]!r} here, {value!r} on the card"
    if entry["items_selected"] < entry["items_total"]:
        yield f"{entry['items_selected']} of {entry['items_total']} items here"
