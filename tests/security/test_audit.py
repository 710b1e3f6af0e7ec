"""Hazard: a dependency that nobody pinned, or another version than the pinned one, and an audit that does not see it."""

from __future__ import annotations

import importlib.util
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.support.pages import ROOT


@pytest.fixture(scope="module")
def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_everything_that_is_declared_is_pinned_within_its_bounds(audit: Any) -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = audit.pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert list(audit.unpinned(audit.declared(pyproject), pinned)) == []
    assert len(pinned) > 100


def test_what_is_wrong_is_named(audit: Any) -> None:
    pinned = audit.pins("# x\nNumPy==2.4.6\nrich==15.0.0\ntorch==2.9.0\n")
    requirements = [
        Requirement(text)
        for text in ("numpy>=3", "rich", "aiohttp[speedups]>=1; python_version>'3'")
    ]
    assert list(audit.unpinned(requirements, pinned)) == [
        "numpy is pinned to 2.4.6, outside of its bounds >=3",
        "aiohttp is not in constraints.txt",
    ]
    installed = {"torch": "2.9.0+cpu", "rich": "14.0.0", "unknown": "1"}
    assert list(audit.differing(installed, pinned)) == [
        "rich 14.0.0 is installed, 15.0.0 is pinned"
    ]
