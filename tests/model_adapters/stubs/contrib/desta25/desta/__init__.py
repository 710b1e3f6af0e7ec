"""Stub of kehanlu/DeSTA2.5-Audio, commit 5503dfcb8c07ddc608ef705542f0f9b94cc99de8."""

import os
from dataclasses import dataclass
from types import SimpleNamespace

from stub_tools import WINDOW, Vocabulary, fact, read_wav, record, trouble

EOT = 128009


@dataclass
class GenerationOutput:
    """desta/models/modeling_desta25.py:112"""

    audios: list
    generated_ids: list
    text: list


class DeSTA25AudioModel:
    """desta/models/modeling_desta25.py:235"""

    def __init__(self, config, cache_dir=None, token=None, **kwargs):
        """desta/models/modeling_desta25.py:238"""
        self.config = config
        self.audio_locator = "<|AUDIO|>"
        ends = SimpleNamespace(eos_token_id=[128001, 128008, EOT])
        named = SimpleNamespace(_commit_hash="11" * 20)
        self.llm_model = SimpleNamespace(generation_config=ends, config=named)
        whisper = SimpleNamespace(config=SimpleNamespace(_commit_hash=None))
        self.perception = SimpleNamespace(whisper=whisper)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *args, **kwargs):
        """desta/models/modeling_desta25.py:685"""
        record(
            "from_pretrained", path=pretrained_model_name_or_path, args=args, kwargs=sorted(kwargs)
        )
        if not os.path.isdir(pretrained_model_name_or_path):
            raise OSError(f"{pretrained_model_name_or_path} is not a folder")
        return cls(
            SimpleNamespace(
                llm_model_id="DeSTA-ntu/Llama-3.1-8B-Instruct",
                encoder_model_id="openai/whisper-large-v3",
            )
        )

    def to(self, device):
        """Third party: torch.nn.Module.to."""
        record("to", device=device)
        return self

    def eval(self):
        """Third party: torch.nn.Module.eval."""
        record("eval")
        return self

    def _setup_generation(self):
        """desta/models/modeling_desta25.py:441"""
        if os.environ.get("STUB_NO_VAD"):
            raise OSError("silero-vad cannot be fetched")
        self.tokenizer = SimpleNamespace(eos_token_id=EOT)
        self.vocabulary = Vocabulary()

    def generate(self, messages, temperature=0.7, top_p=0.9, do_sample=True, max_new_tokens=512):
        """desta/models/modeling_desta25.py:459"""
        record(
            "generate",
            messages=messages,
            temperature=temperature,
            top_p=top_p,
            do_sample=do_sample,
            max_new_tokens=max_new_tokens,
        )
        if not hasattr(self, "tokenizer"):
            self._setup_generation()
        if not isinstance(messages, list):
            raise ValueError("messages should be a list of dictionaries or a list of lists.")
        conversations = [messages] if isinstance(messages[0], dict) else messages
        rows, audios = [], []
        for conversation in conversations:
            words = []
            for message in conversation:
                content, clips = message["content"], message.get("audios", [])
                assert len(clips) == content.count(self.audio_locator), "audio count does not match"
                for clip in clips:
                    if not os.path.exists(clip["audio"]):
                        raise ValueError(f"Audio file {clip['audio']} does not exist.")
                    samples, rate = read_wav(clip["audio"])
                    words.append(f" heard {fact(samples[:WINDOW], rate)}")
                    audios.append((clip["audio"], clip.get("text")))
                words.append(f" {message['role']}: {content}")
                trouble(content)
            tokens = self.vocabulary.encode("".join(words).strip())
            rows.append(tokens[:max_new_tokens])
            if len(tokens) < max_new_tokens:
                rows[-1].append(EOT)
        longest = max(map(len, rows))
        return GenerationOutput(
            text=[self.vocabulary.decode(row) for row in rows],
            audios=audios,
            generated_ids=[row + [EOT] * (longest - len(row)) for row in rows],
        )
