"""A temporary copy of the repository, in which a test adds something and counts the edits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


PARTS = (
    "harness",
    "tasks",
    "metrics",
    "model_adapters",
    "leaderboards",
    "scripts",
    "docs",
    "changelog.d",
)


FILES = ("README.md", "pyproject.toml")


class Touched(NamedTuple):
    """Files by what happened to them."""

    new: int
    edited: int
    generated: int


class Copy:
    """A copy of the tree in which a stranger works."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in PARTS:  # with what is compiled already: times of files are kept, so it is taken
            shutil.copytree(ROOT / name, root / name)
        for name in FILES:
            shutil.copy(ROOT / name, root / name)
        self._before = self._state()

    def _state(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and path.name != ".lock"
        }

    def write(self, files: Mapping[str, str]) -> None:
        """Add files; none may be there already."""
        for name, text in files.items():
            path = self.root / name
            assert not path.exists(), name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def without(self, *names: str) -> int:
        """Begin without some files and folders, as if they had never been there; return how many files they had."""
        count = len(self._before)
        for name in names:
            path = self.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.run("scripts/refresh.py")
        self._before = self._state()
        return count - len(self._before)

    def bring(self, *names: str) -> None:
        """Add files and folders of the repository itself."""
        for name in names:
            source, path = ROOT / name, self.root / name
            if source.is_dir():
                shutil.copytree(source, path, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, path)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the one place of a text in a file."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: {old!r} is there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *command: str, code: int = 0) -> str:
        """Run Python in the copy; return what it prints."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def harness(self, *command: str) -> str:
        """Run the command line of the copy."""
        return self.run("-m", "harness", *command)

    def touched(self) -> Touched:
        """Count what was done by hand, then refresh, and count what that wrote."""
        assert str(self.root) in self.run("-c", "import harness; print(harness.__file__)")
        by_hand = self._state()
        new = by_hand.keys() - self._before.keys()
        edited = {name for name, text in self._before.items() if by_hand[name] != text}
        self.run("scripts/refresh.py")
        self.run("scripts/refresh.py", "--check")
        after = self._state()
        generated = {name for name, text in by_hand.items() if after[name] != text}
        assert after.keys() == by_hand.keys()
        return Touched(len(new), len(edited), len(generated))
