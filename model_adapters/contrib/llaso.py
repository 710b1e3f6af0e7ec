"""``python:contrib.llaso:LLaSO``: LLaSO-Base through its own package ``llaso``.

Written against EIT-NLP/LLaSO, commit 0907788d8f41c7252a59d96a2db164cdaa641245. The ``LLaSOBase`` of its README does not
exist in the code, so the steps are those of its evaluation script, ``llaso/evaluation/model_eval.py``: conversation
``llama32_audio_v1_mmtag``, marks around every clip, Whisper features of 30 s pieces, one conversation at a time
(its collator pads on the right, which suits training only). That script takes at most 20 pieces of a clip and drops the
rest; here a longer clip is refused. Its system prompt is the one of the conversation; a task's own replaces it.

The checkpoint names its audio tower by a path on the authors' machine, so the tower is fetched and its folder put in
the config's place. The hub id of the checkpoint is the one that a later README of the repository gives (commit a43fba3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._common import cut_short, identity, only, read_generation, single_turn, snapshot, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAME = "LLaSO-Base"
CONVERSATION = "llama32_audio_v1_mmtag"
MARKS = ("<audio>", "<image>")
"""What upstream's tokenizer function takes for a clip or an image."""
PIECE = 480_001
"""Samples of a piece, as upstream cuts; the feature extractor keeps 480,000 of them."""
MAX_PIECES = 20
TOWER_FILES = ("*.json", "*.txt", "model.safetensors")


class LLaSO:
    """LLaSO-Base."""

    sampling_rate = 16_000
    max_audio_seconds = MAX_PIECES * 30
    audio_mark = None

    def load(
        self,
        checkpoint: str = "YirongSun/LLaSO-Base-3.8B-Instruct",
        *,
        revision: str | None = None,
        audio_tower: str = "openai/whisper-large-v3",
        audio_tower_revision: str | None = None,
        device: str = "cuda",
        dtype: str = "auto",
    ) -> None:
        """Load checkpoint and audio tower.

        Args:
            checkpoint: hub id or folder.
            revision: of a hub id.
            audio_tower: Whisper encoder, hub id or folder; its path must contain ``whisper``.
            audio_tower_revision: of its hub id.
            device: such as ``cuda:0``.
            dtype: upstream has no choice.
        """
        only("dtype", dtype, ("auto", "bfloat16"), "upstream evaluates in bfloat16")
        from llaso.model.builder import load_pretrained_model

        folder, name = snapshot(checkpoint, revision)
        tower, tower_name = snapshot(audio_tower, audio_tower_revision, TOWER_FILES)
        if "whisper" not in tower.lower():
            raise ValueError(
                f"audio_tower={tower}: upstream chooses the encoder by the word whisper in its path"
            )
        # Further keywords reach transformers' from_pretrained, which puts them in the config.
        self.tokenizer, self.model, _, self.processor, _ = load_pretrained_model(
            folder, None, "llava", device=device, mm_audio_tower=tower
        )
        self.model.bfloat16()
        self.model.to(device)
        self.model.eval()
        self.fingerprint = identity(name, tower_name, "bfloat16")

    def generate(
        self,
        messages: Sequence[Mapping[str, Any]],
        audio: Sequence[tuple[Any, int]],
        generation: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Answer one user message with at least one clip."""
        import torch

        takes = ("temperature", "top_p", "top_k", "num_beams", "repetition_penalty")
        plan = read_generation(generation, NAME, takes)
        system, parts = single_turn(messages, audio, NAME)
        prompt = self.prompt(system, parts)
        arguments = {
            "num_beams": 1,
            **plan.values,
            "do_sample": plan.sampled,
            "max_new_tokens": plan.max_new_tokens,
        }
        if plan.sampled:
            torch.manual_seed(plan.seed)
        output = self.model.generate(**arguments, **self.inputs(torch, prompt, spoken(parts)))
        text = self.tokenizer.batch_decode(output, skip_special_tokens=True)[0].strip()
        tokens = output[0].tolist()
        cut = cut_short(tokens, self.model.generation_config.eos_token_id)
        return {"text": text, "finish": "length" if cut else "stop"}

    def prompt(self, system: str | None, parts: Sequence[Any]) -> str:
        """Return the text that the model is asked with, marks of clips included."""
        from llaso.conversation import conv_templates

        texts = [*([system] if system else []), *(part for part in parts if isinstance(part, str))]
        for mark in MARKS:
            if any(mark in text for text in texts):
                raise ValueError(f"the prompt has the text {mark}, which upstream reads as a mark")
        if not spoken(parts):
            raise ValueError(f"{NAME} takes requests with a clip: its evaluation has no other form")
        conversation = conv_templates[CONVERSATION].copy()
        if system is not None:
            conversation.system = system
        user, assistant = conversation.roles
        text = "".join(part if isinstance(part, str) else MARKS[0] for part in parts)
        conversation.append_message(user, text)
        conversation.append_message(assistant, None)
        return tagged(conversation.get_prompt())

    def inputs(self, torch: Any, prompt: str, clips: Sequence[tuple[Any, int]]) -> dict[str, Any]:
        """Return upstream's keyword arguments of ``generate`` for one conversation."""
        import numpy as np
        from llaso.mm_utils import tokenizer_image_audio_token

        ids = tokenizer_image_audio_token(prompt, self.tokenizer, return_tensors="pt").unsqueeze(0)
        if ids.shape[1] > self.tokenizer.model_max_length:
            raise ValueError(
                f"the prompt has {ids.shape[1]} tokens, upstream cuts at "
                f"{self.tokenizer.model_max_length}"
            )
        features, owners = [], []
        for number, (samples, rate) in enumerate(clips, start=1):
            for piece in pieces(samples):
                found = self.processor(audio=piece, sampling_rate=rate).input_features
                features.append(np.asarray(found[0]))
                owners.append(number)
        device = self.model.device
        return {
            "inputs": ids.to(device=device),
            "attention_mask": ids.ne(self.tokenizer.pad_token_id).to(device=device),
            "position_ids": torch.arange(ids.shape[1]).unsqueeze(0).to(device=device),
            "input_features": torch.tensor(np.stack(features)[None]).to(device=device).bfloat16(),
            "features_mask": torch.tensor([owners]).to(device=device),
            "use_cache": True,
            "audio_attention_mask": None,
        }


def tagged(prompt: str) -> str:
    r"""Return the prompt with upstream's marks around every clip; they differ where text precedes the first one.

    >>> tagged("<|start_header_id|>user<|end_header_id|>\n\n<audio>?").partition("\n\n")[2]
    '<Audio><audio_start><audio><audio_end></Audio>\n?'
    """
    header = "<|start_header_id|>user<|end_header_id|>"
    before = prompt.partition(header)[2].partition(MARKS[0])[0].strip()
    marks = "<Audio><audio_start><audio><audio_end></Audio>\n"
    return prompt.replace(MARKS[0], f"\n{marks}\n" if before else marks)


def pieces(samples: Any) -> Iterator[Any]:
    """Yield the pieces of a clip, as upstream cuts it.

    >>> [len(piece) for piece in pieces(range(480_002))]
    [480001, 1]
    """
    rest = samples
    while len(rest) > 480_000:
        yield rest[:PIECE]
        rest = rest[PIECE:]
    if len(rest):
        yield rest
