"""Hazard: another distribution ships ``metrics/`` or ``tasks/``, and every later error is a riddle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("harness", "tasks", "metrics", "model_adapters", "leaderboards")


def run(*path: Path) -> subprocess.CompletedProcess[str]:
    """``harness tasks list`` with these folders first on the path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, "-m", "harness", "tasks", "list"],
        capture_output=True, text=True, check=False, env=environment, cwd=path[0],
    )  # fmt: skip


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site-packages folder with our packages, for damage."""
    folder = tmp_path_factory.mktemp("installed")
    for name in PACKAGES:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.ogg")
        )
    return folder


def test_our_own_packages_pass(installation: Path) -> None:
    found = run(installation)
    assert found.returncode == 0, found.stderr
    assert "quickstart" in found.stdout


@pytest.mark.parametrize("name", ["metrics", "tasks", "model_adapters", "leaderboards"])
def test_a_package_of_the_same_name_in_front_is_named(
    installation: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text('"""Somebody else."""\n')
    found = run(tmp_path, installation)
    assert found.returncode == 4
    assert "Traceback" not in found.stderr
    assert repr(name) in found.stderr and str(tmp_path / name) in found.stderr
    assert "environment of its own" in found.stderr


def test_a_module_of_the_same_name_in_front_is_named(installation: Path, tmp_path: Path) -> None:
    (tmp_path / "metrics.py").write_text("")
    found = run(tmp_path, installation)
    assert found.returncode == 4 and "'metrics'" in found.stderr


def test_a_package_that_was_overwritten_is_named(installation: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(installation, copy)
    (copy / "metrics" / "__init__.py").write_text('"""Metrics of another project."""\n')
    found = run(copy)
    assert found.returncode == 4
    assert "Traceback" not in found.stderr
    assert "'metrics'" in found.stderr and "environment of its own" in found.stderr


def test_a_package_that_was_removed_is_named(installation: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(installation, copy)
    shutil.rmtree(copy / "leaderboards")
    found = run(copy)
    assert found.returncode == 4
    assert "'leaderboards'" in found.stderr and "Traceback" not in found.stderr


def test_every_package_is_typed_also_in_the_wheel(tmp_path: Path) -> None:
    """Without ``py.typed`` a user's type checker takes everything of ours for ``Any``."""
    marks = {f"{name}/py.typed" for name in PACKAGES}
    assert all((ROOT / mark).is_file() for mark in marks)
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="needs hatchling")
    (built,) = wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    assert marks <= set(zipfile.ZipFile(built).namelist())
