"""Words for labels whose lists were never published: genders, and whether there is speech.

A task's YAML declares the words for emotions and accents, set by set. These depend on the item alone: on the labels of its split, and for
yes and no on what its instruction asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

Aliases = Mapping[str, Sequence[str]]

GENDERS: Final[Aliases] = {
    "male": ("man", "men", "boy", "guy", "gentleman", "masculine"),
    "female": ("woman", "women", "girl", "lady", "feminine"),
}
SPEECH: Final[Aliases] = {
    "yes": (
        "this is speech", "it is speech", "it's speech", "that is speech", "contains speech", "there is speech", "speech is present",
        "speech can be heard", "i hear speech", "i can hear speech", "someone is speaking", "somebody is speaking", "someone is talking",
        "somebody is talking", "a person is speaking", "a person is talking",
    ),
    "no": (
        "no speech", "not speech", "isn't speech", "does not contain speech", "does not contain any speech", "doesn't contain speech",
        "doesn't contain any speech", "isn't any speech", "not any speech", "nobody is speaking", "nobody is talking", "no one is speaking",
        "no one is talking", "speech is absent", "speech is not present",
    ),
}  # fmt: skip
"""What a reply says instead of yes and no where the instruction asks for speech."""
_ASKS_FOR_SPEECH: Final = re.compile(
    r"\b(?:is (?:it|this|that|there)(?: any)?|contains?|includes?|has|have|presence of|detect|any)(?: human)? speech\b|\b(?:someone|somebody|anyone|anybody|a person) (?:speak|talk)ing\b|\b(?:speech|speaking|talking) (?:is )?(?:present|in (?:it|the|this))\b",
    re.IGNORECASE,
)


def aliases_of(doc: Mapping[str, Any]) -> Aliases:
    """Return the words for the labels of an annotated document: those that its task declares, and those of this module.

    >>> item = {"instruction": "Is it speech?", "_split": {"labels": ["no", "yes"]}}
    >>> sorted(aliases_of(item)), aliases_of(item | {"instruction": "Is it noisy?"})
    (['no', 'yes'], {})
    """
    labels = {str(label).strip().lower() for label in (doc.get("_split") or {}).get("labels", ())}
    found: dict[str, Sequence[str]] = {}
    if labels.issuperset(GENDERS):
        found |= GENDERS
    if labels.issuperset(SPEECH) and _ASKS_FOR_SPEECH.search(str(doc.get("instruction", ""))):
        found |= SPEECH
    return found | dict(doc.get("_aliases") or {})
