"""Stub of EIT-NLP/LLaSO, commit 0907788d8f41c7252a59d96a2db164cdaa641245."""

import os
from types import SimpleNamespace

import numpy as np
import torch
from stub_tools import WINDOW, Vocabulary, fact, record, trouble

EOT = 128_009


class _Tokenizer:
    """Stands for the tokenizer of Llama 3.2."""

    bos_token_id = 128_000
    pad_token_id = 128_256
    model_max_length = 2048

    def __init__(self):
        self.vocabulary = Vocabulary()

    def batch_decode(self, sequences, skip_special_tokens=False):
        assert skip_special_tokens
        return [self.vocabulary.decode(row.tolist()) for row in sequences]


class _Processor:
    """Stands for WhisperProcessor: a list with features of the first 30 s."""

    def __call__(self, audio, sampling_rate):
        assert sampling_rate == 16_000
        features = np.zeros((1, 128, 3000), dtype="float32")
        features[0, 0, 0] = len(audio[:WINDOW])
        digits = [ord(character) for character in fact(audio[:WINDOW], sampling_rate)]
        features[0, 1, : len(digits)] = digits
        return SimpleNamespace(input_features=list(features))


class _Model:
    """Stands for LlavaLlamaForCausalLM."""

    def __init__(self, tokenizer, device):
        self.tokenizer, self.device = tokenizer, device
        self.generation_config = SimpleNamespace(eos_token_id=[128_001, EOT])

    def bfloat16(self):
        """Third party: torch.nn.Module.bfloat16."""
        record("bfloat16")
        return self

    def to(self, device):
        """Third party: torch.nn.Module.to."""
        record("to", device=device)
        return self

    def eval(self):
        """Third party: torch.nn.Module.eval."""
        record("eval")
        return self

    def generate(
        self,
        inputs=None,
        images=None,
        image_mask=None,
        input_features=None,
        features_mask=None,
        audio_attention_mask=None,
        **kwargs,
    ):
        """llaso/model/language_model/llava_llama.py:119"""
        record(
            "generate",
            inputs=inputs,
            input_features=input_features,
            features_mask=features_mask.tolist(),
            audio_attention_mask=audio_attention_mask,
            **kwargs,
        )
        known = {"do_sample", "num_beams", "max_new_tokens", "temperature", "top_p", "top_k"}
        known |= {"attention_mask", "position_ids", "use_cache", "repetition_penalty"}
        assert not set(kwargs) - known, "transformers refuses what no model takes"
        (row,) = inputs.tolist()
        assert len(kwargs["attention_mask"].tolist()[0]) == len(row)
        assert kwargs["position_ids"].tolist() == [list(range(len(row)))]
        (owners,) = features_mask.tolist()
        (features,) = input_features.float().tolist()
        assert len(features) == len(owners)
        clips = ["" for _ in range(max(owners))]
        for owner, piece in zip(owners, features, strict=True):
            clips[owner - 1] += "".join(chr(int(value)) for value in piece[1] if value)
        assert row.count(-300) == len(clips), "a mark without a clip, or a clip without a mark"
        text, heard = "", iter(clips)
        for token in row:
            word = self.tokenizer.vocabulary.decode([token])
            text += f" {next(heard)} " if token == -300 else word
        trouble(text)
        tokens = self.tokenizer.vocabulary.encode(f"read: {text}")
        cut = tokens[: kwargs["max_new_tokens"]]
        return torch.tensor([cut if len(cut) == kwargs["max_new_tokens"] else [*cut, EOT]])


def load_pretrained_model(
    model_path,
    model_base,
    model_name,
    load_8bit=False,
    load_4bit=False,
    device_map="auto",
    device="cuda",
    use_flash_attn=False,
    **kwargs,
):
    """llaso/model/builder.py:32"""
    record(
        "load_pretrained_model",
        model_path=model_path,
        model_base=model_base,
        model_name=model_name,
        device=device,
        kwargs=kwargs,
    )
    tower = kwargs.pop("mm_audio_tower", "/code/whisper-large-v3")
    assert not kwargs, "transformers refuses keywords that are no field of the config"
    if not (os.path.exists(tower) and "whisper" in tower.lower()):
        raise ValueError(f"Unknown audio tower: {tower}")
    tokenizer = _Tokenizer()
    return tokenizer, _Model(tokenizer, device), None, _Processor(), 2048
