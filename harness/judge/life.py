"""The life of a judge: when its model is switched off, who says so, and what is left to do.

A task YAML may date the end of its judge (``judge.retires``). From 90 days before, dry runs, ``doctor`` and ``tasks show`` say so, and a run asks the judge's service
which models it has (``GET /models``), before anything is loaded: a model that is listed lives, whatever the YAML says, and a ``shutdown_date`` that the list
gives counts in place of the YAML's. A judge that has ended is exit 4. A server on this machine ends when its owner says so, and is not asked.
Stored replies have no end.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from harness.core.judge_spec import Retirement
from harness.errors import SetupError, page
from harness.judge.answer import same_model
from harness.judge.options import JudgeOptions
from harness.judge.task_judge import TaskJudge
from model_adapters.services.credentials import NO_KEY, Secret

WARN_DAYS: Final = 90
"""Days before its end from which a judge is warned of."""
_SECONDS: Final = 10.0
_LARGEST: Final = 5_000_000
_VENDOR: Final = "https://api.openai.com/v1"
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")
WAYS_OUT: Final = (
    "--judge replay (stored replies of it), --judge openai:OTHER with -J bridge=FILE (an estimate of what it would have said), "
    f"--judge openai:OTHER (a column of its own), or --judge none; {page('judge.md')}"
)


class RetiredJudgeError(SetupError):
    """The judge of a task is switched off (exit 4)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Models that a service says it has.

    Attributes:
        models: name -> day on which it is switched off, ``None`` if the service says none; ``None`` if there is no list.
        problem: why there is no list.
    """

    models: Mapping[str, date | None] | None
    problem: str = ""


def today() -> date:
    """Return the day in UTC; that of ``SOURCE_DATE_EPOCH`` where it is set, so that output can be made again."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    return moment.date()


def end_note(model: str, where: Iterable[str], retires: Retirement, now: date) -> str | None:
    """Return the warning about a judge, ``None`` while its end is more than 90 days off.

    >>> end_note("m", ["a", "b", "c"], Retirement(date(2027, 1, 14), "its page"), date(2027, 1, 4))
    'judge m (a, b, c) is switched off on 2027-01-14, in 10 days (its page); afterwards its numbers need stored replies or a bridge'
    """
    days = (retires.date - now).days
    if days > WARN_DAYS:
        return None
    names = [*where]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    if days <= 0:
        return f"judge {model} ({shown}) was switched off on {retires.date} ({retires.source})"
    return (
        f"judge {model} ({shown}) is switched off on {retires.date}, in {days} day{'s' * (days != 1)} ({retires.source}); "
        "afterwards its numbers need stored replies or a bridge"
    )


def end_notes(judges: Iterable[tuple[str, str, Retirement | None]], now: date) -> list[str]:
    """Return the warnings about judges that end soon or have ended.

    Args:
        judges: (task or benchmark, model, its end).
        now: the day.
    """
    grouped: dict[tuple[str, Retirement], dict[str, None]] = {}
    for name, model, retires in judges:
        if retires is not None:
            grouped.setdefault((model, retires), {})[name] = None
    notes = (end_note(model, names, end, now) for (model, end), names in grouped.items())
    return [note for note in notes if note is not None]


def check_life(judges: Mapping[str, TaskJudge], options: JudgeOptions, now: date) -> list[str]:
    """Refuse judges that have ended, before anything is loaded; return warnings about those that end soon.

    Args:
        judges: judged tasks with their live judges.
        options: how the judges are reached.
        now: the day.

    Raises:
        RetiredJudgeError: a judge has ended, and no cache could have its replies.
    """
    if options.panel is not None:
        found = [
            check_life({name: judge.members[place] for name, judge in judges.items()}, one, now)
            for place, one in enumerate(options.members if options.asks else ())
        ]
        return [*dict.fromkeys(note for notes in found for note in notes)]
    if all(judge.spec.retires is None for judge in judges.values()):
        return []
    url = options.base_url or os.environ.get("OPENAI_BASE_URL") or _VENDOR
    near: dict[tuple[str, Retirement], list[str]] = {}
    for name, judge in judges.items():
        end = judge.spec.retires
        if end is not None and (end.date - now).days <= WARN_DAYS:
            near.setdefault((judge.spec.model, end), []).append(name)
    if not near or urlsplit(url).hostname in _LOCAL:
        return []
    listing = list_models(url, options.key_variable)
    try:
        return [*_notes(near, listing, now, url)]
    except RetiredJudgeError as error:
        if options.cache is None:
            raise
        return [f"{error.message}; only replies in {options.cache} count"]


def _notes(
    near: Mapping[tuple[str, Retirement], list[str]], listing: Listing, now: date, url: str
) -> Iterator[str]:
    if listing.models is None:
        yield f"the list of models of the judge's service was not had: {listing.problem}"
    for (model, declared), names in near.items():
        end = declared
        if listing.models is not None:
            name = _listed(model, listing.models, own=url == _VENDOR)
            if name is None:
                raise RetiredJudgeError(
                    f"the judge {model} of {names[0]} is not among the models of its service ({declared.source}: until {declared.date})",
                    hint=WAYS_OUT,
                )
            if (said := listing.models[name]) is not None:
                end = Retirement(said, "as its service says")
            elif declared.date <= now:
                continue
        elif declared.date <= now and url == _VENDOR:
            raise RetiredJudgeError(
                f"the judge {model} of {names[0]} was switched off on {declared.date} ({declared.source})",
                hint=WAYS_OUT,
            )
        if (note := end_note(model, names, end, now)) is not None:
            yield note


def _listed(model: str, models: Iterable[str], *, own: bool) -> str | None:
    """Return the name under which a service lists a model; a gateway may name it in another form."""
    names = [*models]
    if model in names:
        return model
    return None if own else next((name for name in names if same_model(model, name)), None)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A key goes to the address that it was given for, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def list_models(url: str, key_variable: str) -> Listing:
    """Ask a service which models it has.

    Args:
        url: its address up to ``/v1``.
        key_variable: environment variable with its key.
    """
    secret = Secret(os.environ.get(key_variable, "").strip() or NO_KEY)
    request = urllib.request.Request(  # noqa: S310  (check_url takes http and https only)
        f"{url.rstrip('/')}/models", headers={"Authorization": f"Bearer {secret.reveal()}"}
    )
    try:
        opener = urllib.request.build_opener(_NoRedirects)
        with opener.open(request, timeout=_SECONDS) as answer:
            content = json.loads(answer.read(_LARGEST))
        models = {str(one["id"]): _day(one.get("shutdown_date")) for one in content["data"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else str(error)
        return Listing(None, secret.hide(reason))
    return Listing(models) if models else Listing(None, "it is empty")


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
