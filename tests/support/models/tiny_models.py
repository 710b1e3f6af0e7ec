"""Builds tiny, randomly initialised checkpoints that load by path like a user's own.

The tokenizer is a byte-level BPE trained on a few sentences, the processor is the real one, and the
weights are random but scaled up, so that what is generated depends visibly on the audio. Nothing is
downloaded. A folder is about 1.3 MB.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SENTENCES = [
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "What animal can be heard in the recording? Choose the right option.",
    "Which emotion does the speaker express: happy, sad, angry, disgusted or neutral?",
    "The speaker is a man or a woman. The language is English, German or Spanish.",
    "Please transcribe the audio. Answer with one word or a number such as 7 or 42.",
    "You are a helpful assistant that listens carefully to every clip.",
]
SPECIAL_TOKENS = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|AUDIO|>",
    "<|audio_bos|>",
    "<|audio_eos|>",
]
WHISPER_TOKENS = [
    "<|startoftranscript|>",
    "<|en|>",
    "<|de|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startofprev|>",
    "<|notimestamps|>",
    *(f"<|{hundredth / 100:.2f}|>" for hundredth in range(0, 3002, 2)),
]
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'audio' %}<|audio_bos|><|AUDIO|><|audio_eos|>\n"
    "{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WEIGHT_SCALE = 4.0
WIDTH = 64
LAYERS = 2
DECODER = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
"""Sizes of what writes the reply."""

ENCODER = {
    "num_mel_bins": 32,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
"""Sizes of what hears the clip."""


def ends(tokenizer: Any) -> dict[str, int]:
    """The tokens of a config that end and fill a reply."""
    return {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}


def seeded(model_class: Any, config: Any, seed: int) -> Any:
    """A model with weights of its own seed; the random numbers of others stay as they were."""
    import torch

    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    model = model_class(config)
    torch.random.set_rng_state(state)
    return model


def build_tiny_tokenizer() -> Any:
    """A tokenizer with Qwen2-Audio's special tokens."""
    return byte_level_tokenizer(
        {}, SPECIAL_TOKENS, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )


def byte_level_tokenizer(named: Mapping[str, str], special: Sequence[str], **roles: str) -> Any:
    """A byte-level BPE tokenizer of about 500 tokens.

    Args:
        named: special tokens that are attributes of the tokenizer, by attribute.
        special: further special tokens.
        **roles: ``eos_token`` and the like.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=list(dict.fromkeys([*special, *roles.values(), *named.values()])),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        additional_special_tokens=list(special),
        **({"extra_special_tokens": dict(named)} if named else {}),
        **roles,
    )


def build_tiny_processor() -> Any:
    """The real Qwen2-Audio processor over the tiny tokenizer."""
    from transformers import Qwen2AudioProcessor, WhisperFeatureExtractor

    return Qwen2AudioProcessor(
        feature_extractor=WhisperFeatureExtractor(feature_size=32),
        tokenizer=build_tiny_tokenizer(),
        chat_template=CHAT_TEMPLATE,
    )


def build_tiny_qwen2_audio(
    folder: str | Path, seed: int = 0, width: int = WIDTH, layers: int = LAYERS
) -> Path:
    """Write the checkpoint (config, tokenizer, processor, weights) into ``folder``."""
    from transformers import (
        Qwen2AudioConfig,
        Qwen2AudioEncoderConfig,
        Qwen2AudioForConditionalGeneration,
    )

    processor = build_tiny_processor()
    tokenizer = processor.tokenizer
    config = Qwen2AudioConfig(
        audio_config=Qwen2AudioEncoderConfig(
            num_mel_bins=32,
            d_model=width,
            encoder_layers=layers,
            encoder_attention_heads=_heads(width, 2),
            encoder_ffn_dim=2 * width,
        ),
        text_config=_tiny_text_config(tokenizer, width, layers),
        audio_token_index=tokenizer.convert_tokens_to_ids("<|AUDIO|>"),
    )
    return save(Qwen2AudioForConditionalGeneration, config, processor, folder, seed, width)


def build_tiny_audio_flamingo(
    folder: str | Path, seed: int = 0, width: int = WIDTH, layers: int = LAYERS
) -> Path:
    """Write a tiny Audio Flamingo 3: its class comes from ``config.architectures``, and it takes 600 s."""
    from transformers import (
        AudioFlamingo3Config,
        AudioFlamingo3EncoderConfig,
        AudioFlamingo3ForConditionalGeneration,
        AudioFlamingo3Processor,
    )

    tokenizer = build_tiny_tokenizer()
    processor = _listening(AudioFlamingo3Processor, tokenizer)
    config = AudioFlamingo3Config(
        audio_config=AudioFlamingo3EncoderConfig(
            **_encoder(width, layers),
            intermediate_size=2 * width,
        ),
        text_config=_tiny_text_config(tokenizer, width, layers),
        audio_token_id=tokenizer.convert_tokens_to_ids("<|AUDIO|>"),
    )
    return save(AudioFlamingo3ForConditionalGeneration, config, processor, folder, seed, width)


def build_tiny_glm_asr(
    folder: str | Path, seed: int = 1, width: int = WIDTH, layers: int = LAYERS
) -> Path:
    """Write a tiny GLM-ASR: one clip a request, in windows of 30 s."""
    from transformers import (
        GlmAsrConfig,
        GlmAsrEncoderConfig,
        GlmAsrForConditionalGeneration,
        GlmAsrProcessor,
        LlamaConfig,
    )

    tokenizer = build_tiny_tokenizer()
    processor = _listening(GlmAsrProcessor, tokenizer)
    config = GlmAsrConfig(
        audio_config=GlmAsrEncoderConfig(
            **_encoder(width, layers),
            intermediate_size=4 * width,  # four frames are merged into one
        ),
        text_config=LlamaConfig(
            vocab_size=len(tokenizer),
            **_decoder(width, layers),
            max_position_embeddings=8192,
            **ends(tokenizer),
        ),
        audio_token_id=tokenizer.convert_tokens_to_ids("<|AUDIO|>"),
        tie_word_embeddings=False,
    )
    return save(GlmAsrForConditionalGeneration, config, processor, folder, seed, width)


def build_tiny_whisper(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny Whisper, multilingual in English and German; it writes on to the end of what it may."""
    from transformers import (
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperProcessor,
        WhisperTokenizer,
    )

    vocabulary = build_tiny_tokenizer().backend_tokenizer
    model = json.loads(vocabulary.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    words = [word for word in model["vocab"] if word not in SPECIAL_TOKENS]
    tokenizer = WhisperTokenizer({word: index for index, word in enumerate(words)}, merges)
    tokenizer.add_special_tokens({"additional_special_tokens": WHISPER_TOKENS})
    named = {name: tokenizer.convert_tokens_to_ids(name) for name in WHISPER_TOKENS}
    end = tokenizer.eos_token_id
    config = WhisperConfig(
        vocab_size=len(tokenizer),
        num_mel_bins=32,
        d_model=64,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        max_target_positions=32,
        decoder_start_token_id=named["<|startoftranscript|>"],
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
    )
    processor = WhisperProcessor(WhisperFeatureExtractor(feature_size=32), tokenizer)
    save(WhisperForConditionalGeneration, config, processor, folder, seed)
    chosen = {
        **{"bos_token_id": end, "eos_token_id": end, "pad_token_id": end},
        "decoder_start_token_id": named["<|startoftranscript|>"],
        "no_timestamps_token_id": named["<|notimestamps|>"],
        "is_multilingual": True,
        "lang_to_id": {name: named[name] for name in ("<|en|>", "<|de|>")},
        "task_to_id": {name: named[f"<|{name}|>"] for name in ("transcribe", "translate")},
        "max_length": 32,
        "suppress_tokens": [*named.values(), end],  # random weights would hardly ever write a word
    }
    (Path(folder) / "generation_config.json").write_text(json.dumps(chosen))
    return Path(folder)


def build_tiny_wav2vec2(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny wav2vec 2.0 with a CTC head over letters."""
    from transformers import (
        Wav2Vec2Config,
        Wav2Vec2CTCTokenizer,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2ForCTC,
        Wav2Vec2Processor,
    )

    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefghijklmnopqrstuvwxyz"]
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    vocabulary = path / "vocab.json"
    vocabulary.write_text(json.dumps({letter: index for index, letter in enumerate(letters)}))
    processor = Wav2Vec2Processor(
        Wav2Vec2FeatureExtractor(return_attention_mask=True), Wav2Vec2CTCTokenizer(str(vocabulary))
    )
    config = Wav2Vec2Config(
        vocab_size=len(letters),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        conv_dim=(16,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
    )
    return save(Wav2Vec2ForCTC, config, processor, folder, seed)


def _listening(processor_class: Any, tokenizer: Any) -> Any:
    """A processor with Whisper's features over the tiny tokenizer."""
    from transformers import WhisperFeatureExtractor

    return processor_class(
        feature_extractor=WhisperFeatureExtractor(feature_size=ENCODER["num_mel_bins"]),
        tokenizer=tokenizer,
        chat_template=CHAT_TEMPLATE,
        audio_token="<|AUDIO|>",
    )


def _heads(width: int, least: int) -> int:
    """Heads of 64 values each, or as few as the tiny ones have."""
    return max(least, width // 64)


def _encoder(width: int, layers: int) -> dict[str, int]:
    size = {"hidden_size": width, "num_hidden_layers": layers}
    return {**ENCODER, **size, "num_attention_heads": _heads(width, 2)}


def _decoder(width: int, layers: int) -> dict[str, int]:
    size = {"hidden_size": width, "intermediate_size": 2 * width, "num_hidden_layers": layers}
    return {**DECODER, **size, "num_attention_heads": _heads(width, 4)}


def _tiny_text_config(tokenizer: Any, width: int = WIDTH, layers: int = LAYERS) -> Any:
    from transformers import Qwen2Config

    return Qwen2Config(
        vocab_size=len(tokenizer),
        **_decoder(width, layers),
        max_position_embeddings=4096,
        tie_word_embeddings=False,
        **ends(tokenizer),
    )


def save(
    model_class: Any,
    config: Any,
    processor: Any,
    folder: str | Path,
    seed: int,
    width: int = WIDTH,
) -> Path:
    """Draw the weights, scale them up (less for a wide model, whose sums are larger) and write everything into ``folder``."""
    import torch

    model = seeded(model_class, config, seed)
    scale = WEIGHT_SCALE * (WIDTH / width) ** 0.5
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1:
                # what a decoder hears would drown in what it has written
                parameter.mul_(scale * (6 if "encoder_attn" in name else 1))
    if hasattr(model, "generation_config"):
        model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
        model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return Path(folder)


def build_tiny_text_only(folder: str | Path, seed: int = 0) -> Path:
    """Write a tiny Llama checkpoint: a chat model without an audio encoder."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = Path(folder)
    tokenizer = build_tiny_tokenizer()
    tokenizer.chat_template = CHAT_TEMPLATE
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    model = seeded(LlamaForCausalLM, config, seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(WEIGHT_SCALE)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
