"""What is asked of an item more than once: its options in several orders, its prompt in several wordings, or both.

Each is a reply of the item with a number of its own, as with ``--repeats``: order ``k`` of paraphrase ``p`` has the number
``p * orders + k``. So a run goes on, is sharded, merged and gated as any run with repeats. The document of a reply is the one
that was asked; its keys ``_order`` and ``_paraphrase`` say how it differs from the data, ``_original`` is the one of the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from harness.core.scoring import Document
from harness.errors import UnsupportedTaskError, UsageError
from harness.evaluation.variations.orders import Permute, order_of, parse_permute
from harness.evaluation.variations.paraphrases import (
    check_prompts,
    of_task,
    paraphrase_part,
    read_paraphrases,
)
from harness.run.constraints import MOST_REPEATS
from harness.run.signature import Parts
from harness.scoring.option_orders import can_reorder, positions, reorder
from harness.settings import Settings
from harness.task_loading.prompts import Paraphrase, PromptedTask


@dataclass(frozen=True, slots=True)
class Variation:
    """Differences between the replies of an item.

    Attributes:
        permute: orders of the options, ``None`` for the one that they have.
        paraphrases: wordings of the prompt; empty for the one that it has.
    """

    permute: Permute | None = None
    paraphrases: tuple[Paraphrase, ...] = ()

    @property
    def count(self) -> int:
        """Replies of every item."""
        return self._orders * max(1, len(self.paraphrases))

    @property
    def _orders(self) -> int:
        return self.permute.count if self.permute is not None else 1

    def parts(self) -> Parts:
        """Return what they add to a signature."""
        found: Parts = {}
        if self.permute is not None:
            found["permute"] = self.permute.part
        if self.paraphrases:
            found["paraphrase"] = paraphrase_part(self.paraphrases)
        return found

    def document(self, task: PromptedTask, doc: Document, item_key: str, repeat: int) -> Document:
        """Return the document that a reply is asked about.

        Raises:
            TaskCodeError: the task's own code reorders it wrongly.
        """
        wording, number = divmod(repeat, self._orders)
        found = doc
        if self.permute is not None:
            count = positions(task, doc, None).options
            if count > 1:
                order = order_of(count, number, item_key, self.permute.seed)
                found = {**reorder(task, doc, order), "_order": list(order), "_original": doc}
        if self.paraphrases:
            found = worded(found, self.paraphrases[wording])
        return found


AS_IT_IS: Final = Variation()
"""One reply of an item, as the data has it."""


def worded(doc: Document, paraphrase: Paraphrase) -> Document:
    """Return a document that is asked about in other words."""
    return {**doc, "_paraphrase": paraphrase.name}


def variation_of(
    settings: Settings, task: PromptedTask, documents: Iterable[Document]
) -> Variation:
    """Return how the replies of a task differ, checked on its documents.

    Raises:
        UsageError: ``--repeats`` as well, a paraphrase that changes nothing, or too many replies of an item.
        UnsupportedTaskError: the task has no options whose order its prompt shows.
        TaskFileError: the file of paraphrases is malformed.
    """
    permute = parse_permute(settings.permute, settings.seed)
    found = Variation(permute, of_task(read_paraphrases(settings.paraphrase), task.spec.task))
    if settings.repeats > 1:
        raise UsageError(
            "--repeats asks an item in the same words; with --permute or --paraphrase each reply differs",
            where="--repeats",
            hint="leave one of them out; --permute options:K takes more orders",
        )
    if found.count > MOST_REPEATS:
        raise UsageError(
            f"an item is asked at most {MOST_REPEATS:,} times, not {found.count:,}",
            where="--permute, --paraphrase",
        )
    task.paraphrases = {one.name: one for one in found.paraphrases}
    first = next(iter(documents))
    if permute is not None:
        first = _check_options(task, documents)
    check_prompts(task, found.paraphrases, first, worded)
    return found


def _check_options(task: PromptedTask, documents: Iterable[Document]) -> Document:
    """Return the first document whose options can be reordered.

    Raises:
        UnsupportedTaskError: there is none, or the prompt does not change.
    """
    name = task.spec.task
    if not can_reorder(task):
        raise UnsupportedTaskError(
            f"{name} has no options to put in another order",
            where="--permute options",
            hint="its scoring module defines neither positions() nor reorder()",
        )
    for doc in documents:
        count = positions(task, doc, None).options
        if count > 1:
            break
    else:
        raise UnsupportedTaskError(f"no prompt of {name} lists options", where="--permute options")
    if task.messages(reorder(task, doc, [*range(1, count), 0])) == task.messages(doc):
        raise UnsupportedTaskError(
            f"the prompt of {name} does not show its options, so their order changes nothing",
            where="--permute options",
        )
    return doc
