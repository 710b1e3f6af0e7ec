"""``python -m tests.bench.walks [WALK]``: how far one item walks through the modules of the project.

Each walk runs twice in this process; the second time, with everything imported, is counted:

* calls: calls of functions in our packages (a generator or coroutine that goes on counts again);
* hops: those of them that come from another of our modules, also through a library (an event loop, say);
* modules: our modules in which something runs.

The figures are those of one item, so they are comparable with each other and with nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.support.runs.judged import TASK, evaluate_arguments, responses
from tests.support.runs.toy import write_tone
from tests.support.servers.chaos_server import ChaosServer

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("harness", "tasks", "metrics", "model_adapters", "leaderboards")
REPLY = "fixed:Explanation: compared.\nJudgement: correct"


@dataclass
class Walk:
    """What a tracer counted.

    Attributes:
        calls: calls of our functions, by module and function.
        arrows: calls from one of our modules into another, by (from, to with function).
    """

    calls: Counter[str] = field(default_factory=Counter)
    arrows: Counter[tuple[str, str]] = field(default_factory=Counter)
    _names: dict[str, str | None] = field(default_factory=dict)

    @property
    def hops(self) -> int:
        """Calls from one of our modules into another."""
        return self.arrows.total()

    @property
    def modules(self) -> set[str]:
        """Our modules in which something ran."""
        return {name.partition(":")[0] for name in self.calls}

    def _module(self, file: str) -> str | None:
        if file not in self._names:
            path = Path(file)
            ours = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in PACKAGES
            parts = path.relative_to(ROOT).with_suffix("").parts if ours else ()
            self._names[file] = ".".join(parts) or None
        return self._names[file]

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Count a call, as a profile function."""
        if event != "call":
            return
        module = self._module(frame.f_code.co_filename)
        if module is None:
            return
        name = f"{module}:{frame.f_code.co_qualname}"
        self.calls[name] += 1
        caller = self._caller(frame)
        if caller is not None and caller != module:
            self.arrows[caller, name] += 1

    def _caller(self, frame: FrameType) -> str | None:
        """Our module that runs when a function is called, perhaps through a library."""
        back = frame.f_back
        while back is not None:
            if (module := self._module(back.f_code.co_filename)) is not None:
                return module
            back = back.f_back
        return None


def traced(work: Callable[[], object]) -> Walk:
    """What runs while a function runs, in all threads that start meanwhile."""
    walk = Walk()
    threading.setprofile(walk)
    sys.setprofile(walk)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return walk


def command(*arguments: str | Path) -> None:
    """Run ``harness`` in this process.

    Raises:
        SystemExit: it failed.
    """
    from harness.cli import main as harness

    before = sys.argv
    sys.argv = ["harness", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            harness()
    except SystemExit as end:
        if end.code:
            raise
    finally:
        sys.argv = before


def unjudged(run: Path, _: str) -> None:
    """Evaluate ``mock:`` on one item, without a judge."""
    command("evaluate", "mock:options", "-t", "quickstart_choice", "--limit", "1", "-o", run)


def judged(run: Path, url: str) -> None:
    """Evaluate ``openai:`` on one item that a live judge looks at."""
    command(*evaluate_arguments("openai:model", run, url), "--limit", "1", "-M", f"base_url={url}")
    assert json.loads((run / "results.json").read_bytes())["tasks"]["judged"]["unjudged"] == 0


def stored(run: Path, _: str) -> None:
    """Score a file with one stored reply."""
    file = run.with_suffix(".jsonl")
    responses(file, 1)
    command("score", TASK, file, "-o", run, "--judge", "none")


WALKS: tuple[Callable[[Path, str], None], ...] = (unjudged, judged, stored)


def main() -> None:
    """Count every walk, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("walks", nargs="*", help=f"of {', '.join(one.__name__ for one in WALKS)}")
    parser.add_argument("--top", type=int, default=0, help="also show the most frequent arrows")
    arguments = parser.parse_args()
    print(f"{'walk':<10} {'hops':>6} {'calls':>6} {'modules':>8}")
    with tempfile.TemporaryDirectory() as folder, ChaosServer("--reply", REPLY) as server:
        write_tone(Path(folder, "clip.wav"))
        os.environ.update(TOY_AUDIO=f"{folder}/clip.wav", TOY_ITEMS="1")
        for one in WALKS:
            if arguments.walks and one.__name__ not in arguments.walks:
                continue
            one(Path(folder, f"{one.__name__}-first"), server.base_url)
            run = Path(folder, one.__name__)
            walk = traced(lambda one=one, run=run: one(run, server.base_url))
            calls = walk.calls.total()
            print(f"{one.__name__:<10} {walk.hops:>6} {calls:>6} {len(walk.modules):>8}")
            for (caller, callee), count in walk.arrows.most_common(arguments.top):
                print(f"    {count:>4}  {caller} -> {callee}")


if __name__ == "__main__":
    main()
