"""``harness models list``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.cli import options
from harness.cli.app import models_app
from harness.report.output import say, say_json

if TYPE_CHECKING:
    from model_adapters.built_in import Form


@models_app.command("list")
def list_models(as_json: options.Json = False) -> None:
    """List the forms of models. What each needs, and whether that is installed."""
    from model_adapters.registry import forms

    found = forms()
    if as_json:
        say_json([_plain(form) for form in found])
        return
    for line in _table(found):
        say(line)


def _plain(form: Form) -> dict[str, object]:
    missing = form.missing()
    return {
        "adapter": form.adapter,
        "model": form.model,
        "what": form.what,
        "needs": list(form.packages),
        "key": form.key,
        "elsewhere": form.elsewhere,
        "installed": None if form.elsewhere else not missing,
        "missing": missing,
        "extra": form.extra,
    }


def _table(found: list[Form]) -> Iterator[str]:
    rows = [("model", "what", "installed", "needs")]
    for form in found:
        missing = form.missing()
        needs = form.needs()
        if missing and form.extra:
            needs += f"; pip install 'lalm-harness[{form.extra}]'"
        installed = "elsewhere" if form.elsewhere else "no" if missing else "yes"
        rows.append((form.model, form.what, installed, needs))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)]
        yield "  ".join([*cells, row[3]]).rstrip()
