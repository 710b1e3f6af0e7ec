"""Hazard: a change that should change nothing changes what a command of README.md or docs/recipes.md prints or writes.

Every command of the pages runs in an empty folder, in this process or, with HARNESS_SOAK=1, as ``python -m harness``. In ``make test`` the recogniser says what it
said when the recording was made; ``make test-long`` lets it hear again. Exit code, output and files are compared
with ``golden/readme/NAME.txt``, byte by byte apart from ``MASKS``. After a declared change, write the files again with
``UPDATE_GOLDEN=1 python -m pytest tests/contract/test_readme_golden.py`` and read the difference.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.budget import SOAK, mostly_long
from tests.support.command import CommandResult, run_in_process, run_process
from tests.support.data.tiny_copies import WRITERS
from tests.support.packages import is_there, without_versions_of_absent
from tests.support.pages import ROOT, blocks, code, read
from tests.support.runs.recogniser import (
    COMMAND,
    GROUP,
    PATIENCE,
    RecogniserRun,
    heard_before,
    own_variables,
)

GOLDEN = Path(__file__).parent / "golden" / "readme"
RECORDED_PAGES = ("README.md", "docs/recipes.md")
UPDATE = "UPDATE_GOLDEN=1 python -m pytest tests/contract/test_readme_golden.py"
DIFFERENCE_LINES = 60
CALL = "call of harness: "

Run = Callable[..., CommandResult]


class Recording(NamedTuple):
    """A command of the page and how it is recorded."""

    name: str
    command: str
    run_as: str | None = None  # None: as it is written
    why: str = ""  # why it runs otherwise, or what it shows as it is written
    files: tuple[str, ...] = ()  # run directories and files that it writes


REFUSED = "as written: what a user reads who copies the line with its placeholder"
COPY = "an invented copy of ten items takes the place of FOLDER"

RECORDINGS = [
    Recording(
        "pocketsphinx", "harness evaluate cascade:pocketsphinx -t quickstart -o runs/pocketsphinx",
        files=("runs/pocketsphinx",),
    ),
    Recording(
        "checkpoint", "harness evaluate PATH_TO_CHECKPOINT -t quickstart -o runs/mine", why=REFUSED
    ),
    Recording(
        "hub_id", "harness evaluate hf:Qwen/Qwen2-Audio-7B-Instruct -t sakura --data sakura=FOLDER -o runs/q",
        "harness evaluate mock:echo -t sakura --data sakura=copies/sakura -L 3 -o runs/q",
        f"the weights are not here: another model; {COPY}, three items a task", files=("runs/q",),
    ),
    Recording(
        "openai", "harness evaluate openai:MODEL -M base_url=http://HOST:PORT/v1 -t quickstart -o runs/served",
        "harness evaluate openai:MODEL -M base_url=http://127.0.0.1:8000/v1 -t quickstart -o runs/served --dry-run",
        "there is no server at a placeholder: what would be asked",
    ),
    Recording(
        "gemini", "harness evaluate gemini:MODEL -t quickstart -o runs/gemini",
        why="as written: without a key it is refused before anything is asked",
    ),
    Recording(
        "cascade", "harness evaluate cascade:pocketsphinx+openai:MODEL -t quickstart -o runs/cascade",
        why="as written: without a key it is refused before anything is asked",
    ),
    Recording(
        "cascade_local",
        "harness evaluate cascade:transformers:PATH_OR_ID+lm_eval:hf -M llm.pretrained=PATH -t quickstart -o runs/local",
        why=REFUSED,
    ),
    Recording(
        "repeats",
        "harness evaluate openai:MODEL -t quickstart --repeats 8 --gen-kwargs do_sample=true,temperature=0.7 -o runs/drawn",
        "harness evaluate baseline:random -t quickstart --repeats 8 --gen-kwargs do_sample=true,temperature=0.7 -o runs/drawn -L 1",
        "there is no server: another model; one item a task, eight times", files=("runs/drawn",),
    ),
    Recording(
        "python", "harness evaluate python:my_model:MyModel -M python=PATH_TO_VENV -t quickstart -o runs/own",
        why=REFUSED,
    ),
    Recording(
        "contrib", "harness evaluate python:contrib.desta25:DeSTA25 -M python=PATH_TO_VENV -t mmau -o runs/desta",
        why=REFUSED,
    ),
    Recording(
        "random", "harness evaluate baseline:random -t quickstart -o runs/random", files=("runs/random",)
    ),
    Recording(
        "replay", "harness evaluate replay:runs/pocketsphinx -t quickstart -o runs/again",
        files=("runs/again",),
    ),
    Recording(
        "dry_run", "harness evaluate mock:echo -t mmau_test_mini --data mmau=FOLDER --dry-run",
        "harness evaluate mock:echo -t mmau_test_mini --data mmau=copies/mmau --dry-run", COPY,
    ),
    Recording(
        "doctor", "harness doctor PATH_TO_CHECKPOINT", "harness doctor mock:echo",
        "the weights are not here: another model, to which no audio gets through",
    ),
    Recording(
        "score", "harness score quickstart_choice replies.jsonl -o runs/scored", files=("runs/scored",)
    ),
    Recording(
        "leaderboard", "harness leaderboard runs/pocketsphinx runs/random -o leaderboard.md",
        files=("leaderboard.md",),
    ),
    Recording(
        "gate", "harness gate runs/random --baseline runs/pocketsphinx"
    ),
    Recording(
        "status", "harness status RUN_DIR", "harness status runs/pocketsphinx", "a run of this page",
    ),
    Recording(
        "report", "harness report RUN_DIR", "harness report runs/pocketsphinx", "a run of this page",
    ),
    Recording("tasks_list", "harness tasks list"),
    Recording("data_get", "harness data get BENCHMARK", why=f"{REFUSED}; a download wants the network"),
    Recording(
        "data_check", "harness data check BENCHMARK FOLDER", "harness data check mmau copies/mmau", COPY
    ),
    Recording(
        "demo", "make demo", "scripts/demo.sh",
        "without the installation; it goes on from the finished run of pocketsphinx",
        files=("runs/demo/first", "runs/demo/leaderboard.md"),
    ),
]  # fmt: skip

NEED_RUNS = (
    "replay",
    "leaderboard",
    "gate",
    "status",
    "report",
    "demo",
)  # the run of pocketsphinx is read

NOT_RECORDED = {
    "make setup": "wants a package index",
    "make test": "the suite that this test is part of",
    "harness --install-completion": "writes into the shell's own files; `commands/test_help.py` completes",
    "harness --show-completion": "differs with the shell that asks",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[demo]'": "wants a package index",
}

# What differs between two runs of one command, and nothing else.
Mask = tuple[str, str]
PROGRESS: list[Mask] = [
    # lines on the way come by the clock; the last one stays, without its speed
    (r"(?m)^(?!(\d+)/\1 )\d+/\d+ \(\d+%\)  [\d.]+/s  left \S+  \d+ failed.*\n", ""),
    (r"(?m)^(\d+/\d+ \(100%\)  )[\d.]+(/s  left 0:00  \d+ failed)$", r"\1<speed>\2"),
]
MASKS: dict[str, list[Mask]] = {
    "stdout": [
        (r"(?m)^(last item: )\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$", r"\1<time>"),
        (r"(?m)^(model +\S+, loaded in )\d+\.\d( s)$", r"\1<seconds>\2"),
        (r"(?m)^(tone|sentence [12]) \(\d+\.\d\d s\)$", r"\1 (<seconds> s)"),
    ],
    "stderr": PROGRESS,
    "manifest.json": [
        (r'(?m)^( "argv": \[\n  )"[^"]+/harness/__main__\.py"', r'\1"harness"'),
        (r'(?m)^( "created": )"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"', r'\1"<time>"'),
        *(
            (rf'(?m)^(  "{package}": )"[^"]+"', r'\1"<version>"')
            for package in (
                *("python", "lm-eval", "rapidfuzz", "datasets", "transformers", "torch"),
                *("numpy", "soundfile", "soxr"),
            )
        ),
    ],
    # of a call; those of clips are followed by other keys
    "samples.jsonl": [(r'(, "seconds": )\d[\d.e-]*(, "attempts": )', r"\1<seconds>\2")],
}


def masked(kind: str, text: str, folder: Path) -> str:
    """Return the text without times, versions and absolute paths; every kind has its own masks."""
    for pattern, replacement in MASKS.get(kind, []):
        text = re.sub(pattern, replacement, text)
    for path, name in ((folder, "<folder>"), (ROOT, "<checkout>")):
        text = text.replace(str(path), name)
    return text


# --- running -----------------------------------------------------------------------------------


def commands_of_the_page() -> Iterator[str]:
    """Yield lines of shell blocks, lines of indented blocks, and ``harness …`` in the text."""
    page = "\n".join(map(read, RECORDED_PAGES))
    for block in blocks(page):
        if block.language == "sh":
            for line in filter(str.strip, block.text.split("\n")):
                yield re.sub(r"\s+# .*", "", line).strip()
    text = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    for line in re.findall(r"^    (\S.*)$", text, re.MULTILINE):
        yield re.sub(r"\s+# .*", "", line).strip()
    for span in code(text):
        if re.match(r"(harness|make)\s", span):
            yield " ".join(span.split())


def run_demo(folder: Path, run: Run) -> CommandResult:
    """Run the script of the demo in a folder that looks like a checkout after the installation.

    Its ``harness`` only says how it was called; ``run`` then gives what belongs in that place.
    """
    for name in ("scripts", ".venv/bin", "runs/demo"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "scripts" / "demo.sh", folder / "scripts")
    shutil.copytree(folder / "runs" / "pocketsphinx", folder / "runs" / "demo" / "pocketsphinx")
    command = folder / ".venv" / "bin" / "harness"
    command.write_text(f"#!/bin/sh\necho '{CALL}'\"$*\"\n")
    command.chmod(0o755)
    done = subprocess.run(["scripts/demo.sh"], capture_output=True, text=True, check=True)
    out, err = [], [done.stderr]
    for line in done.stdout.splitlines(keepends=True):
        if line.startswith(CALL):
            result = run(*shlex.split(line.removeprefix(CALL)))
            assert result.code == 0, (line, result.err)  # the script would have ended here
            err.append(result.err)
            line = result.out
        out.append(line)
    return CommandResult(done.returncode, "".join(out), "".join(err))


def fix_log(run: Path) -> None:
    """Give all calls of a run one duration and a fixed order: the log's digest is a replay's fingerprint."""
    file = run / "responses.jsonl"
    before = file.stat()
    text = file.read_text(encoding="utf-8")
    text, count = re.subn(r'(, "seconds": )\d[\d.e-]*(, "attempts": )', r"\g<1>0.25\2", text)
    assert count == text.count("\n")
    file.write_text("".join(sorted(text.splitlines(keepends=True))), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # or it counts as not yet scored


def sections(recording: Recording, result: CommandResult, folder: Path) -> Iterator[str]:
    """Yield the parts of a recording: head, output, files."""
    head = f"$ {recording.command}\n"
    if recording.run_as:
        head += f"run as: {recording.run_as}\n"
    yield head + (f"because: {recording.why}\n" if recording.why else "")
    yield f"exit code: {result.code}\n"
    texts = [("stdout", "stdout", result.out), ("stderr", "stderr", result.err)]
    for name in recording.files:
        path = folder / name
        derived = ("manifest.json", "results.json", "samples.jsonl")
        for file in [path / part for part in derived] if path.is_dir() else [path]:
            title = file.relative_to(folder).as_posix()
            texts.append((title, file.name, file.read_text(encoding="utf-8")))
    for title, kind, text in texts:
        cut = "" if text.endswith("\n") or not text else "\n=== no newline at the end ===\n"
        yield f"=== {title} ===\n{masked(kind, text, folder)}{cut}"


def record(folder: Path, here: Run, recogniser: RecogniserRun | None) -> dict[str, str]:
    """Run every command in the folder, the working folder; return the recordings by name.

    The recogniser, which takes longest, is a process of its own that other tests share; its run is copied here. Without
    one, ``here`` has what stands in for it. With HARNESS_SOAK=1 every other command is a process as well; without,
    ``here`` runs it in this process.
    """
    for block in blocks("\n".join(map(read, RECORDED_PAGES))):
        if block.title is not None:
            (folder / block.title).write_text(block.text, encoding="utf-8")
    for name in ("mmau", "sakura"):
        (folder / "copies" / name).mkdir(parents=True)
        WRITERS[name](folder / "copies" / name)
    run = partial(run_process, timeout=PATIENCE) if SOAK else here
    words = {item.name: shlex.split(item.run_as or item.command)[1:] for item in RECORDINGS}
    found: dict[str, CommandResult] = {}
    assert words["pocketsphinx"] == [*COMMAND]
    for name in words:
        if name not in {"pocketsphinx", *NEED_RUNS}:
            found[name] = run(*words[name])
    if recogniser is None:
        found["pocketsphinx"] = here(*COMMAND)
    else:
        found["pocketsphinx"] = recogniser.result()
        shutil.copytree(recogniser.path, folder / "runs" / "pocketsphinx")
    fix_log(folder / "runs" / "pocketsphinx")
    for name in NEED_RUNS:
        found[name] = run_demo(folder, run) if name == "demo" else run(*words[name])
    return {item.name: "".join(sections(item, found[item.name], folder)) for item in RECORDINGS}


RECORDED: dict[str, dict[str, str]] = {}  # made once for all tests
TRIED: set[str] = set()


@pytest.fixture(params=mostly_long(["heard before", "heard now"], ["heard before"]))
def recorded(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, str]:
    """Recordings of now, by name."""
    heard = request.param
    if heard not in RECORDED:
        recogniser: RecogniserRun | None = None
        if heard == "heard before" and os.environ.get("UPDATE_GOLDEN"):
            pytest.skip("the recordings are being made")
        assert heard not in TRIED, "recording failed already; the first of these tests says why"
        TRIED.add(heard)
        if heard == "heard now":
            recogniser = request.getfixturevalue("recogniser_run")
        else:
            heard_before(monkeypatch, GOLDEN / "pocketsphinx.txt")
        for name in {*os.environ} - {*own_variables()}:
            monkeypatch.delenv(name)
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        monkeypatch.chdir(tmp_path)
        here: Run = lambda *words: run_in_process(words, monkeypatch, capsys)  # noqa: E731
        RECORDED[heard] = record(tmp_path, here, recogniser)
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(parents=True, exist_ok=True)
            for name, text in RECORDED[heard].items():
                (GOLDEN / f"{name}.txt").write_bytes(text.encode())
    return RECORDED[heard]


# --- tests -------------------------------------------------------------------------------------


def test_every_command_of_the_page_is_recorded_or_has_a_reason() -> None:
    named = [recording.command for recording in RECORDINGS]
    assert len({*named, *NOT_RECORDED}) == len(named) + len(NOT_RECORDED)
    assert {*named, *NOT_RECORDED} == {*commands_of_the_page()}
    assert all(recording.why for recording in RECORDINGS if recording.run_as)
    assert all(NOT_RECORDED.values())


def test_no_recording_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {item.name for item in RECORDINGS}


@pytest.mark.slow
@pytest.mark.xdist_group(GROUP)
@pytest.mark.skipif(not is_there("pocketsphinx"), reason="needs the extra demo")
@pytest.mark.parametrize("name", [recording.name for recording in RECORDINGS])
def test_a_command_of_the_page_gives_what_it_gave(name: str, recorded: dict[str, str]) -> None:
    golden = without_versions_of_absent((GOLDEN / f"{name}.txt").read_bytes().decode("utf-8"))
    if recorded[name] != golden:
        lines = [text.splitlines(keepends=True) for text in (golden, recorded[name])]
        difference = [*difflib.unified_diff(*lines, "recorded", "now", n=1)]
        shown = "".join(line[:400].rstrip("\n") + "\n" for line in difference[:DIFFERENCE_LINES])
        left = len(difference) - DIFFERENCE_LINES
        more = f"… and {left} more lines\n" if left > 0 else ""
        pytest.fail(f"{shown}{more}\nIf that is meant: {UPDATE}", pytrace=False)


@pytest.mark.parametrize(
    ("kind", "text", "hidden"),
    [
        ("stderr", "9/60 (15%)  1.2/s  left 0:42  0 failed  quickstart_choice\n", ""),
        ("stderr", "0/60 (0%)  0.0/s  left ?  0 failed\n", ""),
        ("stderr", "60/60 (100%)  0.0/s  left ?  0 failed\n", None),
        ("stderr", "60/60 (100%)  2.1/s  left 0:00  0 failed\n", "60/60 (100%)  <speed>/s  left 0:00  0 failed\n"),
        ("stderr", "60/60 (100%)  2.1/s  left 0:00  3 failed\n", "60/60 (100%)  <speed>/s  left 0:00  3 failed\n"),
        ("samples.jsonl", '"usage": null, "seconds": 0.43, "attempts": 1', '"usage": null, "seconds": <seconds>, "attempts": 1'),
        ("samples.jsonl", '{"seconds": 2.955, "sampling_rate": 16000}', None),
        ("manifest.json", '  "numpy": "2.4.6",\n', '  "numpy": "<version>",\n'),
        ("manifest.json", '   "version": "1",\n', None),
        ("manifest.json", ' "harness_version": "0.1.0",\n', None),
        ("manifest.json", '    "gen": "greedy,128#a4dc97",\n', None),
        ("results.json", ' "created": "2026-01-01T00:00:00+00:00"', None),
    ],
)  # fmt: skip
def test_masks_hide_times_and_versions_only(
    kind: str, text: str, hidden: str | None, tmp_path: Path
) -> None:
    assert masked(kind, text, tmp_path) == (text if hidden is None else hidden)
