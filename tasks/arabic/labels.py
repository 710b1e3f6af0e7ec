"""Which label an Arabic reply names: whole words in the form ``ar-norm-1``, none inside a longer label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metrics.transcripts.arabic import ar_norm_1

Form = tuple[str, ...]
"""Words of a label or alias."""


def forms_of(labels: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> dict[Form, str]:
    """Return words -> label, for labels and their other names.

    Raises:
        ValueError: a name has no letters, or two labels have one form.

    >>> forms_of(["مصرية", "خليجية"], {"مصرية": ["Egyptian"]})[("egyptian",)]
    'مصرية'
    """
    found: dict[Form, str] = {}
    for label in labels:
        for name in (label, *aliases.get(label, ())):
            form = tuple(ar_norm_1(name).split())
            if not form:
                raise ValueError(f"the label {name!r} has no letters")
            if found.setdefault(form, label) != label:
                raise ValueError(f"{name!r} names {label!r} and {found[form]!r}: their form is one")
    return found


def read_label(
    reply: str, labels: Sequence[str], aliases: Mapping[str, Sequence[str]]
) -> str | None:
    """Return the one label that a reply names, ``None`` if it names none or several.

    >>> read_label("اللهجة: مِصريّة.", ["مصرية", "خليجية"], {})
    'مصرية'
    >>> read_label("مصرية أو خليجية", ["مصرية", "خليجية"], {}) is None
    True
    """
    forms = forms_of(labels, aliases)
    words = tuple(ar_norm_1(reply).split())
    if words in forms:
        return forms[words]
    places = [
        (start, start + len(form), label)
        for form, label in forms.items()
        for start in range(len(words) - len(form) + 1)
        if words[start : start + len(form)] == form
    ]
    named = {
        label
        for start, end, label in places
        if not any(
            other[0] <= start and end <= other[1] and other[1] - other[0] > end - start
            for other in places
        )
    }
    return named.pop() if len(named) == 1 else None
