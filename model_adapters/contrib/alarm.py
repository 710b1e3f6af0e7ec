"""``python:contrib.alarm:ALARM``: ALARM through the ``generate_vllm.py`` of its repository.

Written against Blinorot/ALARM, commit 67c6776ba152ae130fe1ddd2dd355e863dae3b73: the calls of its README. A feature
extractor makes embeddings of prompt and clip, and vLLM runs the frozen Qwen3 on them. Several checkpoints,
``ID+ID``, are the authors' ensemble ALARM-E. There is one clip in a request, always before the text, and one user
message; a request without a system prompt gets upstream's. Clips arrive at their own sampling rate, since each encoder
resamples for itself (16 and 24 kHz).

It reasons first. Reasoning has a budget of its own, ``max_thinking_tokens``, after which upstream closes it and lets
the model answer; ``max_new_tokens`` bounds the answer. Upstream gives text only, so a recorder between it and vLLM
notes why each answer ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._common import (
    identity,
    only,
    read_generation,
    single_turn,
    snapshot,
    spoken,
    wav_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "ALARM"
CLOSING = "</think>"
GREEDY = {"temperature": 0.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0}
"""vLLM's neutral values; what it takes from Qwen3's generation config would draw."""


class ALARM:
    """ALARM and its ensemble ALARM-E."""

    sampling_rate = None
    max_clips = 1
    audio_mark = None
    batch = True

    def load(
        self,
        checkpoint: str = "Blinorot/ALARM-CA",
        *,
        revision: str | None = None,
        device: str = "cuda",
        dtype: str = "auto",
        max_thinking_tokens: int | None = None,
        max_model_len: int | None = None,
        gpu_memory_utilization: float | None = None,
    ) -> None:
        """Load feature extractors and the language model.

        Args:
            checkpoint: hub id or folder; several joined by ``+`` are an ensemble.
            revision: of a hub id; as many, joined by ``+``, as there are checkpoints.
            device: of the feature extractors; vLLM takes the first that ``CUDA_VISIBLE_DEVICES`` shows.
            dtype: upstream has no choice.
            max_thinking_tokens: budget of the reasoning; -1 for none of its own, so that ``max_new_tokens`` bounds
                reasoning and answer together. This and the next two default to upstream's ``default_inference.yaml``.
            max_model_len: positions of the language model.
            gpu_memory_utilization: share of the memory that vLLM takes.
        """
        only("dtype", dtype, ("auto",), "upstream leaves it to transformers and vLLM")
        # First: it sets the start method of processes, which torch must not have done.
        import generate_vllm
        from omegaconf import OmegaConf
        from src.model.wrapped_llms.qwen3 import Qwen3AudioWrappedFeatureExtractor
        from src.utils import ROOT_PATH
        from transformers import AutoTokenizer
        from vllm import LLM

        config = OmegaConf.load(ROOT_PATH / "src" / "configs" / "model" / "default_inference.yaml")
        if max_thinking_tokens is not None:
            config.max_thinking_tokens = max_thinking_tokens
        if max_model_len is not None:
            config.max_model_len = max_model_len
        if gpu_memory_utilization is not None:
            config.gpu_memory_utilization = gpu_memory_utilization
        self.config = config
        self.upstream = generate_vllm
        self.tokenizer = AutoTokenizer.from_pretrained(config.llm)  # nosec B615
        found = _snapshots(checkpoint, revision)
        self.extractors = []
        for folder, _ in found:
            extractor = Qwen3AudioWrappedFeatureExtractor(
                model_config=config, checkpoint_name=folder, tokenizer=self.tokenizer
            )
            extractor.to(device)
            self.extractors.append(extractor)
        self.llm = LLM(
            config.llm,
            enable_prefix_caching=True,
            max_model_len=config.max_model_len,
            max_num_seqs=config.max_num_seq,
            max_num_batched_tokens=config.max_num_batched_tokens,
            gpu_memory_utilization=config.gpu_memory_utilization,
            enable_prompt_embeds=True,
        )
        names = [name for _, name in found]
        self.fingerprint = identity(*names, config.llm, str(config.max_thinking_tokens))

    def generate(
        self,
        messages: Sequence[Sequence[Mapping[str, Any]]],
        audio: Sequence[Sequence[tuple[Any, int]]],
        generation: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        """Answer requests with one clip each; upstream takes one system prompt for a call."""
        takes = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
        plan = read_generation(generation, NAME, takes)
        sample = self.llm.get_default_sampling_params()
        for name, value in {**({} if plan.sampled else GREEDY), **plan.values}.items():
            setattr(sample, name, value)
        sample.seed = plan.seed if plan.sampled else None
        sample.max_tokens = plan.max_new_tokens
        groups: dict[str, list[tuple[int, str, Any]]] = {}
        for position, pair in enumerate(zip(messages, audio)):
            system, text, clip = self._read(*pair)
            groups.setdefault(system, []).append((position, text, clip))
        replies: list[dict[str, Any]] = [{} for _ in messages]
        for system, group in groups.items():
            answers = self._ask(system, [row[1:] for row in group], sample)
            for (position, _, _), answer in zip(group, answers):
                replies[position] = self._bounded(answer, plan.max_new_tokens)
        return replies

    def _read(
        self, messages: Sequence[Mapping[str, Any]], audio: Sequence[tuple[Any, int]]
    ) -> tuple[str, str, Any]:
        """Return the system prompt, text and clip."""
        system, parts = single_turn(messages, audio, NAME)
        clips = spoken(parts)
        if len(clips) != 1:
            raise ValueError(f"{NAME} takes one clip, found {len(clips)}")
        text = "".join(part for part in parts if isinstance(part, str)).strip()
        return self.upstream.get_system_prompt() if system is None else system, text, clips[0]

    def _ask(self, system: str, rows: list[Any], sample: Any) -> list[dict[str, Any]]:
        from torchcodec.decoders import AudioDecoder

        recorder = Recorder(self.llm)
        one = len(self.extractors) == 1
        answers = self.upstream.get_response(
            prompts=[text for text, _ in rows],
            audio_list=[AudioDecoder(wav_bytes(*clip)) for _, clip in rows],
            llm=recorder,
            feature_extractor=self.extractors[0] if one else self.extractors,
            sample=sample,
            tokenizer=self.tokenizer,
            system_prompt=system,
            max_thinking_tokens=self.config.max_thinking_tokens,
        )
        return [read_answer(*pair) for pair in zip(answers, recorder.histories())]

    def _bounded(self, answer: dict[str, Any], most: int) -> dict[str, Any]:
        """Cut an answer that stayed within the budget of the reasoning but is longer than requested."""
        tokens = self.tokenizer(
            answer["text"], padding=False, truncation=False, add_special_tokens=False
        ).input_ids
        if len(tokens) <= most:
            return answer
        return {**answer, "text": self.tokenizer.decode(tokens[:most]), "finish": "length"}


class Recorder:
    """Object that upstream calls ``llm``: passes everything on, and keeps what came back."""

    def __init__(self, llm: Any) -> None:
        self.llm = llm
        self.rounds: list[list[Any]] = []

    def generate(self, prompts: Any, sampling_params: Any) -> Any:
        """Answer requests with one clip each; upstream takes one system prompt for a call."""
        found = self.llm.generate(prompts, sampling_params)
        self.rounds.append([output.outputs[0] for output in found])
        return found

    def histories(self) -> list[list[Any]]:
        """Return the outputs of every request: one, or a second one where the reasoning had used up its budget."""
        first, *others = self.rounds
        second = iter(others[0] if others else [])
        return [
            [output, next(second)] if others and output.finish_reason == "length" else [output]
            for output in first
        ]


def read_answer(text: str, history: Sequence[Any]) -> dict[str, Any]:
    """Return upstream's answer without the reasoning in front of it.

    The prompt opens the reasoning, so a text that never closes it has no answer. Where the model wrote ``<answer>``,
    upstream has already cut the text down to what stands inside.
    """
    first, last = history[0], history[-1]
    reasoning, closed, _ = first.text.partition(CLOSING)
    if not closed and len(history) == 1:
        text = ""
    elif CLOSING in text:
        text = text.partition(CLOSING)[2].lstrip()
    return {
        "text": text,
        "reasoning": reasoning.strip(),
        "finish": "length" if last.finish_reason == "length" else "stop",
        "usage": {"completion_tokens": sum(len(output.token_ids) for output in history)},
    }


def _snapshots(checkpoint: str, revision: str | None) -> list[tuple[str, str]]:
    checkpoints = checkpoint.split("+")
    revisions: list[str | None] = [None] * len(checkpoints)
    if revision is not None:
        revisions = [*revision.split("+")]
    if len(revisions) != len(checkpoints):
        raise ValueError(f"{len(revisions)} revisions of {len(checkpoints)} checkpoints")
    return [snapshot(*pair) for pair in zip(checkpoints, revisions)]
