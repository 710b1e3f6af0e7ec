"""Modules with models, a second environment, and adapters in this process and in a child."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.types import Adapter
from model_adapters.registry import create
from tests.support.environment import make_environment
from tests.support.models.python_classes import GOOD, ODD, Make


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("modules")
    (folder / "good_model.py").write_text(GOOD)
    (folder / "odd_models.py").write_text(ODD)
    (folder / "broken_model.py").write_text("import no_such_dependency\n")
    return folder


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second virtual environment that has numpy, and nothing else of ours."""
    return make_environment(tmp_path_factory.mktemp("environment"))


@pytest.fixture(params=["here", "child"])
def make(request: pytest.FixtureRequest, folder: Path) -> Iterator[Make]:
    """Makes an adapter in this process, and in a child; both must do the same."""
    made: list[Adapter] = []

    def make(target: str, **arguments: Any) -> Adapter:
        if request.param == "child":
            arguments["python"] = arguments.get("python", sys.executable)
        made.append(create(f"python:{target}", {"path": str(folder), **arguments}))
        return made[-1]

    yield make
    for adapter in made:
        adapter.close()
