"""From a name or a manifest entry to the declaration of a task, and where its data are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.core.task import TaskSpec
from harness.core.untrusted.regular import is_file, is_folder
from harness.errors import MissingDataError, UnknownNameError, UnsupportedTaskError
from harness.task_loading.groups import load_task
from harness.task_loading.index import TaskEntry, TaskIndex, load_index
from harness.task_loading.own_file import own_task_file
from harness.task_loading.places import LM_EVAL, is_lm_eval, tasks_root
from harness.task_loading.task import YamlTask
from metrics.registry import METRICS, find
from tasks._shared import scoring_models
from tasks._shared.scoring_models import DATA_ROOT_VARIABLE

if TYPE_CHECKING:
    from harness.task_loading.prompts import PromptedTask


def load_scoring_task(
    name: str,
    entry: Mapping[str, Any],
    *,
    include_path: Sequence[Path] = (),
    trusted: bool = False,
    run: Path | None = None,
) -> YamlTask:
    """Load the task of a manifest entry, for scoring only.

    Args:
        name: task id.
        entry: what the manifest says about it.
        include_path: folders with tasks of the user.
        trusted: code of tasks outside the harness may run.
        run: run directory of the entry; a task file that lies in it is found wherever it was moved.

    Raises:
        UsageError: the task is not known here, or its code is not trusted.
    """
    if is_lm_eval(name):
        from harness.task_loading.from_lm_eval.loading import recorded_spec

        spec = recorded_spec(name, entry, include_path, trusted=trusted)
        return scoring_task(spec, trusted=trusted)
    own = own_task_file(run, entry) if run is not None else None
    if own is not None and not include_path:
        return YamlTask(load_task(own, name), trusted=trusted)
    if entry.get("yaml") and (is_file(Path(entry["yaml"])) or not include_path):
        return YamlTask(load_task(Path(entry["yaml"]), name), trusted=trusted)
    built_in = load_index()
    if entry.get("yaml") is None and name in built_in.tasks:
        return YamlTask(load_spec(built_in.tasks[name]), trusted=trusted)
    index = load_index(
        include_path, allow_shadowing=True
    )  # the run says that it is not the built-in one
    return scoring_task(load_spec(index.resolve([name])[0], trusted=trusted), trusted=trusted)


def register_metrics(
    tasks: Mapping[str, Mapping[str, Any]],
    *,
    include_path: Sequence[Path] = (),
    trusted: bool = False,
) -> None:
    """Import the scoring code of recorded tasks whose metrics are not registered, which registers them.

    Args:
        tasks: task id -> manifest entry.
        include_path: folders with tasks of the user.
        trusted: code of tasks outside the harness may run.

    Raises:
        UsageError: the task is not known here, or its code is not trusted.
        UnknownNameError: a metric is not registered even then.
    """
    for name, entry in tasks.items():
        metrics = entry.get("metrics", ())
        if is_lm_eval(name):
            from harness.task_loading.from_lm_eval.metric_names import register_recorded

            if register_recorded(entry):
                continue
        if any(metric not in METRICS for metric in metrics):
            load_scoring_task(name, entry, include_path=include_path, trusted=trusted).check()
        for metric in metrics:
            find(metric, where=f"task {name}")


def yaml_location(spec: TaskSpec) -> str | None:
    """Return the path of a task YAML that is not built in, else ``None``."""
    path = spec.yaml_path.resolve()
    if is_lm_eval(spec.task):
        from harness.task_loading.from_lm_eval.names import place_of

        return str(path) if place_of(spec.task, path).outside else None
    return None if path.is_relative_to(tasks_root()) else str(path)


def load_spec(entry: TaskEntry, *, trusted: bool = False) -> TaskSpec:
    """Return the declaration of a task; its YAML is parsed if it was not to list the task.

    Args:
        entry: the task.
        trusted: code of tasks outside the harness and lm-eval may run; only tasks of lm-eval have any at this point.

    Raises:
        UsageError: a task of lm-eval that cannot run here, or whose code is not trusted.
    """
    if is_lm_eval(entry.task):
        from harness.task_loading.from_lm_eval.names import place_of
        from harness.task_loading.from_lm_eval.task import spec_of

        return spec_of(place_of(entry.task, entry.path), trusted=trusted)
    return entry.spec or load_task(entry.path, entry.task)


def scoring_task(spec: TaskSpec, **options: Any) -> YamlTask:
    """Return a task that loads data and scores (``options``: see ``YamlTask``)."""
    return prompted_task(spec, **options) if is_lm_eval(spec.task) else YamlTask(spec, **options)


def prompted_task(spec: TaskSpec, **options: Any) -> PromptedTask:
    """Return a task that can also make prompts (``options``: see ``PromptedTask``)."""
    if not is_lm_eval(spec.task):
        from harness.task_loading.prompts import PromptedTask

        return PromptedTask(spec, **options)
    from harness.task_loading.from_lm_eval.task import LMEvalTask

    return LMEvalTask(spec, **options)


def check_supported(spec: TaskSpec) -> None:
    """Refuse a task that is listed for completeness only.

    Raises:
        UnsupportedTaskError: with the declared reason.
    """
    if spec.unsupported:
        raise UnsupportedTaskError(f"{spec.task} cannot be run: {spec.unsupported}")


def data_folder(benchmark: str, given: Mapping[str, Path]) -> Path | None:
    """Return the folder of a benchmark's official copy: ``--data``, else a sub-folder of ``HARNESS_DATA``."""
    if benchmark in given:
        return given[benchmark]
    root = os.environ.get(DATA_ROOT_VARIABLE)
    folder = Path(root) / benchmark if root else None
    return folder if folder is not None and is_folder(folder) else None


def check_benchmarks(given: Mapping[str, Any], index: TaskIndex, flag: str) -> None:
    """Refuse ``--data NAME=…`` for a benchmark that does not exist."""
    known = {entry.benchmark for entry in index.tasks.values()} | {LM_EVAL}
    if flag == "--data":
        known |= set(scoring_models.MODELS)
    for name in given:
        if name not in known:
            raise UnknownNameError("benchmark", name, known, hint=f"in {flag} {name}=…")


def provide_models(given: Mapping[str, Path]) -> None:
    """Tell scorers which folders hold the models that they need (``--data pedant=FOLDER``).

    Raises:
        MissingDataError: a given folder does not hold the model's files.
    """
    for name, folder in given.items():
        model = scoring_models.MODELS.get(name)
        if model is not None and (problem := scoring_models.wrong_file(model, folder)):
            raise MissingDataError(problem, where=f"--data {name}", hint=f"harness data get {name}")
    scoring_models.provide(given)
