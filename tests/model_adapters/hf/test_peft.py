"""Hazards: an adapter that changes nothing because its weights did not fit, and nobody notices."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError, MissingDependencyError, UsageError
from model_adapters.hf.adapter import HFAdapter
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [
    needs("peft", extra="peft"),
    pytest.mark.xdist_group("hf"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]


@pytest.fixture(scope="module")
def lora(tiny_qwen2_audio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA whose weights are random, not zero."""
    import peft
    import torch
    from transformers import Qwen2AudioForConditionalGeneration

    base = Qwen2AudioForConditionalGeneration.from_pretrained(tiny_qwen2_audio)
    torch.manual_seed(0)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of peft's own
        wrapped = peft.get_peft_model(base, config)
    folder = tmp_path_factory.mktemp("lora") / "adapter"
    wrapped.save_pretrained(folder)
    saved = json.loads((folder / "adapter_config.json").read_text())
    assert saved["base_model_name_or_path"] == str(tiny_qwen2_audio)
    return folder


def said(model: Path | str, **arguments: Any) -> tuple[str | None, str]:
    adapter = HFAdapter(str(model), dtype="float32", device="cpu", **arguments)
    info = adapter.open()
    try:
        return adapter.generate_batch([request(voice(1))])[0].text, info.fingerprint
    finally:
        adapter.close()


def test_an_adapter_changes_answers_and_the_fingerprint(tiny_qwen2_audio: Path, lora: Path) -> None:
    plain, on = said(tiny_qwen2_audio), said(tiny_qwen2_audio, peft=str(lora))
    assert plain[0] != on[0]
    assert plain[1] != on[1]
    assert said(tiny_qwen2_audio, peft=str(lora)) == on


def test_the_answer_is_that_of_the_merged_model(
    tiny_qwen2_audio: Path, lora: Path, tmp_path: Path
) -> None:
    import shutil

    import peft
    from transformers import Qwen2AudioForConditionalGeneration

    base = Qwen2AudioForConditionalGeneration.from_pretrained(tiny_qwen2_audio)
    merged = peft.PeftModel.from_pretrained(base, lora).merge_and_unload()
    folder = tmp_path / "merged"
    shutil.copytree(tiny_qwen2_audio, folder)
    merged.save_pretrained(folder)
    assert said(folder)[0] == said(tiny_qwen2_audio, peft=str(lora))[0]


def test_a_folder_of_an_adapter_is_the_base_model_with_it(
    tiny_qwen2_audio: Path, lora: Path
) -> None:
    assert said(lora) == said(tiny_qwen2_audio, peft=str(lora))


def test_weights_without_a_place_are_an_error(
    tiny_qwen2_audio: Path, lora: Path, tmp_path: Path
) -> None:
    import shutil

    from safetensors.torch import load_file, save_file

    folder = tmp_path / "renamed"
    shutil.copytree(lora, folder)
    file = folder / "adapter_model.safetensors"
    tensors = {name.replace("q_proj", "x_proj"): value for name, value in load_file(file).items()}
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(AdapterError, match=r"weights of the adapter are missing"):
        said(tiny_qwen2_audio, peft=str(folder))


def test_an_adapter_of_another_size_is_an_error(
    lora: Path, tiny_qwen2_audio: Path, tmp_path: Path
) -> None:
    import shutil

    from safetensors.torch import load_file, save_file

    folder = tmp_path / "wide"
    shutil.copytree(lora, folder)
    file = folder / "adapter_model.safetensors"
    tensors = {n: v.repeat(1, 2) if "lora_A" in n else v for n, v in load_file(file).items()}
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(AdapterError, match="adapter"):
        said(tiny_qwen2_audio, peft=str(folder))


def test_what_is_no_adapter(tiny_qwen2_audio: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no adapter_config\.json"):
        said(tiny_qwen2_audio, peft=str(tmp_path))
    with pytest.raises(UsageError, match="no such folder"):
        said(tiny_qwen2_audio, peft=str(tmp_path / "absent"))
    with pytest.raises(UsageError, match="has no revisions"):
        said(tiny_qwen2_audio, peft=str(tmp_path), peft_revision="main")


def test_an_adapter_without_its_base(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(AdapterError, match="does not say which model") as caught:
        said(tmp_path)
    assert "-M peft=" in str(caught.value.hint)
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "/no/such"}')
    with pytest.raises(UsageError, match="no such checkpoint folder: /no/such"):
        said(tmp_path)


def test_without_peft_the_extra_is_named(
    tiny_qwen2_audio: Path, lora: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(MissingDependencyError, match="needs peft") as caught:
        said(tiny_qwen2_audio, peft=str(lora))
    assert "lalm-harness[peft]" in str(caught.value.hint)


def test_a_family_with_weights_of_its_own_for_speech(
    tiny_qwen2_audio: Path, lora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phi-4 keeps them in a sub-folder that ``from_pretrained`` does not read."""
    import shutil

    from model_adapters.hf import families as hf_families
    from model_adapters.hf.families import Family

    folder = tmp_path / "checkpoint"
    shutil.copytree(tiny_qwen2_audio, folder)
    shutil.copytree(lora, folder / "speech-lora")
    plain, adapted = said(folder)[0], said(tiny_qwen2_audio, peft=str(lora))[0]
    family = Family("like Phi-4", ("qwen2_audio",), speech_lora="speech-lora")
    monkeypatch.setattr(hf_families, "FAMILIES", (family,))
    assert said(folder)[0] == adapted != plain
    shutil.rmtree(folder / "speech-lora")
    with pytest.raises(AdapterError, match="the adapter cannot be loaded"):
        said(folder)
