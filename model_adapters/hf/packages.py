"""Check that the packages which a family of checkpoints needs are installed."""

from __future__ import annotations

import shlex
from importlib.metadata import version
from importlib.util import find_spec

from harness.errors import MissingDependencyError
from model_adapters.hf.families import Family


def check_packages(family: Family, where: str) -> None:
    """Refuse a family that would lack a package, before its weights are read.

    Raises:
        MissingDependencyError: names the packages.
    """
    missing = [package for package in family.packages if _lacking(package)]
    if missing:
        names = (package.replace("_", "-") for package in missing)
        raise MissingDependencyError(
            f"{family.name} needs {', '.join(missing)}",
            where=where,
            hint=f"pip install {shlex.join(names)}",
        )


def _lacking(package: str) -> bool:
    from packaging.version import Version

    name, _, oldest = package.partition(">=")
    if find_spec(name) is None:
        return True
    return bool(oldest) and Version(version(name)) < Version(oldest)
