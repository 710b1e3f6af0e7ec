"""Where tasks of lm-eval meet lm-eval: its task object makes prompts and reads replies.

Templates are rendered in the harness's sandbox, with lm-eval's own settings: while code of lm-eval runs for us, its function
that renders a template is ours. Documents come from the data set (``data_set.Prompts``) or from a log (``Scorer``), never both.
"""

from __future__ import annotations

import contextlib
import logging
import math
import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from harness.core.task import FunctionRef
from harness.errors import (
    FOREIGN,
    MissingDependencyError,
    TaskFileError,
    UnsupportedTaskError,
)
from harness.task_loading.code import function_of
from harness.task_loading.from_lm_eval.declaration import Declaration, read_outside, refusal
from harness.task_loading.from_lm_eval.metric_names import LMEvalMetric, named
from harness.task_loading.from_lm_eval.names import Place
from harness.task_loading.places import LM_EVAL_PREFIX
from harness.task_loading.templates import compile_template

SEED: Final = 1234
"""Seed of drawn examples: the default of lm-eval's command."""
DEFAULT_TOKENS: Final = 256
"""Limit of a reply where the task says nothing: lm-eval's models have it."""
LOCK: Final = threading.RLock()
"""Held while code of lm-eval runs."""
_STRUCTURE: Final = ("tag", "group", "task_list", "include")


@contextlib.contextmanager
def lm_eval_at_work(untrusted: frozenset[str] = frozenset()) -> Iterator[None]:
    """Let code of lm-eval run: templates in the sandbox, what it prints on standard error, its notes unsaid.

    Args:
        untrusted: templates of a file that nobody trusts; they may only fill in fields, within bounds.
    """
    from lm_eval import utils

    def apply(template: str, doc: Mapping[str, Any]) -> str:
        return _renderer(template, template not in untrusted)(doc)

    logger = logging.getLogger("lm_eval")
    with LOCK:
        before, level = utils.apply_template, logger.level
        utils.apply_template = apply
        logger.setLevel(logging.ERROR)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                yield
        finally:
            utils.apply_template = before
            logger.setLevel(level)


@lru_cache(maxsize=256)
def _renderer(template: str, trusted: bool) -> Callable[[Mapping[str, Any]], str]:
    return compile_template(template, where="a template of lm-eval", trusted=trusted)


def read(place: Place) -> Declaration:
    """Read what a task declares, functions not imported.

    Raises:
        TaskFileError: the file cannot be read.
        UnsupportedTaskError: the task cannot run here; with the reason.
    """
    found = (
        read_outside(place)
        if place.outside
        else Declaration(place, _load(place.path, resolve=False))
    )
    error = refusal(found.config, place.name)
    if error is not None:
        raise error
    return found


def _load(path: Path, *, resolve: bool) -> dict[str, Any]:
    from lm_eval.tasks._yaml_loader import load_yaml

    try:
        with lm_eval_at_work():
            found: dict[str, Any] = deepcopy(load_yaml(path, resolve_func=resolve))
    except ImportError as error:
        raise MissingDependencyError(
            f"the task needs another package: {error}",
            where=str(path),
            hint="pip install 'lm-eval[ifeval,math]', or what its README names",
        ) from error
    except FOREIGN as error:
        raise TaskFileError(f"lm-eval cannot read it: {error!r}", where=str(path)) from error
    return found


def config_of(declaration: Declaration, *, trusted: bool) -> dict[str, Any]:
    """Return the configuration of a task with its functions imported.

    Raises:
        UsageError: code outside lm-eval that is not trusted.
        MissingDependencyError: a package of the task is not installed.
        TaskFileError: a function is not there.
    """
    place = declaration.place
    if place.outside:
        found = _with_functions(declaration.config, trusted)
    else:
        found = _load(place.path, resolve=True)
    for key in _STRUCTURE:
        found.pop(key, None)
    metadata = found.get("metadata")
    found["metadata"] = {**metadata} if isinstance(metadata, Mapping) else {"_metadata": metadata}
    return dict(found)


def _with_functions(value: Any, trusted: bool) -> Any:
    if isinstance(value, FunctionRef):
        return function_of(value, trusted=trusted)
    if isinstance(value, Mapping):
        return {key: _with_functions(one, trusted) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_functions(one, trusted) for one in value]
    return value


def generation_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return how answers are decoded, with what lm-eval implies written out."""
    from lm_eval.defaults import default_gen_kwargs

    delimiter = config.get("fewshot_delimiter", "\n\n")
    given = config.get("generation_kwargs")
    found = dict(given if given is not None else default_gen_kwargs(delimiter))
    until = found.get("until", [delimiter])
    found["until"] = [until] if isinstance(until, str) else [*(until or ())]
    limits = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
    given_limits = [name for name in limits if found.get(name) is not None]
    for name in given_limits[1:]:
        del found[name]
    if not given_limits:
        found["max_gen_toks"] = DEFAULT_TOKENS
    if "temperature" in found:
        found["temperature"] = float(found["temperature"])
    if found.get("do_sample") is False:
        found.pop("temperature", None)
    elif found.get("temperature") == 0:
        found.pop("do_sample", None)
    return found


def metrics_of(config: Mapping[str, Any], name: str) -> dict[tuple[str, str], LMEvalMetric]:
    """Return (metric, filter) of lm-eval -> metric here.

    Raises:
        UnsupportedTaskError: an aggregation that is not a mean over items.
        TaskFileError: an entry of ``metric_list`` that lm-eval does not know, or two that get one id.
    """
    from lm_eval.api import registry

    listed = config.get("metric_list") or [
        {"metric": metric} for metric in registry.DEFAULT_METRIC_REGISTRY["generate_until"]
    ]
    filters = [one["name"] for one in config.get("filter_list") or ()] or ["none"]
    found: dict[tuple[str, str], LMEvalMetric] = {}
    for entry in listed:
        metric = entry["metric"]
        metric = metric if isinstance(metric, str) else metric.__name__
        try:
            with lm_eval_at_work():
                aggregation = entry.get("aggregation") or registry.get_metric_aggregation(metric)
                function = (
                    registry.get_aggregation(aggregation)
                    if isinstance(aggregation, str)
                    else aggregation
                )
                higher = entry.get("higher_is_better", registry.is_higher_better(metric))
        except FOREIGN as error:
            raise TaskFileError(f"lm-eval does not know the metric {metric!r}: {error}") from error
        if not _is_mean(function):
            shown = aggregation if isinstance(aggregation, str) else aggregation.__name__
            raise UnsupportedTaskError(
                f"{LM_EVAL_PREFIX}{name} cannot be run: its metric {metric} is aggregated by {shown}, which is not a mean over items,"
                " so it has neither interval nor test",
                hint=f"plain lm-eval runs it: lm_eval run --tasks {name}",
            )
        for one in filters:
            found[metric, one] = named(metric, one, higher_is_better=bool(higher))
    if len({one.id for one in found.values()}) != len(found):
        raise TaskFileError(f"two metrics of {name} have one name here: {[*found]}")
    return found


def _is_mean(aggregation: Callable[..., Any]) -> bool:
    """Return whether an aggregation is the mean of its items, or of all elements of lists."""
    for items, mean in (
        ([1.0, 0.0, 1.0, 1.0, 0.0], 0.6),
        ([[True, False, False], [True], [False, True]], 0.5),
    ):
        try:
            if math.isclose(float(aggregation(items)), mean):
                return True
        except FOREIGN:  # it takes items of another form
            continue
    return False


def _stored_task() -> Any:
    from lm_eval.api.task import ConfigurableTask

    class StoredTask(ConfigurableTask):  # type: ignore[misc]
        """A task whose documents are given to it."""

        given: Sequence[Mapping[str, Any]] = ()

        def download(self, dataset_kwargs: Any = None, **_: Any) -> None:
            del dataset_kwargs
            self.dataset = {"test": _Rows(self.given)}

    return StoredTask


class _Rows(list[Mapping[str, Any]]):
    """Documents with what lm-eval asks of a data set."""

    @property
    def features(self) -> dict[str, None]:
        return dict.fromkeys(self[0])


@contextlib.contextmanager
def _same_chance() -> Iterator[None]:
    """Let scoring code that draws (a language detector, an instruction without its arguments) draw the same each time."""
    factory = sys.modules.get("langdetect.detector_factory")
    if factory is not None:
        factory.DetectorFactory.seed = 0
    state = random.getstate()
    random.seed(SEED)
    try:
        yield
    finally:
        random.setstate(state)


class Scorer:
    """A task without its data set: reads replies to stored documents.

    Args:
        config: its configuration with functions.
        first: a document, which shows its fields.
        facts: what ``Prompts.facts`` said.
        untrusted: templates that may only fill in fields.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        first: Mapping[str, Any],
        facts: Mapping[str, Any],
        untrusted: frozenset[str] = frozenset(),
    ) -> None:
        cls = type("OneTask", (_stored_task(),), {"given": [dict(first)]})
        own = {
            **deepcopy(dict(config)),
            **{"process_docs": None, "custom_dataset": None, "num_fewshot": 0},
            **{"training_split": None, "validation_split": None, "fewshot_split": None},
            **{"test_split": "test", "fewshot_config": {"samples": []}},
        }
        self._untrusted = untrusted
        with lm_eval_at_work(untrusted):
            self.task = cls(config=own)
        for name in ("multiple_target", "multiple_input"):
            if name in facts:
                setattr(self.task, name, int(facts[name]))

    def target(self, doc: Mapping[str, Any]) -> Any:
        """Return the reference answer."""
        with lm_eval_at_work(self._untrusted):
            return self.task.doc_to_target(doc)

    def values(
        self, doc: Mapping[str, Any], reply: str
    ) -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
        """Return ((metric, filter) -> value, filter -> what it made of the reply)."""
        from lm_eval.api.instance import Instance

        values: dict[tuple[str, str], Any] = {}
        with lm_eval_at_work(self._untrusted), _same_chance():
            asked = Instance("generate_until", dict(doc), ("", {}), 0, (None, 0, 1))
            asked.resps.append(reply)
            for ensemble in self.task._filters:
                ensemble.apply([asked])
            for name, read_reply in asked.filtered_resps.items():
                found = self.task.process_results(dict(doc), [read_reply])
                values |= {(metric, name): value for metric, value in found.items()}
        return values, dict(asked.filtered_resps)
