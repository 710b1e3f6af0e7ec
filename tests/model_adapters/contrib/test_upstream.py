"""The stubs are what upstream publishes: every signature is that of the line it names, and nothing is added.

``HARNESS_UPSTREAM`` names a folder with checkouts ``DeSTA2.5-Audio``, ``LLaSO``, ``ALARM`` and ``Kimi-Audio`` at the
commits that the stubs name.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from model_adapters.contrib.llaso import pieces, tagged
from tests.support.models.stubbed import STUBS
from tests.support.models.upstream import (
    REPOSITORIES,
    Definition,
    checkout,
    definitions,
    upstream_function,
)

REFERENCE = re.compile(r"(\S+\.py):(\d+)")


def stub_definitions() -> list[tuple[str, str, Definition]]:
    """Model, qualified name and node of everything that the models' stubs define for others."""
    found = []
    for model in REPOSITORIES:
        for path in sorted((STUBS / model).rglob("*.py")):
            for name, node in definitions(ast.parse(path.read_text(encoding="utf-8"))):
                parts = name.split(".")
                hidden = any(part.startswith("_") and part != "__init__" for part in parts)
                if not hidden or REFERENCE.fullmatch(ast.get_docstring(node) or ""):
                    found.append((model, name, node))
    return found


DEFINITIONS = stub_definitions()
REFERRING = [
    (model, name, node, match)
    for model, name, node in DEFINITIONS
    if (match := REFERENCE.fullmatch(ast.get_docstring(node) or ""))
]


def signature(node: ast.FunctionDef) -> list[str]:
    """Kinds, names and defaults of parameters, without annotations."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [
        *zip(positional, [*defaults, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    stars = [f"*{arguments.vararg.arg}"] if arguments.vararg else []
    stars += [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    return [f"{arg.arg}={ast.unparse(d) if d else '?'}" for arg, d in pairs] + stars


def test_everything_names_its_source() -> None:
    """A stub has nothing of its own: what is no helper is upstream's, or a package's that upstream uses."""
    assert len(REFERRING) >= 20 and {model for model, *_ in REFERRING} == REPOSITORIES.keys()
    for model, name, node in DEFINITIONS:
        docstring = ast.get_docstring(node) or ""
        assert REFERENCE.fullmatch(docstring) or docstring.startswith("Third party: "), (
            model,
            name,
        )


@pytest.mark.parametrize(
    ("model", "name", "node", "match"),
    REFERRING,
    ids=[f"{model}-{name}" for model, name, *_ in REFERRING],
)
def test_a_signature_is_upstreams(
    model: str, name: str, node: Definition, match: re.Match[str]
) -> None:
    source = (checkout(model) / match[1]).read_text(encoding="utf-8")
    there = {found.lineno: (where, found) for where, found in definitions(ast.parse(source))}
    assert int(match[2]) in there, f"nothing is defined in {match[0]}"
    where, found = there[int(match[2])]
    assert where.rpartition(".")[2] == name.rpartition(".")[2]
    assert type(found) is type(node)
    if isinstance(node, ast.FunctionDef) and isinstance(found, ast.FunctionDef):
        assert signature(node) == signature(found)
    else:
        fields = [
            [item.target.id for item in one.body if isinstance(item, ast.AnnAssign)]  # type: ignore[union-attr]
            for one in (node, found)
        ]
        assert fields[0] == [field for field in fields[1] if field in fields[0]]


def test_marks_of_llaso_are_those_of_its_evaluation() -> None:
    marks = upstream_function(
        checkout("llaso") / "llaso" / "evaluation" / "model_eval.py",
        "move_audio_to_user_prompt_start_mmtag_InstructionOrInputAudio",
        DEFAULT_AUDIO_START_TOKEN="<audio_start>",
        DEFAULT_AUDIO_END_TOKEN="<audio_end>",
    )
    head = "<|start_header_id|>{}<|end_header_id|>\n\n"
    for user in (
        "<audio>",
        "<audio> what?",
        "what?\n<audio>",
        "a<audio>b<audio>",
        " \n<audio>",
        "no",
    ):
        prompt = head.format("system") + "Talk.<|eot_id|>" + head.format("user") + user
        prompt += "<|eot_id|>" + head.format("assistant")
        assert tagged(prompt) == marks(prompt, True)


def test_the_conversation_of_llaso() -> None:
    """The real one, filled as the module fills it: the prompt that the evaluation cuts out."""
    root = checkout("llaso")
    conversation = load(root / "llaso" / "conversation.py", "upstream_conversation")
    real = conversation.conv_templates["llama32_audio_v1_mmtag"].copy()
    stub = load(STUBS / "llaso" / "llaso" / "conversation.py", "stub_conversation")
    other = stub.conv_templates["llama32_audio_v1_mmtag"].copy()
    other.system = real.system
    assert tuple(real.roles) == other.roles
    for one in (real, other):
        one.append_message(one.roles[0], " <audio> what? ")
        one.append_message(one.roles[1], None)
    assert real.get_prompt() == other.get_prompt()
    answered = conversation.conv_templates["llama32_audio_v1_mmtag"].copy()
    answered.append_message("user", " <audio> what? ")
    answered.append_message("assistant", "A dog.")
    assert answered.get_prompt() == real.get_prompt() + "A dog.<|eot_id|>"
    assert conversation.default_conversation.version == "llama32_audio_v1_mmtag"


def test_numbers_of_llaso() -> None:
    source = (checkout("llaso") / "llaso" / "evaluation" / "model_eval.py").read_text()
    assert "max_chunks = 20" in source
    assert "chunk = tmp_sample[:480001]" in source and "tmp_sample = tmp_sample[480001:]" in source
    assert [len(piece) for piece in pieces(range(480_000))] == [480_000]


def test_numbers_of_kimi_audio() -> None:
    source = (checkout("kimi_audio") / "kimia_infer" / "api" / "kimia.py").read_text()
    assert "max_new_tokens = 7500 - audio_input_ids.shape[1]" in source
    assert source.count("(4096,)") == 2
    assert "generated_text = self.detokenize_text(generated_text_tokens)" in source


def test_what_alarm_asks_of_the_language_model() -> None:
    """The recorder has ``generate`` only; upstream may call nothing else."""
    tree = ast.parse((checkout("alarm") / "generate_vllm.py").read_text())
    (response,) = [node for name, node in definitions(tree) if name == "get_response"]
    used = {
        node.attr
        for node in ast.walk(response)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "llm"
    }
    assert used == {"generate"}
    config = (checkout("alarm") / "src/configs/model/default_inference.yaml").read_text()
    stub = (STUBS / "alarm" / "src/configs/model/default_inference.yaml").read_text()
    for line in stub.split("\n")[1:]:
        assert line in config.split("\n")


def load(path: Path, name: str) -> ModuleType:
    """A module by its file, with an empty pillow: it is imported, and used for images only."""
    pillow = ModuleType("PIL")
    pillow.Image = None  # type: ignore[attr-defined]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, name, module)
        patch.setitem(sys.modules, "PIL", pillow)
        spec.loader.exec_module(module)
    return module


def test_the_hub_function_has_the_parameters() -> None:
    from huggingface_hub import snapshot_download

    real = inspect.signature(snapshot_download).parameters
    tree = ast.parse((STUBS / "shared" / "huggingface_hub.py").read_text())
    (node,) = [node for name, node in definitions(tree) if name == "snapshot_download"]
    assert isinstance(node, ast.FunctionDef)
    for arg in (*node.args.args, *node.args.kwonlyargs):
        assert arg.arg in real, arg.arg


def test_the_functions_of_torch_exist() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra hf")
    tree = ast.parse((STUBS / "shared" / "torch.py").read_text())
    for name, _ in definitions(tree):
        found: Any = torch
        for part in name.split("."):
            assert hasattr(found, part), name
            found = getattr(found, part)
