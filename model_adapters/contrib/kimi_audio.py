"""``python:contrib.kimi_audio:KimiAudio``: Kimi-Audio through its own package ``kimia_infer``.

Written against MoonshotAI/Kimi-Audio, commit 2607d515f5b7dffa1dcc7526f9f26feb48e356c4: the call of its README for text
output, without the speech decoder. It takes clips as paths, each a message of its own next to messages of text, and runs
on CUDA in bfloat16 only. There is no system role: such a prompt is refused, or said by the user with
``system_as_user``. Reading order is the task's; the authors' evaluation asks with the text before the clip, which
``text_first`` does.

Greedy or with temperature and top-k; there is no top-p. The repetition penalty looks at the last 16 tokens.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ._common import identity, only, read_generation, snapshot, spoken, turns, wav_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "Kimi-Audio"
POSITIONS = 7500
"""What upstream allots to prompt and answer in text mode."""
MAX_NEW_TOKENS = 4096
"""Upstream's buffer: tokens of an answer beyond it would be lost without a word."""
TOKENS_PER_SECOND = 12.5


class KimiAudio:
    """Kimi-Audio."""

    sampling_rate = 16_000
    max_audio_seconds = POSITIONS / TOKENS_PER_SECOND
    audio_mark = None

    def load(
        self,
        checkpoint: str = "moonshotai/Kimi-Audio-7B-Instruct",
        *,
        revision: str | None = None,
        device: str = "cuda",
        dtype: str = "auto",
        text_first: bool = False,
        system_as_user: bool = False,
    ) -> None:
        """Load the checkpoint.

        Args:
            checkpoint: hub id, or a folder with all its files, ``whisper-large-v3`` included.
            revision: of a hub id.
            device: ``cuda`` or ``cuda:N``.
            dtype: upstream has no choice.
            text_first: put the text of a message before its clips.
            system_as_user: put a system prompt before the first user message.
        """
        only("dtype", dtype, ("auto", "bfloat16"), "upstream loads bfloat16")
        if not re.fullmatch(r"cuda(:\d+)?", device):
            raise ValueError(f"device={device}: upstream runs on CUDA only: cuda or cuda:N")
        import torch
        from kimia_infer.api.kimia import KimiAudio as Upstream

        if device != "cuda":
            torch.cuda.set_device(device)  # upstream takes the current one
        folder, name = snapshot(checkpoint, revision)
        self.model = Upstream(model_path=folder, load_detokenizer=False)
        self.text_first = text_first
        self.system_as_user = system_as_user
        self.fingerprint = identity(name, "bfloat16")
        self.counts: list[int] = []
        decode = self.model.detokenize_text

        def counted(text_tokens: Any) -> Any:
            """Count tokens to tell why an answer ended, which upstream does not say."""
            self.counts.append(len(text_tokens))
            return decode(text_tokens)

        self.model.detokenize_text = counted

    def generate(
        self,
        messages: Sequence[Mapping[str, Any]],
        audio: Sequence[tuple[Any, int]],
        generation: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Answer one conversation."""
        plan = read_generation(generation, NAME, ("temperature", "top_k", "repetition_penalty"))
        _check_room(plan.max_new_tokens, audio)
        names = {"top_k": "text_top_k", "repetition_penalty": "text_repetition_penalty"}
        arguments = {names[key]: value for key, value in plan.values.items() if key in names}
        arguments["text_temperature"] = 0.0
        if plan.sampled:
            if "temperature" not in plan.values:
                raise ValueError(f"do_sample needs a temperature: {NAME} has none of its own")
            import torch

            torch.manual_seed(plan.seed)
            arguments["text_temperature"] = plan.values["temperature"]
        conversation = turns(messages, audio)
        clips = [clip for _, parts in conversation for clip in spoken(parts)]
        with wav_files(clips) as paths:
            chats = self._chats(conversation, iter(paths))
            self.counts.clear()
            _, text = self.model.generate(
                chats, output_type="text", max_new_tokens=plan.max_new_tokens, **arguments
            )
        tokens = sum(self.counts)
        return {
            "text": text,
            "finish": "length" if tokens >= plan.max_new_tokens else "stop",
            "usage": {"completion_tokens": tokens},
        }

    def _chats(self, conversation: Sequence[tuple[str, list[Any]]], paths: Any) -> list[Any]:
        """Turn every text and every clip into a message; white space at the seams separates nothing any more."""
        chats = []
        for role, parts in conversation:
            if role == "system" and not self.system_as_user:
                raise ValueError(
                    f"{NAME} has no system role; -M system_as_user=true lets the user say it"
                )
            role = "user" if role == "system" else role
            found: list[Any] = []
            for part in parts:
                if not isinstance(part, str):
                    found.append({"role": role, "message_type": "audio", "content": next(paths)})
                elif part.strip():
                    found.append({"role": role, "message_type": "text", "content": part.strip()})
            if self.text_first:
                found.sort(key=lambda message: message["message_type"] == "audio")
            chats += found
        return chats


def _check_room(max_new_tokens: int, audio: Sequence[tuple[Any, int]]) -> None:
    seconds = sum(len(samples) / rate for samples, rate in audio)
    room = min(MAX_NEW_TOKENS, POSITIONS - math.ceil(TOKENS_PER_SECOND * seconds))
    if max_new_tokens > room:
        raise ValueError(
            f"max_new_tokens={max_new_tokens} with {seconds:.1f} s of audio: upstream has room for "
            f"{max(room, 0)}"
        )
