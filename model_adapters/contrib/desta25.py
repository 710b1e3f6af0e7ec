"""``python:contrib.desta25:DeSTA25``: DeSTA2.5-Audio through its own package ``desta``.

Written against kehanlu/DeSTA2.5-Audio, commit 5503dfcb8c07ddc608ef705542f0f9b94cc99de8: the call is that of its README
and of its MMAU script. It takes clips as paths, any number in a message, and lists of conversations. It hears the first
30 s of a clip, so longer ones are refused unless ``cut_audio`` is given. Its ``from_pretrained`` ignores ``revision``
and fixes the dtypes (language model bfloat16, the rest float32); here the checkpoint is fetched first and loaded from
its folder. The language model and the Whisper encoder are named in the checkpoint and come without a revision.

Conversations are padded on the left in a batch, so in bfloat16 a near tie may fall another way than alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._common import (
    commit_of,
    cut_short,
    identity,
    only,
    read_generation,
    snapshot,
    spoken,
    turns,
    wav_files,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "DeSTA2.5-Audio"
MARK = "<|AUDIO|>"
WINDOW_SECONDS = 30.0
"""What the feature extractor of Whisper keeps of a clip."""


class DeSTA25:
    """DeSTA2.5-Audio."""

    sampling_rate = 16_000
    max_audio_seconds: float | None = WINDOW_SECONDS
    audio_mark = None
    batch = True

    def load(
        self,
        checkpoint: str = "DeSTA-ntu/DeSTA2.5-Audio-Llama-3.1-8B",
        revision: str | None = None,
        device: str = "cuda",
        dtype: str = "auto",
        cut_audio: bool = False,
    ) -> None:
        """Load the checkpoint, and what upstream only fetches at the first call.

        Args:
            checkpoint: hub id, or a folder with ``config.json`` and ``model.safetensors``.
            revision: of a hub id.
            device: such as ``cuda:0``.
            dtype: upstream has no choice.
            cut_audio: take clips of more than 30 s, of which upstream drops the rest.
        """
        only("dtype", dtype, ("auto", "bfloat16"), "upstream loads its language model in bfloat16")
        from desta import DeSTA25AudioModel

        folder, name = snapshot(checkpoint, revision)
        self.model = DeSTA25AudioModel.from_pretrained(folder)
        self.model.to(device)
        self.model.eval()
        if cut_audio:
            self.max_audio_seconds = None
        # Tokenizer, processor and the voice activity detector come with the first call. Without them every request
        # would fail, so they are asked for now: one token, without a clip.
        self._ask([[{"role": "user", "content": "Hello."}]], **_greedy(1))
        self.fingerprint = identity(
            name,
            commit_of(self.model.llm_model, self.model.config.llm_model_id),
            commit_of(self.model.perception.whisper, self.model.config.encoder_model_id),
        )

    def generate(
        self,
        messages: Sequence[Sequence[Mapping[str, Any]]],
        audio: Sequence[Sequence[tuple[Any, int]]],
        generation: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        """Answer conversations; drawn ones one by one, each with its seed."""
        plan = read_generation(generation, NAME, ("temperature", "top_p"))
        chats = [turns(*pair) for pair in zip(messages, audio)]
        if not plan.sampled:
            return self._together(chats, _greedy(plan.max_new_tokens))
        import torch

        drawn = {"do_sample": True, "max_new_tokens": plan.max_new_tokens, **plan.values}
        replies = []
        for chat in chats:
            torch.manual_seed(plan.seed)
            replies += self._replies([chat], drawn)
        return replies

    def _together(self, chats: list[Any], arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """Separate conversations with clips from those without: upstream's prompt of the latter has another beginning.

        Its tokenizer adds special tokens to a call without any clip only, so an answer would depend on the neighbours.
        """
        replies: list[dict[str, Any]] = [{} for _ in chats]
        for heard in (True, False):
            chosen = [i for i, chat in enumerate(chats) if bool(_clips(chat)) is heard]
            found = self._replies([chats[i] for i in chosen], arguments) if chosen else []
            for position, reply in zip(chosen, found):
                replies[position] = reply
        return replies

    def _replies(self, chats: list[Any], arguments: dict[str, Any]) -> list[dict[str, Any]]:
        with wav_files([clip for chat in chats for clip in _clips(chat)]) as paths:
            remaining = iter(paths)
            conversations = [
                [_message(role, parts, remaining) for role, parts in chat] for chat in chats
            ]
            output = self._ask(conversations, **arguments)
        ends = self.model.llm_model.generation_config.eos_token_id
        ends = [self.model.tokenizer.eos_token_id, *([ends] if isinstance(ends, int) else ends)]
        return [
            {
                "text": text,
                "finish": "length" if cut_short(tokens, ends) else "stop",
                "extra": _heard(chat),
            }
            for text, tokens, chat in zip(output.text, output.generated_ids, chats)
        ]

    def _ask(self, conversations: list[Any], **arguments: Any) -> Any:
        return self.model.generate(messages=conversations, **arguments)


def _greedy(max_new_tokens: int) -> dict[str, Any]:
    """Return the arguments of upstream's README; the values of sampling are neutral."""
    return {"do_sample": False, "top_p": 1.0, "temperature": 1.0, "max_new_tokens": max_new_tokens}


def _message(role: str, parts: list[Any], paths: Any) -> dict[str, Any]:
    """Write a message as upstream wants it: marks in the text, the clips next to it in the same order."""
    if any(isinstance(part, str) and MARK in part for part in parts):
        raise ValueError(f"the prompt has the text {MARK}, which stands for a clip")
    content = "".join(part if isinstance(part, str) else MARK for part in parts)
    clips = spoken(parts)
    message = {"role": role, "content": content}
    return {**message, "audios": [{"audio": next(paths)} for _ in clips]} if clips else message


def _clips(chat: Sequence[tuple[str, list[Any]]]) -> list[Any]:
    return [clip for _, parts in chat for clip in spoken(parts)]


def _heard(chat: Sequence[tuple[str, list[Any]]]) -> dict[str, Any]:
    cut = any(len(samples) > WINDOW_SECONDS * rate for samples, rate in _clips(chat))
    return {"audio_cut_at_seconds": WINDOW_SECONDS} if cut else {}
