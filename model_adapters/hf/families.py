"""What is special about each family of audio-language checkpoints: a table, and nothing else.

Most of what differs between models is said by their own processors and measured at start-up (``hf_processing``). Here
is what neither shows, and what would change answers without a word: weights that a plain ``from_pretrained`` leaves
out, batches in which one clip changes the answer about another, marks of reasoning that are special tokens and vanish
on decoding. Facts were read off transformers 5.23; each entry names the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from model_adapters.shared.reply_text import THINK, Marks


@dataclass(frozen=True, slots=True)
class Family:
    """One family; the defaults mean that nothing is special.

    Attributes:
        name: as its makers write it.
        model_types: ``model_type`` of the configs.
        max_clips: most clips of a request.
        equal_lengths: a clip padded to the longest of a batch is heard otherwise by the model, so only clips of one length
            share one. Where the processor does that, it is found out (``neighbours_matter``).
        all_or_none: either every request of a batch has a clip or none.
        clip_form: what the chat template takes as a clip.
        own_prompts: its prompts are made by code, and no chat template has variables to set.
        text_prompts: its chat template takes text, into which its users write the audio token (``hf_template``).
        speech_lora: sub-folder with weights for requests with audio that ``from_pretrained`` does not load.
        bare_loading: its own ``from_pretrained`` also reads files of the part that speaks, and gives no report.
        packages: import names of what it lacks silently, with the oldest version where transformers passes over an
            older one; what a processor cannot be imported without, it says itself.
        marks: marks of reasoning.
        source: where in transformers this was read.
    """

    name: str
    model_types: tuple[str, ...] = ()
    max_clips: int | None = None
    equal_lengths: bool = False
    all_or_none: bool = False
    clip_form: Literal["samples", "base64"] = "samples"
    own_prompts: bool = False
    text_prompts: bool = False
    speech_lora: str | None = None
    bare_loading: bool = False
    packages: tuple[str, ...] = ()
    marks: Marks = THINK
    source: str = ""


PLAIN: Final = Family("plain")
FAMILIES: Final[tuple[Family, ...]] = (
    Family(
        "Qwen2-Audio",
        ("qwen2_audio",),
        source="processing_qwen2_audio: clips are padded to 30 s, and what is longer is cut",
    ),
    Family(
        "Qwen2.5-Omni",
        ("qwen2_5_omni", "qwen2_5_omni_thinker"),
        bare_loading=True,
        source="processing_qwen2_5_omni: padded to the window of the feature extractor (300 s); the part that speaks "
        "is not loaded, the thinker answers; modeling_qwen2_5_omni, from_pretrained: spk_dict.pt of the part that speaks",
    ),
    Family(
        "Qwen3-Omni",
        ("qwen3_omni_moe", "qwen3_omni_moe_thinker"),
        source="processing_qwen3_omni_moe, audio_kwargs: clips are padded to the longest and never cut; "
        "feature_extraction_whisper: a padded clip has another last frame, and often one more; the thinker answers, "
        "its Thinking variant with <think> marks",
    ),
    Family(
        "Audio Flamingo 3",
        ("audioflamingo3", "musicflamingo"),
        max_clips=1,
        all_or_none=True,
        source="processing_audioflamingo3, validate_inputs: texts and clips match one to one; max_audio_len 600 s",
    ),
    Family(
        "GLM-ASR",
        ("glmasr",),
        max_clips=1,
        all_or_none=True,
        source="processing_glmasr, validate_inputs: texts and clips match one to one; max_audio_len 655 s",
    ),
    Family(
        "Voxtral",
        ("voxtral",),
        clip_form="base64",
        own_prompts=True,
        packages=("mistral_common>=1.11.5",),
        marks=Marks("[THINK]", "[/THINK]"),
        source="processing_voxtral: audio_token_id is 24, and variables of a template go unread; "
        "tokenization_mistral_common, apply_chat_template: a clip is url, path or base64; without its own tokenizer "
        "the audio is dropped; one older than v13 takes no system prompt together with a clip",
    ),
    Family(
        "Phi-4-multimodal",
        ("phi4_multimodal",),
        equal_lengths=True,
        speech_lora="speech-lora",
        packages=("peft",),
        source="model_doc/phi4_multimodal: load_adapter('speech-lora') and set_adapter, and its makers' own code unsets "
        "it for requests without audio; modeling_phi4_multimodal: the mask of a batch is added to the scores as 0 or 1, "
        "so what is padded is heard",
    ),
    Family(
        "Granite Speech",
        ("granite_speech", "granite_speech_plus"),
        equal_lengths=True,
        text_prompts=True,
        packages=("peft",),
        source="processing_granite_speech, __call__: takes a text with the audio token in it; modeling_granite_speech: without peft its LoRA is left out with a warning, with it generate switches it "
        "on for inputs with audio only; feature_extraction: padded clips have no mask in the encoder",
    ),
    Family(
        "Gemma 3n",
        ("gemma3n",),
        max_clips=1,
        equal_lengths=True,
        source="feature_extraction_gemma3n: truncated at 480,000 samples; model_doc/gemma3n: one target clip; "
        "modeling_gemma3n, Gemma3nAudioSSCPConvBlock: no mask, so that the last frames of a padded clip differ",
    ),
    Family(
        "Gemma 4",
        ("gemma4", "gemma4_unified"),
        marks=Marks("<|channel>", "<channel|>", "thought"),
        source="feature_extraction_gemma4: truncated at 480,000 samples; the marks are special tokens",
    ),
)


def family_of(config: Any) -> Family:
    """Return the family of a loaded config, ``PLAIN`` if nothing is known of it.

    >>> from types import SimpleNamespace
    >>> family_of(SimpleNamespace(model_type="glmasr")).name
    'GLM-ASR'
    >>> family_of(SimpleNamespace(model_type="new_audio_model")).name
    'plain'
    """
    for family in FAMILIES:
        if getattr(config, "model_type", None) in family.model_types:
            return family
    return PLAIN
