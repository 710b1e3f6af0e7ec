"""Where the tasks of the harness are, and which tasks are among them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from harness.core.task import FunctionRef, TaskSpec

DECLARED: Final = "tasks.declared"
"""The package that loads and scores tasks without Python; any task file may name its functions."""
LM_EVAL: Final = "lm_eval"
"""The benchmark that tasks of lm-eval itself are filed under."""
LM_EVAL_PREFIX: Final = "lm_eval:"
"""What the name of such a task begins with."""


def is_lm_eval(task: str) -> bool:
    """Return whether a name is that of a task of lm-eval.

    >>> is_lm_eval("lm_eval:gsm8k"), is_lm_eval("mmsu")
    (True, False)
    """
    return task.startswith(LM_EVAL_PREFIX)


@cache
def tasks_root() -> Path:
    """Return the folder of the built-in tasks."""
    return Path(__file__).resolve().parents[2] / "tasks"


def is_built_in(spec: TaskSpec) -> bool:
    """Return whether a task's own YAML file is part of the harness; what it includes does not count."""
    return spec.yaml_path.resolve().is_relative_to(tasks_root())


def is_declared_code(ref: FunctionRef) -> bool:
    """Return whether a function is one of ``tasks.declared``: no file of that name lies next to the YAML."""
    if ref.module != DECLARED:
        return False
    folder = ref.yaml_path.resolve().parent
    return not folder.joinpath(*DECLARED.split(".")).with_suffix(".py").exists()
