"""Hazard: a stub that has what vLLM lacks, so that tests pass and the adapter does not work.

Compared with the source of an installed vLLM, or of the folder that ``HARNESS_VLLM_SOURCE`` names (the ``vllm`` folder
of a wheel); nothing of it is imported.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import re
import textwrap
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.model_adapters.stubs import vllm_stub as stub


@pytest.fixture(scope="module")
def upstream() -> Path:
    if named := os.environ.get("HARNESS_VLLM_SOURCE"):
        source = Path(named)
    else:
        spec = find_spec("vllm")
        if spec is None or not spec.submodule_search_locations:
            pytest.skip("vLLM is not installed, and HARNESS_VLLM_SOURCE names no copy of it")
        source = Path(spec.submodule_search_locations[0])
    text = (source / "_version.py").read_text(encoding="utf-8")
    version = re.search(r"^__version__ = version = '([^']+)'", text, re.MULTILINE)
    if version is None or not version[1].startswith("0.33."):
        pytest.skip(f"the stub is that of 0.33, this is {version[1] if version else 'unknown'}")
    return source


def class_of(source: Path, file: str, name: str) -> ast.ClassDef:
    tree = ast.parse((source / file).read_text(encoding="utf-8"))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)


def method(node: ast.ClassDef, name: str) -> ast.FunctionDef:
    return next(
        one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == name
    )  # the last overload is the implementation; these have none


def named(function: ast.FunctionDef) -> list[str]:
    """Parameters in order, ``*`` before those that go by name only."""
    arguments = function.args
    star = ["*"] if arguments.kwonlyargs else []
    rest = [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    positional = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    return [*positional, *star, *(one.arg for one in arguments.kwonlyargs), *rest]


def ours(function: Callable[..., object]) -> list[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return named(next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)))


def fields(node: ast.ClassDef) -> list[str]:
    return [
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    ]


@pytest.mark.parametrize("name", ["__init__", "chat", "get_default_sampling_params"])
def test_methods_of_llm(upstream: Path, name: str) -> None:
    node = class_of(upstream, "entrypoints/llm.py", "LLM")
    assert ours(getattr(stub.LLM, name)) == named(method(node, name))


def test_request_output(upstream: Path) -> None:
    node = class_of(upstream, "outputs.py", "RequestOutput")
    assert ours(stub.RequestOutput.__init__) == named(method(node, "__init__"))


@pytest.mark.parametrize(
    ("file", "name", "whole"),
    [
        ("outputs.py", "CompletionOutput", True),
        ("engine/arg_utils.py", "EngineArgs", False),
        ("sampling_params.py", "SamplingParams", False),
    ],
)
def test_fields(upstream: Path, file: str, name: str, whole: bool) -> None:
    found = fields(class_of(upstream, file, name))
    declared = [field.name for field in dataclasses.fields(getattr(stub, name))]
    assert set(declared) <= set(found)
    assert declared == found if whole else declared


def test_lora_request(upstream: Path) -> None:
    found = fields(class_of(upstream, "lora/request.py", "LoRARequest"))
    assert ours(stub.LoRARequest.__init__) == ["self", *found]


@pytest.mark.parametrize(
    ("file", "name", "base"),
    [
        ("exceptions.py", "VLLMClientError", "VLLMError"),
        ("exceptions.py", "VLLMServerError", "VLLMError"),
        ("exceptions.py", "VLLMValidationError", "VLLMClientError"),
        ("v1/engine/exceptions.py", "EngineDeadError", "VLLMServerError"),
    ],
)
def test_exceptions(upstream: Path, file: str, name: str, base: str) -> None:
    node = class_of(upstream, file, name)
    assert [one.id for one in node.bases if isinstance(one, ast.Name)] == [base]
    assert getattr(stub, name).__bases__ == (getattr(stub, base),)
    declared = next((one for one in node.body if isinstance(one, ast.FunctionDef)), None)
    if declared is not None and "__init__" in vars(getattr(stub, name)):
        assert ours(getattr(stub, name).__init__) == named(declared)


def test_engine(upstream: Path) -> None:
    node = class_of(upstream, "v1/engine/llm_engine.py", "LLMEngine")
    wanted = named(method(node, "has_unfinished_requests"))
    assert ours(stub.LLMEngine.has_unfinished_requests) == wanted
    core = class_of(upstream, "v1/engine/core_client.py", "EngineCoreClient")
    assert ours(stub.EngineCore.shutdown) == named(method(core, "shutdown"))
    text = (upstream / "v1/engine/llm_engine.py").read_text(encoding="utf-8")
    assert "self.engine_core = " in text and "self.model_config = " in text


def test_what_the_adapter_reads_in_the_environment(upstream: Path) -> None:
    from model_adapters.vllm.engine import QUIET

    text = (upstream / "envs.py").read_text(encoding="utf-8")
    for name in (
        *QUIET,
        "VLLM_MAX_AUDIO_CLIP_FILESIZE_MB",
        "VLLM_MAX_AUDIO_DECODE_DURATION_S",
    ):
        assert f'"{name}"' in text


def test_lora_ranks(upstream: Path) -> None:
    from model_adapters.vllm.engine import LORA_RANKS

    text = (upstream / "config/lora.py").read_text(encoding="utf-8")
    assert f"MaxLoRARanks = Literal[{', '.join(map(str, LORA_RANKS))}]" in text


def test_every_engine_argument_that_is_not_hashed_exists(upstream: Path) -> None:
    from model_adapters.vllm.engine import PLACEMENT

    found = fields(class_of(upstream, "engine/arg_utils.py", "EngineArgs"))
    assert set(found) >= PLACEMENT
