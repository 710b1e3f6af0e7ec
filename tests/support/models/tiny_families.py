"""Builds tiny checkpoints of families with a tokenizer, weights or packages of their own, like the published ones.

As those of ``tiny_models`` they are random, and so scaled that what is written depends visibly on what is heard.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from tests.support.models.tiny_models import (
    CHAT_TEMPLATE,
    DECODER,
    ENCODER,
    WEIGHT_SCALE,
    build_tiny_tokenizer,
    ends,
    seeded,
)

SPECIAL = {
    **{0: "<unk>", 1: "<s>", 2: "</s>", 3: "[INST]", 4: "[/INST]", 5: "[AVAILABLE_TOOLS]"},
    **{6: "[/AVAILABLE_TOOLS]", 7: "[TOOL_RESULTS]", 8: "[/TOOL_RESULTS]", 9: "[TOOL_CALLS]"},
    **{10: "[IMG]", 11: "<pad>", 12: "[IMG_BREAK]", 13: "[IMG_END]", 14: "[PREFIX]"},
    **{15: "[MIDDLE]", 16: "[SUFFIX]", 17: "[SYSTEM_PROMPT]", 18: "[/SYSTEM_PROMPT]"},
    **{19: "[TOOL_CONTENT]", 24: "[AUDIO]", 25: "[BEGIN_AUDIO]", 32: "[ARGS]", 33: "[CALL_ID]"},
    **{34: "[TRANSCRIBE]", 35: "[THINK]", 36: "[/THINK]"},
}
SPECIALS = 40
MEL_BINS = 32
LETTERS = b"abcdefghijklmnopqrstuvwxyz "
"""What it says: of random bytes most are no text."""


def tekken(version: str) -> dict[str, Any]:
    """A tokenizer file whose vocabulary is the bytes."""
    ranks = range(SPECIALS)
    return {
        "config": {
            "pattern": r"[\s\S]",
            "num_vocab_tokens": 256,
            "default_vocab_size": 256 + SPECIALS,
            "default_num_special_tokens": SPECIALS,
            "version": version,
        },
        "vocab": [
            {
                "rank": byte,
                "token_bytes": base64.b64encode(bytes([byte])).decode(),
                "token_str": chr(byte) if byte < 128 else None,
            }
            for byte in range(256)
        ],
        "special_tokens": [
            {"rank": i, "token_str": SPECIAL.get(i, f"<SPECIAL_{i}>"), "is_control": True}
            for i in ranks
        ],
        "audio": {
            "sampling_rate": 16_000,
            "frame_rate": 12.5,
            "audio_encoding_config": {
                "num_mel_bins": MEL_BINS,
                "hop_length": 160,
                "window_size": 400,
            },
            "chunk_length_s": 30.0,
        },
    }


def build_tiny_voxtral(folder: str | Path, seed: int = 0, version: str = "v7") -> Path:
    """Write the checkpoint; ``version`` is that of its tokenizer (only from v13 on with system prompts)."""
    import torch
    from transformers import (
        LlamaConfig,
        VoxtralConfig,
        VoxtralEncoderConfig,
        VoxtralForConditionalGeneration,
        WhisperFeatureExtractor,
    )

    config = VoxtralConfig(
        audio_config=VoxtralEncoderConfig(
            **ENCODER,
            intermediate_size=256,  # four frames are merged into one
        ),
        text_config=LlamaConfig(
            vocab_size=256 + SPECIALS,
            **DECODER,
            max_position_embeddings=8192,
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=11,
        ),
        audio_token_id=24,
        tie_word_embeddings=False,
    )
    model = drawn(VoxtralForConditionalGeneration, config, seed)
    said = torch.zeros(256 + SPECIALS, 1)
    said[[SPECIALS + byte for byte in LETTERS]] = 1.0
    with torch.no_grad():
        model.lm_head.weight.mul_(said)
    path = Path(folder)
    model.save_pretrained(path)
    WhisperFeatureExtractor(feature_size=MEL_BINS).save_pretrained(path)
    extractor = path / "preprocessor_config.json"
    # as in the published ones: nothing else names the processor
    extractor.write_text(
        json.dumps(json.loads(extractor.read_text()) | {"processor_class": "VoxtralProcessor"})
    )
    (path / "tekken.json").write_text(json.dumps(tekken(version)))
    return path


TEXT_ONLY_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""Like Granite's: a clip is a token that users write into the text."""


def build_tiny_granite_speech(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny Granite Speech with its LoRA, which is switched on for requests with audio only."""
    from transformers import (
        Blip2QFormerConfig,
        GraniteConfig,
        GraniteSpeechConfig,
        GraniteSpeechEncoderConfig,
        GraniteSpeechFeatureExtractor,
        GraniteSpeechForConditionalGeneration,
        GraniteSpeechProcessor,
    )

    tokenizer = build_tiny_tokenizer()
    config = GraniteSpeechConfig(
        encoder_config=GraniteSpeechEncoderConfig(
            hidden_dim=32, num_layers=2, num_heads=2, context_size=50
        ),
        projector_config=Blip2QFormerConfig(
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
            encoder_hidden_size=32,
            cross_attention_frequency=1,
        ),
        text_config=GraniteConfig(
            vocab_size=len(tokenizer),
            **DECODER,
            **ends(tokenizer),
        ),
        audio_token_index=tokenizer.convert_tokens_to_ids("<|AUDIO|>"),
        tie_word_embeddings=False,
    )
    model = drawn(GraniteSpeechForConditionalGeneration, config, seed)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    # before the LoRA is on: its own way to save renames what lies under one
    model.save_pretrained(folder)
    save_lora(model, ["q_proj", "v_proj"], folder, folder, seed)
    GraniteSpeechProcessor(
        GraniteSpeechFeatureExtractor(),
        tokenizer,
        audio_token="<|AUDIO|>",
        chat_template=TEXT_ONLY_TEMPLATE,
    ).save_pretrained(folder)
    return Path(folder)


def build_tiny_phi4_multimodal(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny Phi-4-multimodal; its LoRA for speech lies in a sub-folder, as the published one's does.

    What sees images is random and never asked; its processor is a stand-in, since the real one needs torchvision.
    """
    from transformers import (
        AddedToken,
        BaseImageProcessor,
        Phi4MultimodalAudioConfig,
        Phi4MultimodalConfig,
        Phi4MultimodalFeatureExtractor,
        Phi4MultimodalForCausalLM,
        Phi4MultimodalProcessor,
        Phi4MultimodalVisionConfig,
        PreTrainedTokenizerFast,
    )

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=build_tiny_tokenizer().backend_tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens={
            "image_token": AddedToken("<|IMAGE|>", special=True),
            "audio_token": AddedToken("<|AUDIO|>", special=True),
        },
    )
    config = Phi4MultimodalConfig(
        audio_config=Phi4MultimodalAudioConfig(
            hidden_size=32,
            intermediate_size=64,
            num_blocks=2,
            num_attention_heads=2,
            ext_pw_out_channel=32,
            depthwise_separable_out_channel=32,
            nemo_conv_channels=32,
            feature_layer=-1,
            audio_token_id=tokenizer.audio_token_id,
        ),
        vision_config=Phi4MultimodalVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=28,
            crop_size=28,
            image_token_id=tokenizer.image_token_id,
        ),
        vocab_size=len(tokenizer),
        **DECODER,
        bos_token_id=None,
        eos_token_id=[tokenizer.eos_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
    model = drawn(Phi4MultimodalForCausalLM, config, seed)
    model.save_pretrained(folder)
    save_lora(model, ["qkv_proj"], folder, Path(folder) / "speech-lora", seed)
    Phi4MultimodalProcessor(
        BaseImageProcessor(),
        Phi4MultimodalFeatureExtractor(),
        tokenizer,
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)
    return Path(folder)


def save_lora(
    model: Any, modules: list[str], base: str | Path, folder: str | Path, seed: int
) -> None:
    """Put a LoRA on a model and save it alone; its weights are drawn, since as they begin they would change nothing."""
    import torch
    from peft import LoraConfig
    from transformers import PreTrainedModel

    model.add_adapter(LoraConfig(r=4, target_modules=modules))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    model.peft_config["default"].base_model_name_or_path = str(base)
    PreTrainedModel.save_pretrained(model, folder)


def drawn(model_class: Any, config: Any, seed: int) -> Any:
    """A model whose last word does not drown what it has heard before."""
    import torch

    model = seeded(model_class, config, seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and "embed_tokens" not in name:
                parameter.mul_(WEIGHT_SCALE)
                if "self_attn" in name or "projector" in name:
                    parameter.mul_(WEIGHT_SCALE)
    return model
