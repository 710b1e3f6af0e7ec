"""Hazards: families whose processor, tokenizer or weights are unlike all others', each as a tiny checkpoint."""

from __future__ import annotations

import dataclasses
import json
import shutil
import urllib.parse
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError, MissingDependencyError, UsageError
from harness.types import Generation, Message, Request, Text
from model_adapters.conformance import AdapterConformance
from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.generate import mark_ids
from model_adapters.hf.inputs import reasoning_begun
from model_adapters.hf.template import give_clips_a_place
from model_adapters.registry import create
from tests.support.budget import SOAK, mostly_long
from tests.support.models.hf_requests import request as make
from tests.support.models.hf_requests import voice
from tests.support.packages import needs

pytestmark = [needs("transformers", extra="hf"), pytest.mark.xdist_group("hf")]

Built = Callable[[str], Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Folder of a tiny checkpoint by name; it is built when it is first asked for."""
    folders: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in folders:
            folder = tmp_path_factory.mktemp("checkpoints") / name
            folders[name] = BUILDERS[name](folder)
        return folders[name]

    return get


@pytest.fixture(scope="module", autouse=True)
def _features_of_granite() -> Iterator[None]:
    """A part of torchaudio, where there is none."""
    from transformers.models.granite_speech import feature_extraction_granite_speech as module

    from tests.support.models.melspectrogram import torchaudio

    with pytest.MonkeyPatch.context() as patch:
        if find_spec("torchaudio") is None:
            patch.setattr(module, "torchaudio", torchaudio, raising=False)
            patch.setattr(module, "requires_backends", lambda *_: None)
        yield


def voxtral(version: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        pytest.importorskip("mistral_common", reason="Voxtral's tokenizer is in mistral-common")
        from tests.support.models.tiny_families import build_tiny_voxtral

        return build_tiny_voxtral(folder, version=version)

    return build


def granite(folder: Path) -> Path:
    pytest.importorskip("peft", reason="needs the extra peft")
    from tests.support.models.tiny_families import build_tiny_granite_speech

    return build_tiny_granite_speech(folder)


def phi4(folder: Path) -> Path:
    pytest.importorskip("peft", reason="needs the extra peft")
    pytest.importorskip("PIL", reason="its processor has a part for images, which needs pillow")
    from tests.support.models.tiny_families import build_tiny_phi4_multimodal

    return build_tiny_phi4_multimodal(folder)


BUILDERS: dict[str, Callable[[Path], Path]] = {
    "voxtral": voxtral("v7"),
    "voxtral-v13": voxtral("v13"),
    "granite": granite,
    "phi4": phi4,
}
SYSTEM_PROMPTS = {"voxtral": "its tokenizer takes no system prompt together with a clip"}
"""Families that refuse one."""


def opened(folder: Path, **arguments: Any) -> HFAdapter:
    adapter = HFAdapter(str(folder), dtype="float32", device="cpu", **arguments)
    adapter.open()
    return adapter


@pytest.mark.parametrize("name", mostly_long(BUILDERS, ["voxtral"]))
def test_answers_are_alike_in_batches_and_alone(name: str, built: Built) -> None:
    """Clips of different lengths, one beyond the window of most encoders, two clips, none, clips alone."""
    adapter = opened(built(name))
    asked = [
        make(voice(1)),
        make(voice(2, 1.1)),
        make(text="No audio at all."),
        make(voice(3, 29.0)),
        make(voice(4, 31.0)),
        make(voice(1), voice(2, 1.1)),
        make(voice(5)),
        Request("alone", (Message("user", (voice(2, 1.1),)),), Generation(12)),
    ]
    if name not in SYSTEM_PROMPTS:
        asked.append(make(voice(2), system="Be brief."))
    together = [response.text for response in adapter.generate_batch(asked)]
    assert None not in together
    assert together == [adapter.generate_batch([one])[0].text for one in asked]
    assert len(set(together)) >= 5, together
    assert together[0] != together[6], "another clip of the same length: the same reply"


TRIED = [
    (name, check)
    for name in BUILDERS
    for check in AdapterConformance.CHECKS
    if SOAK or name != "voxtral-v13" or check in ("unicode", "audio_only", "system_prompt")
]
"""Voxtral with another version of its tokenizer is the same model: only what is written to it is examined again."""


@pytest.mark.parametrize(
    ("name", "check"), mostly_long(TRIED, [case for case in TRIED if case[0] == "voxtral"])
)
def test_conforms(name: str, check: str, built: Built, suites: dict[str, Any]) -> None:
    if name not in suites:
        arguments = {"dtype": "float32", "device": "cpu"}
        excepted = SYSTEM_PROMPTS.get(name)
        suites[name] = AdapterConformance(
            lambda: create(str(built(name)), arguments),
            exceptions={} if excepted is None else {"system_prompt": excepted},
        )
    suites[name].run(check)


@pytest.fixture(scope="module")
def suites() -> dict[str, AdapterConformance]:
    return {}


# --- Voxtral -----------------------------------------------------------------------------------


def test_voxtral_takes_clips_of_any_length_in_windows_of_its_encoder(built: Built) -> None:
    info = HFAdapter(str(built("voxtral")), dtype="float32", device="cpu").open()
    assert info.description["family"] == "Voxtral"
    assert info.max_audio_seconds is None
    adapter = opened(built("voxtral"))
    checkpoint = adapter.loaded
    from model_adapters.hf.inputs import conversation, prepare

    chats = [
        conversation(one.messages, [[clip.decode(16_000)] for clip in clips])
        for one, clips in ((make(clip), [clip]) for clip in (voice(1, 2.0), voice(1, 61.0)))
    ]
    inputs = prepare(checkpoint, chats)
    assert inputs["input_features"].shape == (4, 32, 3000)
    assert (inputs["input_ids"] == 24).sum(1).tolist() == [375, 3 * 375]


def test_a_refusal_of_a_tokenizer_s_own_kind_is_a_value(built: Built) -> None:
    """mistral-common's exceptions are no ``ValueError``; one request would end the run."""
    adapter = opened(built("voxtral"))
    turns = (*make(voice(1)).messages, Message("assistant", (Text("A dog."),)))
    good, bad = adapter.generate_batch([make(voice(1)), Request("bad", turns, Generation(12))])
    assert good.error is None
    assert bad.error is not None
    assert bad.error.kind == "request"
    assert "Expected last role User" in bad.error.message


def test_a_system_prompt_that_the_tokenizer_refuses_is_a_value(built: Built) -> None:
    adapter = opened(built("voxtral"))
    spoken, written = adapter.generate_batch(
        [make(voice(1), system="Be brief."), make(system="Be brief.")]
    )
    assert written.text
    assert spoken.error is not None
    assert spoken.error.kind == "request"


def test_clips_are_not_kept_by_the_standard_library(built: Built) -> None:
    """``urllib`` remembers the last 128 URLs, and a clip in base64 can be mistaken for one."""
    adapter = opened(built("voxtral"))
    urllib.parse.clear_cache()
    assert adapter.generate_batch([make(voice(1)), make(voice(2))])[0].text
    assert urllib.parse.urlsplit.cache_info().currsize == 0


def test_variables_of_a_template_that_nobody_reads_are_refused(built: Built) -> None:
    with pytest.raises(UsageError, match="Voxtral has no chat template") as caught:
        opened(built("voxtral"), **{"template.enable_thinking": True})
    assert "-M template.enable_thinking" in str(caught.value)


def test_marks_are_special_tokens_where_the_tokenizer_has_them(built: Built) -> None:
    """mistral-common never makes a special token of text: the bound on reasoning would write letters."""
    checkpoint = opened(built("voxtral")).loaded
    tokenizer = checkpoint.processor.tokenizer
    assert mark_ids(tokenizer, "[/THINK]") == [36]
    assert len(mark_ids(tokenizer, "</think>")) == len("</think>")
    import torch

    rows = torch.tensor([[11, 4, 35], [1, 35, 4]])
    assert reasoning_begun({"input_ids": rows}, checkpoint) == [True, False]


# --- Granite Speech and Phi-4 ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "family", "lora"),
    mostly_long(
        [("granite", "Granite Speech", "."), ("phi4", "Phi-4-multimodal", "speech-lora")],
        [("granite", "Granite Speech", ".")],
    ),
)
def test_a_lora_of_the_model_s_own_is_for_audio(
    name: str, family: str, lora: str, built: Built, tmp_path: Path
) -> None:
    """On for requests with audio, off for those without, also where one call has both."""
    info = HFAdapter(str(built(name)), dtype="float32", device="cpu").open()
    assert info.description["family"] == family
    assert info.max_audio_seconds is None
    silenced = Path(shutil.copytree(built(name), tmp_path / "silenced"))
    edit_weights(silenced / lora / "adapter_model.safetensors", lambda _, weight: weight * 0)
    asked = [make(voice(1)), make(text="No audio at all."), make(voice(2))]
    with_lora, without = (
        [response.text for response in opened(folder).generate_batch(asked)]
        for folder in (built(name), silenced)
    )
    assert with_lora[0] != without[0]
    assert with_lora[1] == without[1]
    assert with_lora[2] != without[2]


@pytest.mark.parametrize("name", mostly_long(["granite", "phi4"], ["granite"]))
def test_clips_of_different_lengths_in_one_batch_would_change_answers(
    name: str, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, transformers has a mask for them, and the entry of the table can go."""
    adapter = opened(built(name))
    checkpoint = adapter.loaded
    asked = [make(voice(1, 1.0)), make(voice(2, 3.0))]
    right = [response.text for response in adapter.generate_batch(asked)]
    mixed = dataclasses.replace(checkpoint.family, equal_lengths=False)
    changed = dataclasses.replace(checkpoint, family=mixed)
    monkeypatch.setattr(HFAdapter, "loaded", changed)
    assert [response.text for response in adapter.generate_batch(asked)] != right


def test_missing_weights_are_found_beside_an_adapter(built: Built, tmp_path: Path) -> None:
    """transformers reports of such a folder the adapter's weights, and not the model's."""
    folder = Path(shutil.copytree(built("granite"), tmp_path / "damaged"))
    edit_weights(
        folder / "model.safetensors",
        lambda name, weight: None if "layers.1.mlp" in name else weight,
    )
    with pytest.raises(AdapterError, match="weights are missing from the checkpoint"):
        opened(folder)


@pytest.mark.parametrize(
    ("name", "lora"), mostly_long([("granite", "."), ("phi4", "speech-lora")], [("granite", ".")])
)
def test_an_adapter_of_the_user_s_goes_on_top_of_the_model_s_own(
    name: str, lora: str, built: Built, tmp_path: Path
) -> None:
    """Neither takes the other's place, nor are its weights looked for in the other's file."""
    mine, nothing = tmp_path / "mine", tmp_path / "nothing"
    for folder in (mine, nothing):
        folder.mkdir()
        for part in ("adapter_config.json", "adapter_model.safetensors"):
            shutil.copy(built(name) / lora / part, folder)
    edit_weights(nothing / "adapter_model.safetensors", lambda _, weight: weight * 0)
    asked = [make(voice(1)), make(text="No audio at all."), make(voice(2))]
    plain, same, other = (
        [response.text for response in adapter.generate_batch(asked)]
        for adapter in (
            opened(built(name)),
            opened(built(name), peft=str(nothing)),
            opened(built(name), peft=str(mine)),
        )
    )
    assert plain == same
    assert plain[0] != other[0]
    assert plain[2] != other[2]
    # Granite's own generate switches all adapters off for requests without audio
    assert (plain[1] != other[1]) == (name == "phi4")


def test_features_without_torchaudio_are_the_same() -> None:
    original = pytest.importorskip("torchaudio", reason="compares with torchaudio")
    import torch

    from tests.support.models.melspectrogram import MelSpectrogram

    shape = {
        "sample_rate": 16_000,
        "n_fft": 512,
        "win_length": 400,
        "hop_length": 160,
        "n_mels": 80,
    }
    samples = torch.from_numpy(voice(1).decode(16_000))[None]
    expected = original.transforms.MelSpectrogram(**shape)(samples)
    torch.testing.assert_close(MelSpectrogram(**shape)(samples), expected, rtol=1e-4, atol=1e-3)


TEXT = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] + ';' }}{% endfor %}"
SKIPS = (
    "{% for m in messages %}[{{ m['role'] }}]{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for p in m['content'] if p['type'] == 'text' %}{{ p['text'] }}{% endfor %}{% endif %};{% endfor %}"
)
SHOWS = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }};{% endfor %}"


@pytest.mark.parametrize("template", [TEXT, SKIPS, SHOWS], ids=["fails", "skips", "shows"])
def test_a_template_that_takes_text_has_clips_written_into_it(
    template: str, tiny_qwen2_audio: Path
) -> None:
    """As Granite's: users write the token of a clip into the text."""
    processor = loaded_processor(tiny_qwen2_audio, template)
    give_clips_a_place(processor, {})
    assert prompt(processor) == "[system]Be brief.;[user]<|AUDIO|>What?;"


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages %}{% for p in m['content'] %}"
        "{% if 'audio' in p %}<a>{% else %}{{ p['text'] }}{% endif %}{% endfor %};{% endfor %}",
        "{% for m in messages %}{{ m['role'] }}{% endfor %}",
        None,
    ],
    ids=["has a place", "shows nothing", "none"],
)
def test_other_templates_stay_as_they_are(template: str | None, tiny_qwen2_audio: Path) -> None:
    processor = loaded_processor(tiny_qwen2_audio, template)
    give_clips_a_place(processor, {})
    assert processor.chat_template == template


def loaded_processor(folder: Path, template: str | None) -> Any:
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(folder)
    processor.chat_template = processor.tokenizer.chat_template = template
    return processor


def prompt(processor: Any) -> str:
    chat = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "audio"}, {"type": "text", "text": "What?"}]},
    ]
    return str(processor.apply_chat_template([chat], tokenize=False)[0])


@pytest.mark.long
def test_a_part_of_a_processor_that_lacks_a_package_names_it(built: Built, tmp_path: Path) -> None:
    """Published checkpoints of Phi-4 have an image processor; transformers calls it a wrong value."""
    if find_spec("torchvision") is not None:
        pytest.skip("torchvision is installed")
    folder = Path(shutil.copytree(built("phi4"), tmp_path / "as-published"))
    path = folder / "processor_config.json"
    config = json.loads(path.read_text())
    config["image_processor"] = {"image_processor_type": "Phi4MultimodalImageProcessor"}
    path.write_text(json.dumps(config))
    with pytest.raises(MissingDependencyError, match="torchvision"):
        opened(folder)


def edit_weights(path: Path, change: Callable[[str, Any], Any]) -> None:
    """Change weights of a file; ``None`` leaves one out."""
    from safetensors.torch import load_file, save_file

    changed = {name: change(name, weight) for name, weight in load_file(path).items()}
    kept = {name: weight for name, weight in changed.items() if weight is not None}
    save_file(kept, path, metadata={"format": "pt"})
