"""Hazards of loading a checkpoint: a damaged or wrong folder that loads, or ends in a traceback."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.errors import (
    AdapterError,
    MissingDependencyError,
    UsageError,
)
from model_adapters.hf.adapter import HFAdapter
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [needs("transformers", extra="hf"), pytest.mark.xdist_group("hf")]


# --- checkpoints that cannot work ------------------------------------------------------------


def opening(folder: Path | str, **arguments: object) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        HFAdapter(str(folder), **arguments).open()
    return caught.value


def test_text_only_checkpoint(tiny_text_only: Path) -> None:
    assert "(llama) has no audio encoder" in str(opening(tiny_text_only))


def test_folder_without_processor(checkpoint_copy: Path) -> None:
    (checkpoint_copy / "processor_config.json").unlink()
    error = opening(checkpoint_copy)
    assert "no processor" in error.message
    assert "save_pretrained" in str(error.hint)


def test_folder_without_tokenizer(checkpoint_copy: Path) -> None:
    for path in checkpoint_copy.glob("tokenizer*"):
        path.unlink()
    assert "processor" in opening(checkpoint_copy).message


def test_folder_without_chat_template(checkpoint_copy: Path) -> None:
    (checkpoint_copy / "chat_template.jinja").write_text("{{ raise_exception('no chat here') }}")
    error = opening(checkpoint_copy)
    assert "cannot build a prompt with audio" in error.message


def test_truncated_weights(checkpoint_copy: Path) -> None:
    weights = checkpoint_copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])
    error = opening(checkpoint_copy)
    assert "weights cannot be loaded" in error.message
    assert "truncated" in str(error.hint)


def test_no_weights(checkpoint_copy: Path) -> None:
    (checkpoint_copy / "model.safetensors").unlink()
    assert "no weights" in opening(checkpoint_copy).message


def test_missing_shard_is_named(checkpoint_copy: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (checkpoint_copy / "model.safetensors.index.json").write_text(json.dumps(index))
    assert (
        "1 of 2 weight files are missing: model-2.safetensors" in opening(checkpoint_copy).message
    )


def test_weights_that_would_be_random_are_refused(checkpoint_copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = checkpoint_copy / "model.safetensors"
    tensors = load_file(weights)
    name = next(name for name in tensors if "projector" in name and name.endswith("weight"))
    del tensors[name]
    save_file(tensors, weights, metadata={"format": "pt"})
    error = opening(checkpoint_copy)
    assert "1 weights are missing" in error.message
    assert "projector" in error.message


def test_config_of_an_unknown_model(checkpoint_copy: Path) -> None:
    path = checkpoint_copy / "config.json"
    config = json.loads(path.read_text())
    config["model_type"] = "qwen9_audio"
    config["auto_map"] = {"AutoConfig": "evil.EvilConfig"}
    path.write_text(json.dumps(config))
    (checkpoint_copy / "evil.py").write_text("raise SystemExit('code of a checkpoint was run')")
    error = opening(checkpoint_copy)
    assert "config cannot be loaded" in error.message
    assert "only with -M trust_remote_code=true" in str(error.hint)


def test_damaged_config_names_the_file(checkpoint_copy: Path) -> None:
    (checkpoint_copy / "config.json").write_text("{")
    assert str(opening(checkpoint_copy).where).endswith("config.json")


def test_folder_that_is_no_checkpoint(tmp_path: Path) -> None:
    assert "no config.json" in opening(tmp_path).message
    (tmp_path / "config.json").write_text('{"name": "something else"}')
    assert "not a transformers checkpoint" in opening(tmp_path).message


def test_training_folder_names_its_checkpoints(tmp_path: Path) -> None:
    for step in (500, 1000):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "config.json").write_text("{}")
    assert "checkpoint-500, checkpoint-1000" in str(opening(tmp_path).hint)


def test_missing_folder_and_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such checkpoint folder"):
        HFAdapter(str(tmp_path / "absent")).open()
    (tmp_path / "file.bin").write_bytes(b"")
    with pytest.raises(UsageError, match="is a file"):
        HFAdapter(str(tmp_path / "file.bin")).open()


def test_impossible_device(tiny_qwen2_audio: Path) -> None:
    assert "cannot use device" in opening(tiny_qwen2_audio, device="nonsense").message


def test_missing_package_names_the_extra(
    tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingDependencyError, match=r"lalm-harness\[hf\]"):
        HFAdapter(str(tiny_qwen2_audio)).open()


def test_old_transformers_is_refused(
    tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    monkeypatch.setattr(transformers, "__version__", "5.3.1")
    with pytest.raises(MissingDependencyError, match=r"5\.3\.1 is too old"):
        HFAdapter(str(tiny_qwen2_audio)).open()
    monkeypatch.setattr(transformers, "__version__", "5.10.0.dev0")
    assert HFAdapter(str(tiny_qwen2_audio)).open().style == "batch"


def test_a_hub_that_is_not_reached_is_said_and_not_taken_for_a_wrong_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    error = opening("nobody/not-in-the-cache")
    assert "the hub is not reached" in str(error.hint)
    assert "id is wrong" not in str(error.hint)


def test_class_named_in_the_config_is_used_where_the_mapping_is_silent(
    checkpoint_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    class Silent:
        _model_mapping: tuple[type, ...] = ()

    monkeypatch.setattr(transformers, "AutoModelForMultimodalLM", Silent)
    info = HFAdapter(str(checkpoint_copy)).open()
    assert info.description["class"] == "Qwen2AudioForConditionalGeneration"
    path = checkpoint_copy / "config.json"
    config = json.loads(path.read_text())
    config["architectures"] = ["NoSuchModel"]
    path.write_text(json.dumps(config))
    assert "no generating class" in opening(checkpoint_copy).message


def test_processor_that_needs_a_package_says_so(
    checkpoint_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    def lacking(*args: Any, **kwargs: Any) -> Any:
        raise ImportError("this processor requires the PIL library")

    monkeypatch.setattr(transformers.AutoProcessor, "from_pretrained", lacking)
    with pytest.raises(MissingDependencyError, match="requires the PIL library"):
        HFAdapter(str(checkpoint_copy)).open()


def test_nothing_uses_the_network(tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    adapter = HFAdapter(str(tiny_qwen2_audio))
    adapter.open()
    (response,) = adapter.generate_batch([request(voice(1))])
    assert response.error is None
