"""Code that task files name: functions of the harness by package name, a stranger's code only when it is trusted."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from harness.core.task import FunctionRef
from harness.core.untrusted.regular import is_file
from harness.errors import HarnessError, TaskFileError, UsageError, interrupted
from harness.task_loading.checks.calls import PASSED_ON
from harness.task_loading.places import DECLARED, is_declared_code, tasks_root


def import_beside(ref: FunctionRef, *, trusted: bool) -> ModuleType:
    """Import the module of a function reference, which lies next to its YAML file.

    Raises:
        UsageError: the code is not part of the harness and ``trusted`` is False.
        TaskFileError: the module does not exist or cannot be imported.
    """
    if is_declared_code(ref):
        return importlib.import_module(DECLARED)
    folder = ref.yaml_path.resolve().parent
    file = folder.joinpath(*ref.module.split(".")).with_suffix(".py")
    where = f"{ref.yaml_path}: !function {ref.module}.{ref.name}"
    if not is_file(file):
        raise TaskFileError(f"{file} does not exist", where=where)
    root = tasks_root()
    if folder.is_relative_to(root):
        name = ".".join(["tasks", *folder.relative_to(root).parts, ref.module])
        return importlib.import_module(name)
    if not trusted:
        raise UsageError(
            "this task runs code that is not part of the harness",
            where=where,
            hint=f"read {file}, then pass --trust-task-code",
        )
    name = f"_harness_task_code.{abs(hash(file))}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise TaskFileError("cannot be imported", where=where)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except HarnessError as error:
        del sys.modules[name]
        raise TaskFileError(
            f"importing {file} failed: {error.message}", where=where, hint=error.hint
        ) from error
    except PASSED_ON:
        del sys.modules[name]
        raise
    except BaseException as error:
        del sys.modules[name]
        if interrupted(error):
            raise KeyboardInterrupt from error
        raise TaskFileError(f"importing {file} failed: {error!r}", where=where) from error
    return module


def function_of(ref: FunctionRef, *, trusted: bool) -> Callable[..., Any]:
    """Return the function of a function reference.

    Raises:
        UsageError: the code is not part of the harness and ``trusted`` is False.
        TaskFileError: there is no such module, or no such function in it.
    """
    found = getattr(import_beside(ref, trusted=trusted), ref.name, None)
    if not callable(found):
        raise TaskFileError(
            f"{ref.module}.py has no function {ref.name!r}",
            where=f"{ref.yaml_path}: !function {ref.module}.{ref.name}",
        )
    return found  # type: ignore[no-any-return]
