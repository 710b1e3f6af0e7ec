"""Randomly initialised parts for tiny checkpoints: a tokenizer of bytes and a Whisper model."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    GenerationConfig,
    PreTrainedTokenizerFast,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperProcessor,
    WhisperTokenizer,
)

ALPHABET = {token: i for i, token in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
BOS, EOS = "<|begin_of_text|>", "<|eot_id|>"
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n"
    "{{ m['content'] }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)


def llama_tokenizer(more: list, **fields) -> PreTrainedTokenizerFast:
    """Every byte a token, and Llama 3's marks; the beginning is added, as Llama's does."""
    tokenizer = Tokenizer(models.BPE(vocab=ALPHABET, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    marks = ["<|start_header_id|>", "<|end_header_id|>", *more]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        additional_special_tokens=marks,
        clean_up_tokenization_spaces=False,
        **fields,
    )
    fast._tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, fast.bos_token_id)]
    )
    fast.chat_template = TEMPLATE
    return fast


def llama_sizes(tokenizer: PreTrainedTokenizerFast) -> dict:
    """Arguments of a tiny Llama config."""
    return {
        "vocab_size": len(tokenizer) + 4,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "initializer_range": 0.3,
    }


def sampling_config(tokenizer: PreTrainedTokenizerFast) -> GenerationConfig:
    """What a real checkpoint says: draw. Greedy must win over it."""
    return GenerationConfig(
        eos_token_id=[tokenizer.eos_token_id],
        bos_token_id=tokenizer.bos_token_id,
        do_sample=True,
        temperature=0.6,
        top_p=0.9,
    )


def write_whisper(folder: Path, mel_bins: int) -> None:
    """A Whisper model with its processor."""
    folder.mkdir(parents=True)
    end = len(ALPHABET)
    (folder / "vocab.json").write_text(json.dumps({**ALPHABET, "<|endoftext|>": end}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = WhisperTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
    start, *_, without = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
    tokenizer.add_tokens([start, "<|en|>", "<|transcribe|>", without], special_tokens=True)
    WhisperProcessor(WhisperFeatureExtractor(feature_size=mel_bins), tokenizer).save_pretrained(
        folder
    )
    start = tokenizer.convert_tokens_to_ids(start)
    ids = {"bos_token_id": end, "eos_token_id": end, "pad_token_id": end}
    config = WhisperConfig(
        vocab_size=len(tokenizer) + 4,
        d_model=64,
        encoder_layers=4,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        num_mel_bins=mel_bins,
        decoder_start_token_id=start,
        init_std=0.5,
        begin_suppress_tokens=None,
        **ids,
    )
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        **ids,
        decoder_start_token_id=start,
        max_length=448,
        is_multilingual=False,
        no_timestamps_token_id=tokenizer.convert_tokens_to_ids(without),
        prev_sot_token_id=start,
        return_timestamps=False,
    )
    model.save_pretrained(folder)
