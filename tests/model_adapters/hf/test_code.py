"""Hazards: code of a checkpoint that runs unasked, or code that may be another tomorrow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError, UsageError
from model_adapters.checkpoints.source import find_source, trust
from model_adapters.hf.adapter import HFAdapter
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [needs("transformers", extra="hf"), pytest.mark.xdist_group("hf")]

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CODE = """
from transformers import Qwen2AudioConfig, Qwen2AudioForConditionalGeneration


class OddConfig(Qwen2AudioConfig):
    model_type = "odd_audio"


class OddModel(Qwen2AudioForConditionalGeneration):
    config_class = OddConfig
"""


@pytest.fixture(autouse=True)
def own_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code is copied into a cache of the test's own."""
    from transformers import dynamic_module_utils

    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))


@pytest.fixture
def with_code(checkpoint_copy: Path) -> Path:
    """A checkpoint of a class of its own, with the weights of the tiny Qwen2-Audio."""
    from safetensors.torch import save_file
    from transformers import Qwen2AudioForConditionalGeneration

    model = Qwen2AudioForConditionalGeneration.from_pretrained(checkpoint_copy)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    save_file(weights, checkpoint_copy / "model.safetensors", metadata={"format": "pt"})
    (checkpoint_copy / "odd.py").write_text(CODE)
    path = checkpoint_copy / "config.json"
    config = json.loads(path.read_text())
    config["model_type"] = "odd_audio"
    config["architectures"] = ["OddModel"]
    config["auto_map"] = {"AutoConfig": "odd.OddConfig", "AutoModelForCausalLM": "odd.OddModel"}
    path.write_text(json.dumps(config))
    return checkpoint_copy


def test_code_of_a_folder_runs_only_if_asked(with_code: Path, tiny_qwen2_audio: Path) -> None:
    with pytest.raises(AdapterError, match="config cannot be loaded") as caught:
        HFAdapter(str(with_code), dtype="float32").open()
    assert "trust_remote_code=true" in str(caught.value.hint)
    adapter = HFAdapter(str(with_code), dtype="float32", trust_remote_code=True)
    info = adapter.open()
    assert info.description["class"] == "OddModel"
    plain = HFAdapter(str(tiny_qwen2_audio), dtype="float32")
    plain.open()
    asked = [request(voice(1)), request(voice(2))]
    assert [r.text for r in adapter.generate_batch(asked)] == [
        r.text for r in plain.generate_batch(asked)
    ]


def test_code_is_part_of_the_fingerprint(with_code: Path) -> None:
    def fingerprint() -> str:
        return HFAdapter(str(with_code), trust_remote_code=True).open().fingerprint

    before = fingerprint()
    (with_code / "odd.py").write_text(CODE + "# changed\n")
    assert fingerprint() != before


@pytest.mark.parametrize("revision", [None, "main", "v1.0", "0123456"])
def test_code_of_the_hub_needs_a_commit(revision: str | None) -> None:
    with pytest.raises(UsageError, match="only at a commit") as caught:
        HFAdapter("some/model", trust_remote_code=True, revision=revision).open()
    assert "revision=COMMIT" in str(caught.value.hint)
    assert caught.value.exit_code == 2


def test_a_commit_pins_the_code_too() -> None:
    source = trust(find_source("some/model", COMMIT), None)
    assert source.keywords == {
        "trust_remote_code": True,
        "local_files_only": False,
        "revision": COMMIT,
        "code_revision": COMMIT,
    }
    assert find_source("some/model").keywords["trust_remote_code"] is False


def test_code_of_another_repository_is_pinned_by_itself(with_code: Path) -> None:
    path = with_code / "config.json"
    config = json.loads(path.read_text())
    config["auto_map"] = {"AutoConfig": "other/code--odd.OddConfig"}
    path.write_text(json.dumps(config))
    with pytest.raises(UsageError, match="another repository, other/code") as caught:
        HFAdapter(str(with_code), trust_remote_code=True).open()
    assert "code_revision=COMMIT" in str(caught.value.hint)
    with pytest.raises(UsageError, match="40 hexadecimal"):
        HFAdapter(str(with_code), trust_remote_code=True, code_revision="main").open()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dytpe": "float32"}, "did you mean: dtype"),
        ({"num_beam": 2}, "did you mean: num_beams"),
        ({"max_memory": "{0"}, "not JSON"),
        ({"max_audio_seconds": 0}, "more than 0"),
        ({"trust_remote_code": "yes"}, "true or false"),
    ],
)
def test_wrong_arguments_are_found_before_anything_is_loaded(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        HFAdapter("some/model", **arguments)


def test_any_argument_of_from_pretrained_and_generate(tiny_qwen2_audio: Path) -> None:
    asked = [request(voice(1)), request(voice(2))]

    def said(**arguments: Any) -> list[str | None]:
        adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32", **arguments)
        adapter.open()
        return [r.text for r in adapter.generate_batch(asked)]

    plain = said()
    assert said(attn_implementation="eager", use_safetensors=True) == plain
    assert said(device_map='{"": "cpu"}') == plain
    with pytest.raises(UsageError, match="no_such_argument"):
        said(**{"model.no_such_argument": 1})


@pytest.mark.parametrize("name", ["repetition_penalty", "generate.newest", "max_new_tokens"])
def test_decoding_beside_the_request_is_refused(tiny_qwen2_audio: Path, name: str) -> None:
    """Else the signature of a run would name other decoding than its model did."""
    with pytest.raises(UsageError, match=f"{name} is a generation argument"):
        HFAdapter(str(tiny_qwen2_audio), **{name: 3})


def test_what_changes_answers_changes_the_fingerprint(tiny_qwen2_audio: Path) -> None:
    def fingerprint(**arguments: Any) -> str:
        return HFAdapter(str(tiny_qwen2_audio), **arguments).open().fingerprint

    plain = fingerprint()
    assert fingerprint(use_safetensors=True, device="cpu") == plain
    different = [
        fingerprint(attn_implementation="eager"),
        fingerprint(thinking_budget=5),
        fingerprint(**{"template.x": 1}),
        fingerprint(dtype="bfloat16"),
        plain,
    ]
    assert len(set(different)) == len(different)


def test_generation_arguments_of_the_model_are_the_run_s(
    cli: Any, tiny_qwen2_audio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``-M num_beams=2`` is ``--gen-kwargs num_beams=2``, with or without its prefix: the signature names it."""
    from tests.support.runs.toy import FLAGS, results, write_tone

    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "2")
    model = ("evaluate", f"hf:{tiny_qwen2_audio}", "-t", "toy", *FLAGS, "--quiet", "-o")
    assert cli(*model, tmp_path / "a", "-M", "num_beams=2").code == 0
    assert cli(*model, tmp_path / "b", "--gen-kwargs", "num_beams=2").code == 0
    assert cli(*model, tmp_path / "c").code == 0
    assert cli(*model, tmp_path / "d", "-M", "generate.num_beams=2").code == 0
    one, two, plain, prefixed = (
        results(tmp_path / name)["tasks"]["toy"]["signature"] for name in "abcd"
    )
    assert one == two == prefixed != plain
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert manifest["tasks"]["toy"]["generation"]["num_beams"] == 2
    assert "num_beams" not in manifest["model"]["args"]
