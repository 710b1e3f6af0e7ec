"""Environments of the peers: each its own, from the registry, kept between runs.

Before anything is installed pip's plan is read: one with CUDA packages (several GB, for a client of an endpoint) is refused with the reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

CUDA = re.compile(r"(nvidia|cuda|cupy|triton)(-|$)")
PIP = ("-m", "pip", "--disable-pip-version-check")


class InstallError(Exception):
    """Why an environment could not be made, in a line."""


def ready(folder: Path, requires: tuple[str, ...]) -> Path:
    """Return the interpreter of an environment in ``folder`` that has ``requires``, made where it is absent.

    Raises:
        InstallError: the registry has not what is asked, or the plan has CUDA packages.
    """
    python, stamp = folder / "bin" / "python", folder / "requires.json"
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == list(requires):
        return python
    run([sys.executable, "-m", "venv", "--clear", str(folder)])
    plan = folder / "plan.json"
    run([str(python), *PIP, "install", "-q", "--dry-run", "--report", str(plan), *requires])
    planned = json.loads(plan.read_text(encoding="utf-8"))
    refused = large(planned)
    if refused:
        named = ", ".join(refused[:2]) + (f" and {len(refused) - 2} more" if refused[2:] else "")
        raise InstallError(f"its installation pulls CUDA packages ({named})")
    # what was planned, without planning it again: that is minutes for a peer of a hundred packages
    run([str(python), *PIP, "install", "-q", "--no-deps", *pins(planned)])
    stamp.write_text(json.dumps(list(requires)), encoding="utf-8")
    return python


def pins(plan: dict[str, object]) -> list[str]:
    """Return the requirements that are exactly a plan of pip.

    >>> pins({"install": [{"metadata": {"name": "numpy", "version": "2.1.0"}}]})
    ['numpy==2.1.0']
    """
    planned = plan["install"]
    assert isinstance(planned, list)
    return [f"{one['metadata']['name']}=={one['metadata']['version']}" for one in planned]


def large(plan: dict[str, object]) -> list[str]:
    """Return the CUDA packages of a plan of pip (``pip install --report``).

    >>> large({"install": [{"metadata": {"name": "nvidia-cublas"}}, {"metadata": {"name": "numpy"}}]})
    ['nvidia-cublas']
    """
    planned = plan["install"]
    assert isinstance(planned, list)
    return [one["metadata"]["name"] for one in planned if CUDA.match(one["metadata"]["name"])]


def version(python: Path | None, distribution: str) -> str:
    """Return the version of a distribution in an environment."""
    code = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"
    return run([str(python or sys.executable), "-c", code, distribution]).strip()


def run(command: list[str]) -> str:
    """Run a command and return what it prints.

    Raises:
        InstallError: it failed; the line that says why.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise InstallError(f"no end after 1800 s: {command[-1]}") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise InstallError((lines or done.stderr.splitlines() or ["no message"])[-1])
    return done.stdout
