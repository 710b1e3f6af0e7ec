"""Start-up check: our top-level packages are ours.

``metrics`` and ``tasks`` are common words. If another distribution has put a package of the same name in
front of ours, every later error would be a riddle; so the command says it plainly.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from harness.errors import SetupError

PACKAGES = ("tasks", "metrics", "model_adapters", "leaderboards")


def check_packages() -> None:
    """Refuse to start when one of our packages is somebody else's.

    Raises:
        SetupError: names the package, where it lies and the cure.
    """
    home = Path(__file__).resolve().parents[2]
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        ours = home / name / "__init__.py"
        if origin == ours and _is_ours(ours, name):
            continue
        raise SetupError(
            f"the package {name!r} of lalm-harness is "
            + (
                "missing" if origin is None else f"overwritten or hidden by another one at {origin}"
            ),
            where=str(home),
            hint="install lalm-harness into an environment of its own: pipx install lalm-harness",
        )


def _is_ours(path: Path, name: str) -> bool:
    """Return whether a package's first line is the docstring that ours has."""
    try:
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    except OSError:
        return False
    return first.startswith(_FIRST_LINES[name])


_FIRST_LINES = {
    "tasks": '"""Benchmarks:',
    "metrics": '"""Pure scoring:',
    "model_adapters": '"""Model adapters:',
    "leaderboards": '"""Leaderboards:',
}
