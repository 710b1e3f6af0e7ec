"""From MODEL to an adapter: what a string means, plug-ins, and start-up cost."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError, UnknownNameError, UsageError
from harness.types import INTERFACE_VERSION
from model_adapters import registry
from model_adapters.built_in import ADAPTERS
from model_adapters.mock.adapter import MockAdapter
from model_adapters.registry import Resolved, create, resolve

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {row.name: row.target for row in ADAPTERS.values()}


def test_table_equals_the_entry_points_of_the_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert declared["project"]["entry-points"][registry.GROUP] == TARGETS


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("mock:echo", Resolved("mock", "echo")),
        ("mock:fixed:a: b", Resolved("mock", "fixed:a: b")),
        ("replay:out/replies.jsonl", Resolved("replay", "out/replies.jsonl")),
        ("cascade:faster-whisper:/m", Resolved("cascade", "faster-whisper:/m")),
        ("Qwen/Qwen2-Audio-7B-Instruct", Resolved("hf", "Qwen/Qwen2-Audio-7B-Instruct")),
        ("hf:some/where", Resolved("hf", "some/where")),
    ],
)
def test_resolve(model: str, expected: Resolved) -> None:
    assert resolve(model) == expected
    assert str(expected).endswith(expected.target)


def test_existing_folder_is_a_checkpoint_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("plain", "mock:echo", "with space", "a/b/c"):
        (tmp_path / name).mkdir(parents=True)
        assert resolve(name) == Resolved("hf", name)
    assert resolve(str(tmp_path)) == Resolved("hf", str(tmp_path))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("", "the model is empty"),
        ("mok:echo", "did you mean: mock"),
        ("repaly:x.jsonl", "did you mean: replay"),
        ("mock:", "nothing after the colon"),
        ("mock", "needs a target"),
        ("/no/such/folder", "no such checkpoint folder: /no/such/folder"),
        ("./no/such/folder", "no such checkpoint folder"),
        ("~/no-such-folder", "no such checkpoint folder"),
        (r"C:\models\qwen", "no such checkpoint folder"),
        ("a/b/c/d", "unknown model"),
        ("https://huggingface.co/Qwen/Qwen2-Audio-7B", "is a URL"),
        ("some-model", "there is no folder of that name"),
    ],
)
def test_what_cannot_be_a_model(model: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(model)
    assert message in str(caught.value)


def test_a_file_is_not_a_checkpoint_and_the_cure_is_replay(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text("{}")
    with pytest.raises(UsageError) as caught:
        resolve(str(path))
    assert f"replay:{path}" in str(caught.value)


class _Distribution:
    name = "broken-plug-in"


class _Broken:
    name = "broken"
    value = "broken_plug_in:Adapter"
    dist = _Distribution()

    def load(self) -> Any:
        raise RuntimeError("boom")


class _Working(_Broken):
    name = "third"

    def load(self) -> Any:
        return lambda target, **arguments: (target, arguments)


class _Usurper(_Broken):
    name = "mock"


def test_plug_ins_are_found_and_a_broken_one_hurts_only_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [_Broken(), _Working(), _Usurper()]

    def entry_points(*, group: str, name: str | None = None) -> list[_Broken]:
        assert group == registry.GROUP
        return [point for point in points if name in (None, point.name)]

    monkeypatch.setattr(registry, "entry_points", entry_points)
    assert create("third:x", {"k": 1}) == ("x", {"k": 1})
    assert create("mock:echo").open().style == "async"
    with pytest.raises(AdapterError, match="boom") as caught:
        create("broken:x")
    assert "uninstall broken-plug-in" in str(caught.value)
    with pytest.raises(UnknownNameError, match="did you mean: third"):
        create("thrid:x")


def test_every_built_in_adapter_is_constructed_without_loading_anything() -> None:
    for model in (
        "baseline:random",
        "mock:echo",
        "replay:absent",
        "hf:absent",
        "cascade:pocketsphinx",
        "openai:any-model",
    ):
        assert hasattr(create(model), "generate_batch")


def test_light_adapters_import_nothing_heavy() -> None:
    code = (
        "import sys; from model_adapters.registry import create\n"
        "for m in ('baseline:first', 'mock:hash', 'replay:x', 'hf:x', 'cascade:pocketsphinx', 'openai:x'): create(m)\n"
        "create('baseline:first').open(); create('mock:hash').open()\n"
        "heavy = {'numpy', 'torch', 'transformers', 'yaml', 'pandas', 'pocketsphinx', 'faster_whisper',"
        " 'rapidfuzz', 'soundfile', 'datasets', 'lm_eval', 'openai', 'aiohttp'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("declared", "taken"), [(None, True), (INTERFACE_VERSION, True), (1, False)]
)
def test_an_adapter_of_another_interface_is_refused_before_its_first_item(
    declared: int | None, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 1 reads ``request.generation`` as a mapping."""
    if declared is not None:
        monkeypatch.setattr(MockAdapter, "interface_version", declared, raising=False)
    if taken:
        assert create("mock:echo")
        return
    with pytest.raises(
        AdapterError, match="version 1 of the adapter interface, this harness has 2"
    ):
        create("mock:echo")


def test_installed_entry_points_load() -> None:
    points = importlib.metadata.entry_points(group=registry.GROUP)
    ours = {point.name: point for point in points if point.name in ADAPTERS}
    if not ours:
        pytest.skip("the package is not installed")
    assert {name: point.value for name, point in ours.items()} == TARGETS
    for point in ours.values():
        assert callable(point.load())
