"""Families that also see, each as a tiny checkpoint: what was read off their source holds when they run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harness.types import Generation, Message, Request
from model_adapters.conformance import AdapterConformance
from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.inputs import conversation, prepare
from tests.support import clips
from tests.support.budget import mostly_long
from tests.support.models.hf_requests import request, voice
from tests.support.packages import needs

pytestmark = [needs("torch", "transformers", extra="hf"), pytest.mark.xdist_group("hf")]

FAMILIES = {
    "qwen2_5_omni": ("Qwen2.5-Omni", "Qwen2_5OmniThinkerForConditionalGeneration", 30.0),
    "gemma3n": ("Gemma 3n", "Gemma3nForConditionalGeneration", 30.0),
    "qwen3_omni": ("Qwen3-Omni", "Qwen3OmniMoeThinkerForConditionalGeneration", None),
    "gemma4": ("Gemma 4", "Gemma4ForConditionalGeneration", 30.0),
}
UNEQUAL = {"gemma3n", "qwen3_omni"}
"""Families for which a clip padded to a longer one is another clip."""
KEPT = ("qwen2_5_omni",)
"""Families that `make test` examines."""
LONG = 40.0
"""Seconds of a clip for a family that takes any: longer than the window that its feature extractor declares."""
Adapters = Callable[[str], HFAdapter]


@pytest.fixture(scope="module", autouse=True)
def _vision() -> Iterator[None]:
    from tests.support.models.idle_vision import idle_vision

    with idle_vision():
        yield


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The checkpoint of a family."""
    from tests.support.models import tiny_omni

    made: dict[str, Path] = {}

    def get(family: str) -> Path:
        if family not in made:
            folder = tmp_path_factory.mktemp("omni") / family
            made[family] = getattr(tiny_omni, f"build_tiny_{family}")(folder)
        return made[family]

    return get


@pytest.fixture(scope="module")
def adapters(folders: Callable[[str], Path]) -> Iterator[Adapters]:
    """An open adapter of a family's checkpoint."""
    made: dict[str, HFAdapter] = {}
    with ExitStack() as stack:

        def get(family: str) -> HFAdapter:
            if family not in made:
                adapter = HFAdapter(str(folders(family)), dtype="float32", device="cpu")
                adapter.open()
                stack.callback(adapter.close)
                made[family] = adapter
            return made[family]

        yield get


@pytest.fixture(scope="module")
def suites(folders: Callable[[str], Path]) -> Iterator[Callable[[str], AdapterConformance]]:
    """The conformance suite over a family's checkpoint."""
    made: dict[str, AdapterConformance] = {}
    with ExitStack() as stack:

        def get(family: str) -> AdapterConformance:
            if family not in made:
                path = str(folders(family))
                suite = AdapterConformance(lambda: HFAdapter(path, dtype="float32", device="cpu"))
                made[family] = stack.enter_context(suite)
            return made[family]

        yield get


@pytest.mark.parametrize("check", AdapterConformance.CHECKS)
@pytest.mark.parametrize("family", mostly_long(FAMILIES, KEPT))
def test_a_family_conforms(
    family: str, check: str, suites: Callable[[str], AdapterConformance]
) -> None:
    suites(family).run(check)


@pytest.mark.parametrize("family", mostly_long(FAMILIES, KEPT))
def test_what_is_loaded(family: str, adapters: Adapters) -> None:
    name, loaded, window = FAMILIES[family]
    info = adapters(family).open()
    assert info.description["family"] == name
    assert info.description["class"] == loaded
    assert info.max_audio_seconds == window
    assert info.description["equal_lengths"] is (family in UNEQUAL)


@pytest.mark.parametrize("family", mostly_long(FAMILIES, KEPT))
def test_batches_answer_as_one_by_one(family: str, adapters: Adapters) -> None:
    """Clips of different lengths and prompts without a clip, in one call."""
    adapter = adapters(family)
    asked = [
        request(voice(1)),
        request(voice(2, 1.1)),
        request(text="No audio at all."),
        request(voice(3, 5.0)),
        request(voice(4, 0.31)),
        request(voice(2, 1.1), system="Be brief."),
        request(voice(6, 2.003)),  # no whole number of frames
        request(
            voice(5), text="A much longer question about the same thing, so that it is padded."
        ),
    ]
    together = [response.text for response in adapter.generate_batch(asked)]
    assert None not in together
    assert together == [adapter.generate_batch([one])[0].text for one in asked]
    assert len(set(together)) >= 5


@pytest.mark.parametrize("family", mostly_long(FAMILIES, KEPT))
def test_a_clip_fills_the_window_or_is_refused(family: str, adapters: Adapters) -> None:
    window = FAMILIES[family][2]
    fits = request(voice(1, window or LONG), max_new_tokens=2)
    longer = [] if window is None else [request(voice(1, window + 0.2), max_new_tokens=2)]
    found, *refused = adapters(family).generate_batch([fits, *longer])
    assert found.text
    assert [reply.error and reply.error.kind for reply in refused] == ["audio_too_long"] * len(
        longer
    )


@pytest.mark.parametrize("family", mostly_long(FAMILIES, KEPT))
def test_the_window_is_heard_to_its_end(family: str, adapters: Adapters) -> None:
    """Two clips as long as the window that differ in their last half second have other features."""
    import numpy as np

    adapter = adapters(family)
    window, rate = FAMILIES[family][2] or LONG, 16_000
    found = []
    for end in (1, 2):
        samples = clips.speech_like(window, 1)
        samples[-rate // 2 :] = clips.speech_like(0.5, end + 7)
        chat = conversation(_alone(voice(1)).messages, [[samples.astype(np.float32)]])
        found.append(prepare(adapter.loaded, [chat]))
    assert found[0]["input_ids"].tolist() == found[1]["input_ids"].tolist()
    assert found[0]["input_features"].ne(found[1]["input_features"]).any()


@pytest.mark.parametrize("family", mostly_long(FAMILIES, KEPT))
def test_a_blip_is_too_short_or_heard(family: str, adapters: Adapters) -> None:
    blip = request(clips.ref(clips.tone(0.005), "blip.wav"))
    good, reply = adapters(family).generate_batch([request(voice(1)), blip])
    assert good.error is None
    assert reply.error is None or reply.error.kind == "audio_too_short"
    (alone,) = adapters(family).generate_batch([blip])
    assert (alone.text, alone.error) == (reply.text, reply.error)


def _alone(*audio: Any) -> Request:
    return Request("alone", (Message("user", audio),), Generation(4), item=("task", "a"))


# --- Qwen2.5-Omni ------------------------------------------------------------------------------


@pytest.mark.long
def test_a_published_omni_takes_five_minutes(
    folders: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(folders("qwen2_5_omni"), tmp_path / "omni"))
    path = folder / "processor_config.json"
    config = json.loads(path.read_bytes())
    config["feature_extractor"].update(
        chunk_length=300, n_samples=300 * 16_000, nb_max_frames=30_000
    )
    path.write_text(json.dumps(config))
    adapter = HFAdapter(str(folder), dtype="float32", device="cpu")
    assert adapter.open().max_audio_seconds == 300.0
    (reply,) = adapter.generate_batch([request(voice(1, 45.0))])
    assert reply.text


def test_the_part_that_speaks_is_neither_loaded_nor_needed(
    folders: Callable[[str], Path], adapters: Adapters, tmp_path: Path
) -> None:
    from safetensors import safe_open

    (weights,) = folders("qwen2_5_omni").glob("*.safetensors")
    with safe_open(weights, "pt") as file:
        parts = {name.split(".")[0] for name in file.keys()}  # noqa: SIM118
    assert parts == {"thinker", "talker", "token2wav"}
    folder = Path(shutil.copytree(folders("qwen2_5_omni"), tmp_path / "omni"))
    (folder / "spk_dict.pt").unlink()  # its voices
    adapter = HFAdapter(str(folder), dtype="float32", device="cpu")
    adapter.open()
    asked = [request(voice(1))]
    texts = [one.generate_batch(asked)[0].text for one in (adapter, adapters("qwen2_5_omni"))]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("family", mostly_long(["qwen2_5_omni", "qwen3_omni"], KEPT))
def test_the_part_that_answers_may_be_a_checkpoint_of_its_own(
    family: str, folders: Callable[[str], Path], adapters: Adapters, tmp_path: Path
) -> None:
    model = adapters(family).loaded.model
    model.save_pretrained(tmp_path)
    for name in ("processor_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folders(family) / name, tmp_path)
    shutil.copy(folders(family) / "chat_template.jinja", tmp_path)
    adapter = HFAdapter(str(tmp_path), dtype="float32", device="cpu")
    assert adapter.open().description["family"] == FAMILIES[family][0]
    asked = [request(voice(1))]
    texts = [one.generate_batch(asked)[0].text for one in (adapter, adapters(family))]
    assert texts[0] == texts[1]


# --- Gemma 4 -----------------------------------------------------------------------------------


@pytest.mark.long
def test_a_thought_channel_is_no_answer(folders: Callable[[str], Path]) -> None:
    """Its marks are special tokens: they vanish on decoding, and the prompt opens the channel."""
    asked = [request(voice(1), max_new_tokens=7), request(voice(2, 1.0), max_new_tokens=7)]
    adapter = HFAdapter(
        str(folders("gemma4")),
        dtype="float32",
        device="cpu",
        thinking_budget=5,
        **{"template.enable_thinking": True},
    )
    adapter.open()
    replies = adapter.generate_batch(asked)
    for reply in replies:
        assert reply.reasoning
        assert reply.text
        assert "channel" not in reply.text + reply.reasoning
        assert reply.usage == {"completion_tokens": 5 + 1 + 7}
    assert [r.text for r in replies] == [adapter.generate_batch([one])[0].text for one in asked]
