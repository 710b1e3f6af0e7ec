"""Interpreters that have a model's stub and no harness, and adapters over them."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.environment import make_environment
from tests.support.models.stubbed import STUBS, Stubbed


@pytest.fixture(scope="session")
def interpreters(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Virtual environments by model, each made when it is first asked for."""
    made: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in made:
            folder = tmp_path_factory.mktemp(f"{name}-environment")
            made[name] = make_environment(folder, STUBS / name, STUBS / "shared")
        return made[name]

    return get


@pytest.fixture
def stubbed(
    request: pytest.FixtureRequest,
    interpreters: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stubbed]:
    """The model that the test module names as ``MODEL``, or that a parameter names."""
    name = getattr(request, "param", None) or request.module.MODEL
    found = Stubbed(name, interpreters(name), tmp_path)
    for key, value in found.environment().items():
        monkeypatch.setenv(key, value)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield found
    for adapter in found.opened:
        adapter.close()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes a model's stub importable here; whatever was imported then is forgotten afterwards."""
    before = set(sys.modules)

    def prepare(name: str) -> None:
        monkeypatch.syspath_prepend(str(STUBS / name))
        monkeypatch.setattr(sys, "path", [*sys.path, str(STUBS / "shared")])

    yield prepare
    for name in set(sys.modules) - before:
        if "stubs" in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
