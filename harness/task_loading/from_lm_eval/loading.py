"""From a name after ``-t``, or an entry of a manifest, to a task of lm-eval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.core.task import TaskSpec
from harness.core.untrusted.regular import is_file
from harness.errors import TaskFileError, UsageError
from harness.task_loading.from_lm_eval.names import Place, expand, installed_version
from harness.task_loading.places import LM_EVAL_PREFIX


def specs(name: str, include_paths: Sequence[Path], *, trusted: bool) -> list[TaskSpec]:
    """Return the declarations of the tasks that ``lm_eval:NAME`` stands for.

    Raises:
        UsageError: there is no such task, it cannot run here, or its code is not trusted.
        MissingDependencyError: a package of a task is not installed.
    """
    from harness.task_loading.from_lm_eval.task import spec_of

    return [spec_of(place, trusted=trusted) for place in expand(name, include_paths)]


def recorded_spec(
    name: str, entry: Mapping[str, Any], include_paths: Sequence[Path], *, trusted: bool
) -> TaskSpec:
    """Return the declaration of a task of a manifest, for scoring.

    Raises:
        UsageError: it was scored by another version of lm-eval, or is not here.
    """
    from harness.task_loading.from_lm_eval.task import spec_of

    recorded = ((entry.get("facts") or {}).get("lm_eval") or {}).get("version")
    if recorded is not None and recorded != installed_version():
        raise UsageError(
            f"{name} was scored by lm-eval {recorded}, and {installed_version()} is installed",
            hint=f"pip install lm-eval=={recorded}",
        )
    path = entry.get("yaml")
    if path is not None and not include_paths:
        if not is_file(Path(path)):
            raise TaskFileError(
                "the task file is not there",
                where=str(path),
                hint="--include-path FOLDER with the task file",
            )
        plain = name.removeprefix(LM_EVAL_PREFIX)
        return spec_of(Place(plain, "task", Path(path), outside=True), trusted=trusted)
    (found,) = specs(name, include_paths, trusted=trusted)
    return found
