"""Run the shell steps of ``action.yml`` here, as the runner of GitHub would: the file itself is executed, so it cannot rot.

    python scripts/run_action.py model=mock:options tasks=quickstart baseline=baseline.json

Steps that use other actions are named and skipped. The job summary goes to ``FOLDER/summary.md``. The exit code is that of the first step
that failed; later steps run only with ``if: always()``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
_INPUT = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")
_EQUAL = re.compile(r"inputs\.([\w-]+)\s*==\s*'([^']*)'")


def inputs_of(action: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """Return every input: given, else its default.

    Raises:
        SystemExit: an unknown input, or a required one that is missing.
    """
    declared = action["inputs"]
    if unknown := set(given) - set(declared):
        raise SystemExit(f"unknown inputs: {', '.join(sorted(unknown))}")
    values = {}
    for name, about in declared.items():
        if about.get("required") and name not in given:
            raise SystemExit(f"the input {name} is missing")
        values[name] = given.get(name, str(about.get("default", "")))
    return values


def runs(step: dict[str, Any], values: dict[str, str], *, failed: bool) -> bool:
    """Return whether a step runs.

    Raises:
        SystemExit: a condition that this script does not know.
    """
    condition = str(step.get("if", "success()"))
    if condition == "always()":
        return True
    if condition == "success()":
        return not failed
    if found := _EQUAL.fullmatch(condition):
        return not failed and values[found[1]] == found[2]
    raise SystemExit(f"step {step['name']!r}: the condition {condition!r} is not known here")


def filled(text: str, values: dict[str, str]) -> str:
    """Put inputs into a value.

    Raises:
        SystemExit: another expression than an input.
    """
    found = _INPUT.sub(lambda match: values[match[1]], text)
    if "${{" in found:
        raise SystemExit(f"an expression that is not known here: {found}")
    return found


def main() -> int:
    """Run the steps; return the exit code of the job."""
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    values = inputs_of(action, given)
    folder = Path(values["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    bin_folder = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str((folder / "summary.md").resolve()),
        "CI": "true",
    }
    code = 0
    for step in action["runs"]["steps"]:
        if not runs(step, values, failed=bool(code)):
            print(f"--- {step['name']}: skipped", flush=True)
            continue
        if "uses" in step:
            print(f"--- {step['name']}: {step['uses']}, not run here", flush=True)
            continue
        print(f"--- {step['name']}", flush=True)
        own = {name: filled(str(text), values) for name, text in step.get("env", {}).items()}
        command = ["bash", "-eo", "pipefail", "-c", filled(step["run"], values)]
        done = subprocess.run(  # noqa: S603  (the steps of our own action)
            command, env={**environment, **own}, check=False
        )
        code = code or done.returncode
    return code


if __name__ == "__main__":
    raise SystemExit(main())
