"""Which judge a run uses, and what that judge is: model, prompt, sampling, all in one signature part.

``--judge`` is resolved before anything loads. A live judge of a task is named
``MODEL@PARSER#HASH``, where the hash covers prompt texts, sampling, votes, repeats and the renderer; it
is the ``judge:`` part of the signature and marks every reply in ``judgements.jsonl``, so replies of two
judges can lie in one log and never count together. Keys come from the environment only.
"""

from __future__ import annotations

import difflib
import gzip
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, cast

from harness.errors import UsageError
from harness.judge.bridge.tables import Bridge, read_bridge
from harness.judge.budget import Limit, parse_budget
from harness.judge.panel.choice import Panel, panel_judges, read_panel
from harness.settings import Settings
from harness.task_loading.judging.sampling import SAMPLING, expected_sampling
from model_adapters.registry import adapter_names
from model_adapters.services.credentials import check_url, find_key
from model_adapters.services.pacing.patience import PATIENCE_SECONDS, parse_patience

Choice = Literal["none", "replay", "live"]

KEY_VARIABLE: Final = "OPENAI_API_KEY"
PREFIX: Final = "openai:"
DEFAULT_CONCURRENCY: Final = 64
DEFAULT_TIMEOUT: Final = 120.0
DEFAULT_RETRIES: Final = 5

_ARGS: Final = frozenset(
    [
        "accept_model",
        "api_key_env",
        "base_url",
        "batch",
        "batch_gather",
        "batch_poll",
        "bridge",
        "concurrency",
        "fenced",
        "max_retries",
        "patience",
        "price_in",
        "price_out",
        "timeout",
    ]
) | frozenset(SAMPLING)
_NO_JUDGES: Final = frozenset({"openai", "replay", "baseline", "cascade"})
"""Adapters whose ``ADAPTER:TARGET`` is not a judge in this process."""
_VARIABLE: Final = re.compile(r"[A-Za-z_]\w*")


class Batches(NamedTuple):
    """Use of a batch API: seconds without a new request until one is sent, seconds between two looks at it."""

    gather: float
    poll: float


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """Settings of the command line about the judge.

    Attributes:
        choice: no judge, stored replies, or a live one.
        model: model that replaces the tasks' own, ``None`` for the latter.
        base_url: endpoint, ``None`` for the provider's.
        key_variable: environment variable with the key.
        concurrency: most requests in flight.
        timeout: seconds per request.
        max_retries: repeated attempts per request.
        patience: seconds that a busy service may go without an answer.
        sampling: call arguments over the tasks' own.
        prompt: prompt file that replaces the tasks' own.
        fenced: model output is fenced off as data.
        prices: dollars per million prompt and completion tokens, ``None`` if not given.
        budget: where judging stops, ``None`` for no bound.
        cache: folder of replies that runs share, ``None`` without one.
        accepted: names that the judge may also answer by.
        batch: how the service's batch API is used, ``None`` for single requests.
        adapter: ``ADAPTER:TARGET`` of a judge in this process, ``None`` for a chat service.
        adapter_args: its arguments.
        sample: items of a task that are judged, and the seed that chooses them; ``None`` for all.
        bridge: tables from the judge's grades to the official judge's, ``None`` without them.
        panel: rule and judges of a panel, ``None`` of one judge.
        members: options of the judges of a panel, in its order.
        asks: False for a panel that takes only what is in the log.
    """

    choice: Choice = "none"
    model: str | None = None
    base_url: str | None = None
    key_variable: str = KEY_VARIABLE
    concurrency: int = DEFAULT_CONCURRENCY
    timeout: float = DEFAULT_TIMEOUT
    max_retries: int = DEFAULT_RETRIES
    patience: float = PATIENCE_SECONDS
    sampling: Mapping[str, Any] = field(default_factory=dict)
    prompt: Path | None = None
    fenced: bool = True
    prices: tuple[float, float] | None = None
    budget: Limit | None = None
    cache: Path | None = None
    accepted: tuple[str, ...] = ()
    bridge: Bridge | None = None
    batch: Batches | None = None
    sample: tuple[int, int] | None = None
    adapter: str | None = None
    adapter_args: Mapping[str, Any] = field(default_factory=dict)
    panel: Panel | None = None
    members: tuple[JudgeOptions, ...] = ()
    asks: bool = True

    def part(self, judge_part: str | None) -> str:
        """Return the ``judge:`` part of a task's signature.

        Args:
            judge_part: that of the task's live judge, ``None`` without one.
        """
        if judge_part is not None:
            return judge_part
        return "none" if self.choice == "live" else self.choice


def resolve_judge(judge: str, *, has_replies: bool, can_ask: bool = False) -> Choice:
    """Resolve what ``--judge`` means here.

    ``auto`` takes stored replies if there are any, else asks the task's judge if that is possible.

    >>> resolve_judge("auto", has_replies=True), resolve_judge("auto", has_replies=False)
    ('replay', 'none')
    >>> resolve_judge("auto", has_replies=False, can_ask=True), resolve_judge("openai:x", has_replies=True)
    ('live', 'live')

    Raises:
        UsageError: no such judge.
    """
    if judge == "auto":
        return "replay" if has_replies else "live" if can_ask else "none"
    if judge.startswith(PREFIX) and judge.removeprefix(PREFIX).strip():
        return "live"
    if is_adapter(judge):
        return "live"
    if judge not in ("replay", "none"):
        raise UsageError(
            f"--judge {judge!r} is not available",
            hint="auto, openai:MODEL (any OpenAI-compatible service, with -J base_url=…), hf:PATH or another "
            "adapter (in this process), replay (stored judge replies), none",
        )
    return cast(Choice, judge)


def is_adapter(judge: str) -> bool:
    """Return whether a judge is an adapter in this process, such as ``hf:PATH``.

    >>> is_adapter("hf:/models/judge"), is_adapter("openai:m"), is_adapter("replay"), is_adapter("no:x")
    (True, False, False, False)
    """
    name, colon, target = judge.partition(":")
    return bool(colon and target.strip()) and name not in _NO_JUDGES and name in adapter_names()


def shown_judge(judge: str) -> str:
    """Return the name of an adapter judge, without folders: a signature is the same on every machine.

    >>> shown_judge("hf:/models/Qwen3-8B/"), shown_judge("vllm:org/name")
    ('hf:Qwen3-8B', 'vllm:org/name')
    """
    name, _, target = judge.partition(":")
    place = Path(target).expanduser()
    return f"{name}:{place.resolve().name}" if place.is_absolute() or place.exists() else judge


def judge_options(settings: Settings, *, has_replies: bool, ask: bool = True) -> JudgeOptions:
    """Check and resolve the judge flags; without ``ask`` no key is needed.

    Raises:
        UsageError: an unknown judge or argument.
        MissingKeyError: a live judge was asked for and there is no key.
    """
    if settings.judge_panel is not None:
        return _panel_options(settings, ask=ask)
    arguments = settings.judge_args
    budget = parse_budget(settings.judge_budget)
    adapter = settings.judge if is_adapter(settings.judge) else None
    _check_places(arguments, adapter)
    for name in arguments if adapter is None else ():
        if name not in _ARGS:
            near = difflib.get_close_matches(name, _ARGS, n=1)
            raise UsageError(
                f"unknown judge argument {name!r}",
                where="-J",
                hint="keys come from the environment: -J api_key_env=NAME"
                if "key" in name.lower()
                else f"did you mean {near[0]!r}?"
                if near
                else f"known: {', '.join(sorted(_ARGS))}",
            )
    variable = str(arguments.get("api_key_env", KEY_VARIABLE))
    if not _VARIABLE.fullmatch(variable):
        raise UsageError("api_key_env is the name of an environment variable", where="-J")
    base_url = arguments.get("base_url")
    if base_url is not None:
        base_url = check_url(str(base_url), where="-J base_url")
    can_ask = bool(os.environ.get(variable, "").strip()) or base_url is not None
    stored = has_replies or replayed_replies(settings.model)
    choice = resolve_judge(settings.judge, has_replies=stored, can_ask=can_ask)
    if choice == "live" and ask and adapter is None:
        find_key(variable, base_url or os.environ.get("OPENAI_BASE_URL") or None)
    model = settings.judge.removeprefix(PREFIX) if settings.judge.startswith(PREFIX) else None
    if adapter is not None:
        model = shown_judge(adapter)
    return JudgeOptions(
        choice=choice,
        model=model,
        base_url=base_url,
        key_variable=variable,
        concurrency=int(_number(arguments, "concurrency", DEFAULT_CONCURRENCY, minimum=1)),
        timeout=_number(arguments, "timeout", DEFAULT_TIMEOUT, minimum=0.01),
        max_retries=int(_number(arguments, "max_retries", DEFAULT_RETRIES, minimum=0)),
        patience=_patience(arguments, settings.patience),
        sampling=_sampling(arguments),
        prompt=settings.judge_prompt,
        fenced=_flag(arguments, "fenced", default=settings.judge_prompt is None),
        prices=_prices(arguments),
        budget=budget,
        cache=settings.judge_cache,
        accepted=(str(arguments["accept_model"]),) if "accept_model" in arguments else (),
        bridge=_bridge(arguments, choice),
        batch=_batches(arguments),
        adapter=adapter,
        adapter_args={name: arguments[name] for name in arguments if name not in _ARGS},
        sample=None if settings.judge_sample is None else (settings.judge_sample, settings.seed),
    )


def _panel_options(settings: Settings, *, ask: bool) -> JudgeOptions:
    """Return the options of a panel; budget, cache, prompt and sample are those of all its judges.

    Raises:
        UsageError: a judge or argument that a panel cannot have.
        MissingKeyError: a judge is to be asked and there is no key.
    """
    asks = settings.judge != "replay"
    if not asks and not settings.rejudge:
        raise UsageError(
            "a panel with --judge replay takes replies from the log of a run",
            where="--judge-panel",
            hint="harness score RUN_DIR --rejudge --judge replay --judge-panel A,B,C",
        )
    services = [judge for judge in panel_judges(settings) if judge.startswith(PREFIX)]
    panel = read_panel(settings, services)
    members = tuple(
        judge_options(one, has_replies=False, ask=ask and asks) for one in panel.members
    )
    for member, judge in zip(members, panel.judges, strict=True):
        if member.model is None:
            raise UsageError(
                f"{judge} cannot be a judge of a panel",
                where="--judge-panel",
                hint="openai:MODEL, hf:PATH or another adapter",
            )
    names = [str(member.model) for member in members]
    if len(set(names)) < len(names):
        raise UsageError("two judges of the panel have one name", where="--judge-panel")
    return replace(
        members[0],
        choice="live",
        model=f"panel({'+'.join(sorted(names))})",
        base_url=None,
        sampling={},
        prices=None,
        accepted=(),
        adapter=None,
        adapter_args={},
        panel=panel,
        members=members,
        asks=asks,
    )


def _check_places(arguments: Mapping[str, Any], adapter: str | None) -> None:
    """Refuse arguments of a service for a judge in this process."""
    for name in ("base_url", "api_key_env", "batch", "accept_model"):
        if adapter is not None and name in arguments:
            raise UsageError(f"{name} is for a judge behind a service", where=f"-J {name}")


def _batches(arguments: Mapping[str, Any]) -> Batches | None:
    gather = _number(arguments, "batch_gather", 10.0, minimum=0.01)
    poll = _number(arguments, "batch_poll", 30.0, minimum=0.01)
    if _flag(arguments, "batch", default=False):
        return Batches(gather, poll)
    for name in ("batch_gather", "batch_poll"):
        if name in arguments:
            raise UsageError(f"{name} is for -J batch=true", where=f"-J {name}")
    return None


def _bridge(arguments: Mapping[str, Any], choice: Choice) -> Bridge | None:
    if "bridge" not in arguments:
        return None
    if choice != "live":
        raise UsageError(
            "a bridge starts at the grades of a judge that is asked",
            where="-J bridge",
            hint="--judge openai:MODEL, with the model that the bridge was fitted for",
        )
    path = arguments["bridge"]
    if path is None or isinstance(path, bool):
        raise UsageError("expected the path of a file", where="-J bridge", hint="-J bridge=FILE")
    return read_bridge(Path(str(path)).expanduser())


def replayed_replies(model: str) -> bool:
    """Return whether ``replay:FILE`` names a responses file that holds judge replies."""
    path = Path(model.removeprefix("replay:"))
    if not model.startswith("replay:") or not path.is_file():
        return False
    opened = gzip.open if path.suffix == ".gz" else Path.open
    try:
        with opened(path, "rb") as file:
            return any(b'"judge_reply"' in line for line in file)
    except OSError:
        return False  # the adapter says what is wrong with the file


def _patience(arguments: Mapping[str, Any], given: str | None) -> float:
    if "patience" in arguments:
        return parse_patience(arguments["patience"], "-J patience")
    return PATIENCE_SECONDS if given is None else parse_patience(given)


def _number(arguments: Mapping[str, Any], name: str, default: float, minimum: float) -> float:
    value = arguments.get(name, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not minimum <= value < 1e6:
        raise UsageError(f"{name} is {value!r}, expected a number from {minimum:g}", where="-J")
    return value


def _flag(arguments: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = arguments.get(name, default)
    if not isinstance(value, bool):
        raise UsageError(f"{name} is {value!r}, expected true or false", where="-J")
    return value


def _sampling(arguments: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: arguments[name] for name in SAMPLING if name in arguments}
    for name, value in given.items():
        if wanted := expected_sampling(name, value):
            raise UsageError(f"{name} is {value!r}, expected {wanted}", where=f"-J {name}")
    return given


def _prices(arguments: Mapping[str, Any]) -> tuple[float, float] | None:
    names = ("price_in", "price_out")
    given = [name for name in names if name in arguments]
    if not given:
        return None
    if len(given) < len(names):
        (missing,) = set(names) - set(given)
        raise UsageError(
            f"{given[0]} without {missing}: a budget would count half of the cost",
            where=f"-J {given[0]}",
            hint=f"-J {missing}=DOLLARS, per million tokens; 0 if it costs nothing",
        )
    price_in, price_out = (_number(arguments, name, 0.0, minimum=0.0) for name in names)
    return price_in, price_out
