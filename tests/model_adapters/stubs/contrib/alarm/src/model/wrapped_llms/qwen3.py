"""Stub of Blinorot/ALARM, commit 67c6776ba152ae130fe1ddd2dd355e863dae3b73: embeddings that can be read."""

import os
from dataclasses import dataclass
from types import SimpleNamespace

from stub_tools import fact, record


@dataclass
class _Embeds:
    """Stands for a tensor."""

    text: str
    continuation: str = ""

    def detach(self):
        return self

    def cpu(self):
        return self

    def followed_by(self, continuation, more=""):
        return _Embeds(f"{self.text} {more}".strip(), self.continuation + continuation)


class _Model:
    """Stands for Qwen3AudioWrappedForCausalLM."""

    def get_config(self):
        return SimpleNamespace(use_explicit_audio_tokens=False)


class Qwen3AudioWrappedFeatureExtractor:
    """src/model/wrapped_llms/qwen3.py:161"""

    def __init__(self, model_config, checkpoint_name, tokenizer):
        """src/model/wrapped_llms/qwen3.py:162"""
        record(
            "Qwen3AudioWrappedFeatureExtractor", llm=model_config.llm, checkpoint=checkpoint_name
        )
        if not os.path.isdir(checkpoint_name):
            raise OSError(checkpoint_name)
        self.model = _Model()
        self.tokenizer = tokenizer

    def to(self, device):
        """src/model/wrapped_llms/qwen3.py:181"""
        record("to", device=device)

    def get_text_embeds(self, input_ids):
        """src/model/wrapped_llms/qwen3.py:227"""
        return [_Embeds(self.tokenizer.decode(ids)) for ids in input_ids]

    def forward(self, inputs_system, inputs_start, inputs_main, audio):
        """src/model/wrapped_llms/qwen3.py:234"""
        found = []
        for number, clip in enumerate(audio):
            decoded = clip.get_all_samples()
            parts = [rows[number] for rows in (inputs_system, inputs_start) if rows is not None]
            before = "".join(self.tokenizer.decode(part) for part in parts)
            heard = fact(decoded.data[0], decoded.sample_rate)
            found.append(
                _Embeds(f"{before} heard {heard}{self.tokenizer.decode(inputs_main[number])}")
            )
        return found

    def __call__(self, inputs_system, inputs_start, inputs_main, audio):
        """Third party: torch.nn.Module.__call__."""
        return self.forward(inputs_system, inputs_start, inputs_main, audio)
