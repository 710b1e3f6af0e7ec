"""``python:contrib.…``: where the modules come from, what a child gets of us, and a run of each over its stub."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import model_adapters.contrib
from harness.errors import UnknownNameError, UsageError
from model_adapters.built_in import ADAPTERS
from model_adapters.conformance import AdapterConformance
from model_adapters.python import worker as python_worker
from model_adapters.python.adapter import contrib_modules
from model_adapters.registry import create
from tests.support import clips
from tests.support.budget import mostly_long
from tests.support.models.stubbed import TARGETS, Stubbed, text
from tests.support.runs.toy import FLAGS, jsonl, write_tone

FOLDER = Path(model_adapters.contrib.__file__).parent
ROOT = Path(__file__).parents[3]
EXCEPTIONS = {"kimi_audio": {"system_prompt": "upstream has no system role: refused by default"}}


def cls(name: str) -> Any:
    module = importlib.import_module(f"model_adapters.contrib.{name}")
    return getattr(module, TARGETS[name].partition(":")[2])


# --- the interface -----------------------------------------------------------------------------


ALWAYS = ["desta25", "kimi_audio"]


@pytest.fixture(scope="module", params=mostly_long(TARGETS, ALWAYS))
def suite(
    request: pytest.FixtureRequest,
    interpreters: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[AdapterConformance]:
    name = request.param
    found = Stubbed(name, interpreters(name), tmp_path_factory.mktemp(f"{name}-conformance"))
    with pytest.MonkeyPatch.context() as patch:
        for key, value in found.environment().items():
            patch.setenv(key, value)
        patch.delenv("PYTHONPATH", raising=False)
        with AdapterConformance(found.make, exceptions=EXCEPTIONS.get(name)) as suite:
            yield suite
        assert found.left_behind() == []


@pytest.mark.parametrize("check", AdapterConformance.CHECKS)
def test_conformance(suite: AdapterConformance, check: str) -> None:
    suite.run(check)


@pytest.mark.parametrize("stubbed", mostly_long(TARGETS, ALWAYS), indirect=True)
def test_an_evaluation_in_its_own_interpreter(stubbed: Stubbed, cli: Any, tmp_path: Path) -> None:
    model = f"python:{TARGETS[stubbed.name]}"
    command = ("evaluate", model, "-M", f"python={stubbed.python}", "-t", "quickstart_choice")
    found = cli(*command, "-L", "3", "-o", tmp_path / "run", "-q")
    assert found.code == 0, found.err
    samples = jsonl(tmp_path / "run" / "samples.jsonl")
    assert len({sample["response"] for sample in samples}) == 3
    assert all(sample["messages"] and sample["outcome"] == "answered" for sample in samples)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["model"]["fingerprint"].startswith(f"{model}:")
    assert stubbed.left_behind() == []
    stubbed.calls()
    assert cli(*command, "-L", "3", "-o", tmp_path / "run", "-q").code == 0  # nothing asked again
    assert not [call for call in stubbed.calls() if call.get("prompts") or call.get("chats")]


@pytest.mark.parametrize("stubbed", ["desta25"], indirect=True)
def test_a_clip_that_is_too_long_is_an_error(
    stubbed: Stubbed, cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clips").mkdir()
    for number, seconds in enumerate((1.0, 30.5)):
        write_tone(tmp_path / "clips" / f"{number}.wav", seconds)
    monkeypatch.setenv("TOY_AUDIO", str(tmp_path / "clips"))
    command = ("evaluate", "python:contrib.desta25:DeSTA25", "-M", f"python={stubbed.python}")
    found = cli(*command, "-t", "toy", "-L", "2", "-o", tmp_path / "run", "-q", *FLAGS)
    assert found.code == 3, found.err
    first, second = jsonl(tmp_path / "run" / "samples.jsonl")
    assert (first["outcome"], second["outcome"]) == ("answered", "error")
    assert second["error"]["kind"] == "audio_too_long"


@pytest.mark.parametrize("stubbed", ["desta25", "llaso", "kimi_audio"], indirect=True)
def test_clips_of_a_request_keep_their_order(stubbed: Stubbed) -> None:
    adapter = stubbed.open()
    low, high = (clips.ref(clips.tone(0.5, frequency)) for frequency in (200.0, 900.0))

    def heard(*parts: Any) -> list[str]:
        return re.findall(r"[\d.]+@16000x8000", text(adapter, *parts))

    assert len({*heard(low, "?"), *heard(high, "?")}) == 2
    for first, second in ((low, high), (high, low)):
        assert heard(first, " then ", second) == heard(first, "?") + heard(second, "?")


@pytest.mark.parametrize("stubbed", TARGETS, indirect=True)
def test_a_checkpoint_that_has_moved_on_is_another_model(
    stubbed: Stubbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a revision, the fingerprint has the commit that was found."""
    found = []
    for newest in ("1", "1", "2"):
        monkeypatch.setenv("STUB_NEWEST", newest)
        adapter = stubbed.make()
        found.append(adapter.open().fingerprint)
        adapter.close()
    assert found[0] == found[1] != found[2]


# --- where a module comes from -----------------------------------------------------------------


def test_a_module_that_is_none_is_named_with_those_that_are() -> None:
    with pytest.raises(
        UnknownNameError, match=r"'desta2'\n  did you mean: desta25\?\n  known: alarm"
    ):
        create("python:contrib.desta2:DeSTA25")
    for hidden in ("_common", "__init__"):
        with pytest.raises(UnknownNameError):
            create(f"python:contrib.{hidden}:Plan")
    with pytest.raises(UsageError, match="expected python:MODULE:CLASS"):
        create("python:contrib.desta25")


def test_with_a_path_contrib_is_a_package_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "contrib").mkdir()
    (tmp_path / "contrib" / "own.py").write_text(
        "class Own:\n    def generate(self, messages, audio):\n        return 'mine'\n"
    )
    arguments = {"path": str(tmp_path), "python": sys.executable}
    adapter = create("python:contrib.own:Own", arguments)
    adapter.open()
    assert text(adapter, "x") == "mine"
    adapter.close()


@pytest.mark.parametrize("stubbed", ["desta25"], indirect=True)
def test_here_and_there_and_by_its_full_name(
    stubbed: Stubbed, in_this_process: Callable[[str], None], tmp_path: Path
) -> None:
    (tmp_path / "checkpoint").mkdir()
    in_this_process("desta25")
    before = list(sys.path)
    found = []
    for package, more in (
        ("contrib", {}),
        ("contrib", {"python": str(stubbed.python)}),
        ("model_adapters.contrib", {"python": str(stubbed.python)}),
    ):
        arguments = {"checkpoint": str(tmp_path / "checkpoint"), **more}
        adapter = create(f"python:{package}.desta25:DeSTA25", arguments)
        fingerprint = adapter.open().fingerprint
        assert sys.path == before
        found.append((fingerprint, text(adapter, "a", clips.ref(clips.tone(0.2)))))
        adapter.close()
    assert found[0] == found[1] == found[2]


def test_nothing_else_of_ours_reaches_the_child(interpreters: Callable[[str], Path]) -> None:
    """Modules of ours are named like other packages, and one of these like what it imports."""
    code = """
import importlib, json, runpy, sys
worker, folder = sys.argv[1:]
runpy.run_path(worker, run_name="worker")["stand_alone"]("model_adapters.contrib", folder)
importlib.import_module("model_adapters.contrib.llaso")
found = {}
for name in ("llaso", "openai", "desta25", "_common", "contrib", "model_adapters.python.worker", "harness"):
    try:
        found[name] = importlib.import_module(name).__file__
    except ImportError:
        found[name] = None
print(json.dumps(found))
"""
    command = [interpreters("llaso") / "bin" / "python", "-I", "-c", code]
    done = subprocess.run(
        [*command, python_worker.__file__, FOLDER], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    assert "stubs" in found.pop("llaso")
    assert set(found.values()) == {None}


# --- the files ---------------------------------------------------------------------------------


def test_the_modules_are_the_ones_that_are_tested_and_listed(cli: Any) -> None:
    assert contrib_modules() == sorted(TARGETS)
    listed = {
        form.model for form in ADAPTERS["python"].forms if form.model.startswith("python:contrib.")
    }
    assert listed == {f"python:{target}" for target in TARGETS.values()}
    rows = {row["model"]: row for row in json.loads(cli("models", "list", "--json").out)}
    assert rows["python:contrib.llaso:LLaSO"]["installed"] is None
    lines = cli("models", "list").out.split("\n")
    (line,) = [line for line in lines if line.startswith("python:contrib.llaso:LLaSO")]
    assert re.split(" {2,}", line)[-2:] == ["elsewhere", "-M python=VENV with llaso"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_file_needs_nothing_of_ours(path: Path) -> None:
    """Python 3.8 reads it; it imports the standard library, numpy and its neighbours, models in functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    everywhere = {name for node in ast.walk(tree) for name in imported(node)}
    at_once = {name for node in tree.body for name in imported(node)}
    assert not everywhere & {"harness", "model_adapters", "tasks", "metrics", "leaderboards"}
    assert at_once <= {*sys.stdlib_module_names, "."}


def imported(node: ast.AST) -> set[str]:
    """Top-level names that a statement imports; ``.`` for neighbours."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {"." if node.level else (node.module or "").partition(".")[0]}
    return set()


def test_importing_needs_no_package_at_all() -> None:
    code = """
import importlib, runpy, sys
worker, folder, *names = sys.argv[1:]
runpy.run_path(worker, run_name="worker")["stand_alone"]("model_adapters.contrib", folder)
for name in names:
    importlib.import_module("model_adapters.contrib." + name)
assert "numpy" not in sys.modules
"""
    command = [sys.executable, "-I", "-S", "-c", code, python_worker.__file__, FOLDER, *TARGETS]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("name", TARGETS)
def test_the_page_says_what_a_module_was_written_against(name: str) -> None:
    """Its row: class, repository and commit as in the module, every argument of ``load``."""
    page = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| .*`python:{re.escape(TARGETS[name])}`.* at `.*$", page, re.MULTILINE)
    module = importlib.import_module(f"model_adapters.contrib.{name}")
    docstring = " ".join(str(module.__doc__).split())
    written = re.search(r"against (\S+), commit ([0-9a-f]{40})", docstring)
    assert written is not None
    assert f"`{written[1]}`" in row and f"`{written[2][:7]}`" in row
    named = set(re.findall(r"`(\w+)`", row.split("|")[4]))
    assert named == set(inspect.signature(cls(name).load).parameters) - {"self"}
