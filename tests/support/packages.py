"""What a test needs installed, looked up without an import: collecting the tests must not load torch in every worker."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def needs(*packages: str, extra: str) -> pytest.MarkDecorator:
    """Skip tests where one of the packages is absent, and name the extra that has them."""
    return pytest.mark.skipif(not all(map(is_there, packages)), reason=f"needs the extra {extra}")


def is_there(package: str) -> bool:
    """Return whether a package could be imported; its parents are."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def without_versions_of_absent(manifest: str) -> str:
    """Return a recorded manifest as a run writes it where packages of extras are not installed."""
    for package in ("transformers", "torch"):
        if not is_there(package):
            manifest = manifest.replace(f'  "{package}": "<version>",\n', "")
    return manifest
