"""Tiny random checkpoints of families that also see: the audio path is real, the parts for images and videos are idle.

As in ``tiny_models``: configs and a tokenizer trained on a few sentences, weights scaled up, nothing downloaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.models.idle_vision import idle_vision, vision_parts
from tests.support.models.tiny_models import byte_level_tokenizer, save

QWEN_TOKENS = {
    "audio_token": "<|AUDIO|>",
    "image_token": "<|IMAGE|>",
    "video_token": "<|VIDEO|>",
    "audio_bos_token": "<|audio_bos|>",
    "audio_eos_token": "<|audio_eos|>",
    "vision_bos_token": "<|vision_bos|>",
    "vision_eos_token": "<|vision_eos|>",
}
QWEN_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'audio' %}<|audio_bos|><|AUDIO|><|audio_eos|>"
    "{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


GEMMA_TOKENS = {
    "boi_token": "<start_of_image>",
    "boa_token": "<start_of_audio>",
    "eoi_token": "<end_of_image>",
    "image_token": "<image_soft_token>",
    "eoa_token": "<end_of_audio>",
    "audio_token": "<audio_soft_token>",
}
GEMMA_TEMPLATE = (
    "{{ bos_token }}{% set first = namespace(text='') %}"
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}"
    "{% set first.text = message['content'][0]['text'] + '\n\n' %}"
    "{% else %}<start_of_turn>{{ 'model' if message['role'] == 'assistant' else 'user' }}\n"
    "{{ first.text }}{% set first.text = '' %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'audio' %}<audio_soft_token>{% else %}{{ part['text'] | trim }}{% endif %}"
    "{% endfor %}<end_of_turn>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
ROLES = ("pad", "bos", "eos")
GEMMA4_TOKENS = {
    "boi_token": "<|image>",
    "image_token": "<|image|>",
    "eoi_token": "<image|>",
    "boa_token": "<|audio>",
    "audio_token": "<|audio|>",
    "eoa_token": "<audio|>",
}
GEMMA4_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "<|turn>{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'audio' %}<|audio|>{% else %}{{ part['text'] | trim }}{% endif %}"
    "{% endfor %}<turn|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|turn>model\n"
    "{% if enable_thinking %}<|channel>thought\n{% endif %}{% endif %}"
)


def build_tiny_qwen2_5_omni(folder: str | Path, seed: int = 0, window: int = 30) -> Path:
    """Write a tiny Qwen2.5-Omni: the part that answers, the part that speaks, and its vocoder.

    The published one has a window of 300 s, to which every clip is padded.
    """
    import torch
    from transformers import (
        Qwen2_5OmniConfig,
        Qwen2_5OmniForConditionalGeneration,
        Qwen2_5OmniProcessor,
        WhisperFeatureExtractor,
    )

    tokenizer = _qwen_tokenizer()
    image, video = vision_parts("Qwen2VL")
    with idle_vision():
        processor = Qwen2_5OmniProcessor(
            image_processor=image,
            video_processor=video,
            feature_extractor=WhisperFeatureExtractor(
                feature_size=32, chunk_length=window, return_attention_mask=True
            ),
            tokenizer=tokenizer,
            chat_template=QWEN_TEMPLATE,
        )
    ids = _qwen_ids(tokenizer)
    text = _qwen_text(len(tokenizer))
    config = Qwen2_5OmniConfig(
        thinker_config={
            **ids,
            "text_config": text,
            "audio_config": _qwen_audio(),
            "vision_config": {
                "depth": 1,
                "hidden_size": 32,
                "intermediate_size": 32,
                "num_heads": 2,
                "out_hidden_size": 64,
                "fullatt_block_indexes": [0],
            },
        },
        talker_config={
            **{name: ids[name] for name in ids if name != "user_token_id"},
            **{**text, "vocab_size": 40},
            **{"embedding_size": 64, "head_dim": 16},
            **{"tts_codec_start_token_id": 33, "tts_codec_end_token_id": 34},
            **{"tts_codec_pad_token_id": 32, "tts_codec_mask_token_id": 36},
        },
        token2wav_config={
            "dit_config": {
                **{"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2},
                **{"emb_dim": 16, "head_dim": 16, "num_embeds": 41, "mel_dim": 8},
                **{"enc_emb_dim": 16, "enc_dim": 8, "enc_channels": [8, 8, 8, 8, 24]},
                **{"enc_attention_channels": 4, "enc_se_channels": 4},
            },
            "bigvgan_config": {
                **{"mel_dim": 8, "upsample_initial_channel": 16},
                **{"upsample_rates": [2, 2], "upsample_kernel_sizes": [4, 4]},
                **{"resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 3, 5]]},
            },
        },
    )
    path = save(Qwen2_5OmniForConditionalGeneration, config, processor, folder, seed)
    torch.save({"Chelsie": {"cond": torch.zeros(1, 4)}}, path / "spk_dict.pt")
    return path


def build_tiny_gemma4(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny Gemma 4 that hears.

    The marks of its thought channel are special tokens that no role names.
    """
    from transformers import (
        Gemma4AudioFeatureExtractor,
        Gemma4Config,
        Gemma4ForConditionalGeneration,
        Gemma4Processor,
    )

    tokenizer = _gemma_tokenizer(GEMMA4_TOKENS, "<|turn>", "<turn|>")
    tokenizer.add_tokens(["<|channel>", "<channel|>"], special_tokens=True)
    image, video = vision_parts("Gemma4")
    with idle_vision():
        processor = Gemma4Processor(
            feature_extractor=Gemma4AudioFeatureExtractor(),
            image_processor=image,
            video_processor=video,
            tokenizer=tokenizer,
            chat_template=GEMMA4_TEMPLATE,
        )
    ids = {
        f"{name}_{'index' if name == 'eoa_token' else 'id'}": tokenizer.convert_tokens_to_ids(token)
        for name, token in GEMMA4_TOKENS.items()
    }
    config = Gemma4Config(
        **ids,
        video_token_id=processor.video_token_id,
        tie_word_embeddings=False,  # tied, random weights would repeat the last token for ever
        text_config={**_gemma_text(tokenizer, len(tokenizer)), "global_head_dim": 16},
        vision_config={
            **{"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1},
            **{"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16},
            "position_embedding_size": 16,
        },
        audio_config={
            **{"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2},
            **{"subsampling_conv_channels": [128, 4], "output_proj_dims": 32},
        },
    )
    return save(Gemma4ForConditionalGeneration, config, processor, folder, seed)


def _qwen_ids(tokenizer: Any) -> dict[str, int]:
    """Ids of the marks in a config of a Qwen-Omni."""
    names = {
        "audio_token_id": "audio_token",
        "image_token_id": "image_token",
        "video_token_id": "video_token",
        "audio_start_token_id": "audio_bos_token",
        "audio_end_token_id": "audio_eos_token",
        "vision_start_token_id": "vision_bos_token",
        "vision_end_token_id": "vision_eos_token",
    }
    ids = {key: tokenizer.convert_tokens_to_ids(QWEN_TOKENS[name]) for key, name in names.items()}
    return {**ids, "user_token_id": tokenizer.encode("user")[0]}


def build_tiny_gemma3n(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny Gemma 3n: its vocabulary ends with those of the parts that see and hear."""
    from transformers import (
        Gemma3nAudioFeatureExtractor,
        Gemma3nConfig,
        Gemma3nForConditionalGeneration,
        Gemma3nProcessor,
    )

    begin = dict(list(GEMMA_TOKENS.items())[:2])
    tokenizer = _gemma_tokenizer(begin, "<start_of_turn>", "<end_of_turn>")
    text, block = len(tokenizer), 8
    for kind in ("eoi_token", "image_token"), ("eoa_token", "audio_token"):
        named = [GEMMA_TOKENS[name] for name in kind]
        filler = [f"<unused-{kind[0]}-{number}>" for number in range(block - 2)]
        tokenizer.add_tokens([*named, *filler], special_tokens=True)
    tokenizer._set_model_specific_special_tokens(GEMMA_TOKENS)
    image, _ = vision_parts("Siglip")
    with idle_vision():
        processor = Gemma3nProcessor(
            feature_extractor=Gemma3nAudioFeatureExtractor(),
            image_processor=image,
            tokenizer=tokenizer,
            chat_template=GEMMA_TEMPLATE,
        )
        ids = {
            f"{name}_id": tokenizer.convert_tokens_to_ids(token)
            for name, token in GEMMA_TOKENS.items()
        }
        config = Gemma3nConfig(
            **ids,
            tie_word_embeddings=False,  # tied, random weights would repeat the last token for ever
            text_config={
                **_gemma_text(tokenizer, text),
                **{"altup_num_inputs": 2, "laurel_rank": 8},
            },
            vision_config={
                **{"architecture": "test_efficientnet", "hidden_size": 32},
                **{"vocab_size": block, "vocab_offset": text},
            },
            audio_config={
                "hidden_size": 32,
                "vocab_size": block,
                "vocab_offset": text + block,
                "conf_num_attention_heads": 2,
                "conf_num_hidden_layers": 2,
                "sscp_conv_channel_size": [8, 4],
                "sscp_conv_stride_size": [[2, 2], [2, 2]],
            },
        )
        return save(Gemma3nForConditionalGeneration, config, processor, folder, seed)


def build_tiny_qwen3_omni(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny Qwen3-Omni: experts in the part that answers and in the part that speaks, and its vocoder."""
    from transformers import (
        Qwen3OmniMoeConfig,
        Qwen3OmniMoeForConditionalGeneration,
        Qwen3OmniMoeProcessor,
        WhisperFeatureExtractor,
    )

    tokenizer = _qwen_tokenizer()
    image, video = vision_parts("Qwen2VL")
    with idle_vision():
        processor = Qwen3OmniMoeProcessor(
            image_processor=image,
            video_processor=video,
            feature_extractor=WhisperFeatureExtractor(feature_size=32, return_attention_mask=True),
            tokenizer=tokenizer,
            chat_template=QWEN_TEMPLATE,
        )
    ids = _qwen_ids(tokenizer)
    text = {**_qwen_text(len(tokenizer)), "head_dim": 16}
    experts = {"moe_intermediate_size": 32, "num_experts": 4, "num_experts_per_tok": 2}
    config = Qwen3OmniMoeConfig(
        thinker_config={
            **ids,
            "text_config": {**text, **experts},
            # with smaller weights all clips would sound alike after its three convolutions
            "audio_config": {
                **_qwen_audio(),
                **{"downsample_hidden_size": 8, "initializer_range": 0.1},
            },
            "vision_config": {
                **{"depth": 1, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2},
                **{"out_hidden_size": 64, "deepstack_visual_indexes": [0]},
            },
        },
        talker_config={
            **ids,
            **{"thinker_hidden_size": 64, "accept_hidden_layer": 1, "num_code_groups": 4},
            "spatial_merge_size": 2,
            "text_config": {
                **{**text, **experts, "vocab_size": 40},
                "shared_expert_intermediate_size": 32,
            },
            "code_predictor_config": {
                **{**text, "vocab_size": 40, "num_code_groups": 4},
                "rope_parameters": {"rope_type": "default", "rope_theta": 1e4},
            },
        },
        code2wav_config={
            **{"codebook_size": 40, "hidden_size": 32, "num_hidden_layers": 1},
            **{"num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 32},
            **{"num_quantizers": 4, "decoder_dim": 32},
        },
    )
    return save(Qwen3OmniMoeForConditionalGeneration, config, processor, folder, seed)


def _qwen_tokenizer() -> Any:
    return byte_level_tokenizer(
        QWEN_TOKENS, ["<|im_start|>"], eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )


def _qwen_text(vocabulary: int) -> dict[str, Any]:
    return {
        "vocab_size": vocabulary,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rope_parameters": {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e4},
    }


def _qwen_audio() -> dict[str, Any]:
    return {
        "num_mel_bins": 32,
        "d_model": 64,
        "encoder_layers": 2,
        "encoder_attention_heads": 2,
        "encoder_ffn_dim": 128,
        "output_dim": 64,
    }


def _gemma_tokenizer(named: Mapping[str, str], begin: str, end: str) -> Any:
    """A tokenizer that begins every text; ``begin`` and ``end`` are the marks of a turn."""
    from tokenizers.processors import TemplateProcessing

    roles = {"pad_token": "<pad>", "eos_token": end, "bos_token": "<bos>"}
    tokenizer = byte_level_tokenizer(named, [begin], **roles)
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<bos> $A", special_tokens=[("<bos>", tokenizer.bos_token_id)]
    )
    return tokenizer


def _gemma_text(tokenizer: Any, per_layer: int) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer),
        "vocab_size_per_layer_input": per_layer,
        "hidden_size": 64,
        "hidden_size_per_layer_input": 8,
        "intermediate_size": 128,
        "num_hidden_layers": 4,
        "layer_types": ["sliding_attention", "full_attention"] * 2,
        "num_kv_shared_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        **{f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ROLES},
    }
