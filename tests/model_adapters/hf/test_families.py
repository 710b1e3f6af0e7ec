"""Hazards: a family whose processor or batches are unlike the others', and a table that names what is not there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.types import AdapterInfo
from model_adapters.hf import families as hf_families
from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.families import FAMILIES, Family, family_of
from model_adapters.hf.inputs import batch_key, conversation, neighbours_matter
from tests.support.budget import mostly_long
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [needs("transformers", extra="hf"), pytest.mark.xdist_group("hf")]

WINDOWS = {"tiny_qwen2_audio": 30.0, "tiny_audio_flamingo": 600.0, "tiny_glm_asr": 655.0}
CLASSES = {
    "tiny_qwen2_audio": "Qwen2AudioForConditionalGeneration",
    "tiny_audio_flamingo": "AudioFlamingo3ForConditionalGeneration",
    "tiny_glm_asr": "GlmAsrForConditionalGeneration",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_long(WINDOWS, ["tiny_qwen2_audio"]))
def test_three_families_answer_alike_in_batches_and_alone(
    name: str, request: pytest.FixtureRequest
) -> None:
    """Clips of different lengths, prompts without a clip and a system prompt, in one call."""
    adapter = HFAdapter(str(request.getfixturevalue(name)), dtype="float32", device="cpu")
    info = adapter.open()
    assert info.description["class"] == CLASSES[name]
    assert info.max_audio_seconds == WINDOWS[name]
    assert info.description["equal_lengths"] is False
    asked = [
        make(voice(1)),
        make(voice(2, 1.1)),
        make(text="No audio at all."),
        make(voice(3, 29.0)),
        make(voice(2), system="Be brief."),
    ]
    if WINDOWS[name] > 60:
        asked.append(make(voice(4, 61.0)))  # more than one window of the encoder
    together = [response.text for response in adapter.generate_batch(asked)]
    assert None not in together
    assert together == [adapter.generate_batch([one])[0].text for one in asked]
    assert len(set(together)) >= 4


make = request


@pytest.mark.parametrize(
    "name", mostly_long(["tiny_audio_flamingo", "tiny_glm_asr"], ["tiny_audio_flamingo"])
)
def test_a_family_of_one_clip_says_so(name: str, request: pytest.FixtureRequest) -> None:
    adapter = HFAdapter(str(request.getfixturevalue(name)), dtype="float32")
    assert adapter.open().max_clips == 1
    good, two = adapter.generate_batch([make(voice(1)), make(voice(1), voice(2))])
    assert good.error is None
    assert two.error is not None
    assert (two.error.kind, two.error.message) == ("too_many_clips", "2 clips, the model takes 1")


def test_the_class_named_by_the_config_is_found(tiny_audio_flamingo: Path) -> None:
    import transformers

    mapping = transformers.AutoModelForMultimodalLM._model_mapping
    assert transformers.AudioFlamingo3Config not in mapping
    assert HFAdapter(str(tiny_audio_flamingo)).open().description["family"] == "Audio Flamingo 3"


def test_a_template_saved_with_the_tokenizer_is_found(tiny_glm_asr: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_glm_asr, tmp_path / "moved"))
    template, config = folder / "chat_template.jinja", folder / "tokenizer_config.json"
    with_template = {**json.loads(config.read_text()), "chat_template": template.read_text()}
    config.write_text(json.dumps(with_template))
    template.unlink()
    replies = []
    for checkpoint in (tiny_glm_asr, folder):
        adapter = HFAdapter(str(checkpoint), dtype="float32", device="cpu")
        adapter.open()
        replies.append(adapter.generate_batch([make(voice(1))])[0].text)
    assert replies[0] == replies[1] is not None


# --- the table ---------------------------------------------------------------------------------


def test_every_model_type_of_the_table_exists() -> None:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    named = [name for family in FAMILIES for name in family.model_types]
    assert len(named) == len(set(named))
    assert not [name for name in named if name not in CONFIG_MAPPING_NAMES]
    assert all(family.source for family in FAMILIES)


def test_the_issue_s_families_are_in_the_table() -> None:
    types = ["qwen2_audio", "qwen2_5_omni", "qwen3_omni_moe", "audioflamingo3", "voxtral"]
    types += ["phi4_multimodal", "granite_speech", "gemma3n", "gemma4", "glmasr"]
    assert all(family_of(SimpleNamespace(model_type=name)).source for name in types)


def test_facts_of_the_table_are_those_of_the_installed_transformers() -> None:
    """Read off the source: a release that mends a quirk makes this fail, and the entry can go."""
    import inspect

    from transformers.models.gemma3n import feature_extraction_gemma3n, modeling_gemma3n
    from transformers.models.glmasr import processing_glmasr
    from transformers.models.granite_speech import modeling_granite_speech
    from transformers.models.qwen2_5_omni import modeling_qwen2_5_omni
    from transformers.models.voxtral import processing_voxtral

    source = inspect.getsource
    assert "they must match 1:1" in source(processing_glmasr.GlmAsrProcessor.validate_inputs)
    assert "is_peft_available()" in source(
        modeling_granite_speech.GraniteSpeechForConditionalGeneration.__init__
    )
    assert "audio_token_id = 24" in source(processing_voxtral.VoxtralProcessor.__init__)
    call = feature_extraction_gemma3n.Gemma3nAudioFeatureExtractor.__call__
    assert inspect.signature(call).parameters["max_length"].default == 480_000
    omni = modeling_qwen2_5_omni.Qwen2_5OmniForConditionalGeneration
    assert "spk_dict.pt" in source(omni.from_pretrained)
    block = modeling_gemma3n.Gemma3nAudioSSCPConvBlock.forward
    assert list(inspect.signature(block).parameters) == ["self", "audio_encodings"]  # no mask


def test_what_may_share_a_batch() -> None:
    def chat(*seconds: float) -> list[dict[str, object]]:
        clips = [voice(1, length) for length in seconds]
        return conversation(make(*clips).messages, [[clip.decode(16_000)] for clip in clips])

    plain, strict = Family("x"), Family("y", equal_lengths=True)
    paired = Family("z", all_or_none=True)
    assert batch_key(plain, chat(1.0)) == batch_key(plain, chat(2.0)) == batch_key(plain, chat())
    assert batch_key(strict, chat(1.0)) != batch_key(strict, chat(2.0))
    assert batch_key(strict, chat(1.0)) == batch_key(strict, chat(1.0))
    assert batch_key(paired, chat(1.0)) == batch_key(paired, chat(2.0)) != batch_key(paired, chat())


def test_equal_lengths_are_kept_apart_in_batches(
    tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unmasked = Family("unmasked", ("qwen2_audio",), equal_lengths=True)
    monkeypatch.setattr(hf_families, "FAMILIES", (unmasked,))

    def opened(**arguments: object) -> tuple[HFAdapter, AdapterInfo]:
        adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32", **arguments)
        return adapter, adapter.open()

    adapter, info = opened()
    assert info.description["equal_lengths"] is True
    assert batch_sizes(adapter, monkeypatch) == [1, 2]
    adapter, mixed = opened(mixed_lengths=True)
    assert mixed.description["equal_lengths"] is False
    assert mixed.fingerprint != info.fingerprint
    assert batch_sizes(adapter, monkeypatch) == [3]


def batch_sizes(adapter: HFAdapter, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the batches in which two clips of one length and one of another are answered."""
    model = adapter.loaded.model
    generate, sizes = model.generate, []
    monkeypatch.setattr(
        model, "generate", lambda **k: sizes.append(len(k["input_ids"])) or generate(**k)
    )
    asked = [make(voice(1)), make(voice(2, 1.0)), make(voice(3))]
    assert all(response.text for response in adapter.generate_batch(asked))
    return sorted(sizes)


def test_a_processor_whose_padding_is_heard_is_found_out(
    tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another clip in the batch changes a frame or their number, or there can be no other."""
    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32")
    adapter.open()
    checkpoint = adapter.loaded
    assert not neighbours_matter(checkpoint)
    apply = checkpoint.processor.apply_chat_template

    def frame(chats: list[object], **kwargs: object) -> object:
        inputs = apply(chats, **kwargs)
        inputs["input_features"][0, :, 99] += len(chats) - 1
        return inputs

    def count(chats: list[object], **kwargs: object) -> object:
        inputs = apply(chats, **kwargs)
        inputs["feature_attention_mask"][0, 100] = len(chats) - 1
        return inputs

    def single(chats: list[object], **kwargs: object) -> object:
        if len(chats) > 1:
            raise ValueError("one conversation at a time")
        return apply(chats, **kwargs)

    for other in (frame, count, single):
        monkeypatch.setattr(checkpoint.processor, "apply_chat_template", other)
        assert neighbours_matter(checkpoint)


def test_clips_can_be_given_as_base64(
    tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Voxtral's template takes no samples; the encoded clip decodes to the same ones."""
    import base64
    import io

    import numpy as np
    import soundfile

    adapter = HFAdapter(str(tiny_qwen2_audio), dtype="float32")
    adapter.open()
    (plain,) = adapter.generate_batch([make(voice(1))])
    checkpoint = adapter.loaded
    changed = _with_family(checkpoint, Family("v", clip_form="base64"))
    monkeypatch.setattr(HFAdapter, "loaded", changed)
    apply = checkpoint.processor.apply_chat_template

    def decoding(chats: list[list[dict[str, object]]], **kwargs: object) -> object:
        for part in chats[0][0]["content"]:  # type: ignore[attr-defined]
            if part["type"] == "input_audio":
                content = base64.b64decode(part.pop("input_audio")["data"])
                part["type"] = "audio"
                part["audio"] = soundfile.read(io.BytesIO(content), dtype="float32")[0]
                assert part["audio"].dtype == np.float32
        return apply(chats, **kwargs)

    monkeypatch.setattr(checkpoint.processor, "apply_chat_template", decoding)
    assert adapter.generate_batch([make(voice(1))])[0].text == plain.text


def _with_family(checkpoint: object, family: Family) -> object:
    import dataclasses

    return dataclasses.replace(checkpoint, family=family)  # type: ignore[type-var]
