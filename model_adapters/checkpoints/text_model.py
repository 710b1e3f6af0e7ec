"""A text-only checkpoint for transformers: what a judge in the process needs, and no benchmark of audio can be run with.

Greedy requests are answered in left-padded batches; a drawn answer is generated alone, with a seed made from its request key. Reasoning in marks
is cut from the answer. A ``response_format`` whose schema is a closed list of texts binds the answer token by token. Folders are read without the code that they may bring.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from harness.errors import FOREIGN, AdapterError, UsageError
from harness.types import AdapterInfo, ErrorInfo, Generation, Request, Response
from model_adapters.base import BatchAdapter, request_seed
from model_adapters.checkpoints.backend import import_backend
from model_adapters.checkpoints.choices import allowed_tokens, closed_choices
from model_adapters.checkpoints.source import find_source, has_audio, identity, read_config
from model_adapters.shared.reply_text import split_reasoning

_ARGUMENTS = ("device", "dtype", "revision")


def is_text_only(target: str) -> bool:
    """Return whether a target is a folder with a checkpoint that has no audio encoder."""
    try:
        folder = find_source(target).folder
        return folder is not None and not has_audio(read_config(folder))
    except (UsageError, AdapterError):
        return False  # the adapter for audio says what is wrong with it


def bound_choices(generation: Generation) -> tuple[str, ...] | None:
    """Return the texts of which one is to be answered; ``None`` for free text.

    Raises:
        UsageError: a ``response_format`` whose schema is not a closed list.
    """
    wanted = generation.as_mapping().get("response_format")
    if wanted is None:
        return None
    choices = closed_choices(wanted["json_schema"]["schema"])
    if choices is None:
        raise UsageError(
            "transformers has no grammar: a schema binds here only if each of its properties is required and lists its values (enum, const, boolean)",
            hint="serve the model and ask it with --judge openai:NAME -J base_url=…, or --judge vllm:PATH",
        )
    return choices


class TextModel(BatchAdapter):
    """A text-only checkpoint.

    Args:
        target: folder of the checkpoint.
        arguments: ``device``, ``dtype``, ``revision``.

    Raises:
        UsageError: another argument.
    """

    def __init__(self, target: str, **arguments: Any) -> None:
        for name in arguments:
            if name not in _ARGUMENTS:
                raise UsageError(
                    f"a text-only checkpoint takes no argument {name!r}",
                    where=target,
                    hint=f"known: {', '.join(_ARGUMENTS)}",
                )
        self._target, self._arguments = target, arguments
        self._model: Any = None
        self._tokenizer: Any = None

    def open(self) -> AdapterInfo:
        """Load the checkpoint.

        Raises:
            AdapterError: it cannot be loaded, or has no chat template.
        """
        source = find_source(self._target, self._arguments.get("revision"))
        torch, transformers = import_backend()
        device = self._arguments.get("device") or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(
                source.name, revision=source.revision, padding_side="left"
            )
            self._model = transformers.AutoModelForCausalLM.from_pretrained(
                source.name, revision=source.revision, dtype=self._arguments.get("dtype", "auto")
            )
        except FOREIGN as error:
            raise AdapterError(
                f"cannot be loaded: {type(error).__name__}: {error}", where=self._target
            ) from error
        if self._tokenizer.chat_template is None:
            raise AdapterError("the tokenizer has no chat template", where=self._target)
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._model = self._model.to(device).eval()
        return AdapterInfo(
            fingerprint=identity(source, self._model.config),
            modes=frozenset({"text"}),
            style="batch",
            description={"class": type(self._model).__name__, "device": str(device)},
        )

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: greedy ones of one length limit together, drawn ones alone."""
        found: dict[int, Response] = {}
        groups: dict[Generation, list[int]] = {}
        for position, request in enumerate(requests):
            if request.generation.sampled:
                found[position] = self._answer([request])[0]
            else:
                groups.setdefault(request.generation, []).append(position)
        for positions in groups.values():
            answers = self._answer([requests[position] for position in positions])
            found.update(zip(positions, answers, strict=True))
        return [found[position] for position in range(len(requests))]

    def _answer(self, requests: Sequence[Request]) -> list[Response]:
        torch, _ = import_backend()
        generation, started = requests[0].generation, time.perf_counter()
        choices = bound_choices(generation)
        chats = [
            [
                {
                    "role": message.role,
                    "content": "".join(getattr(part, "text", "") for part in message.parts),
                }
                for message in request.messages
            ]
            for request in requests
        ]
        drawing: dict[str, Any] = {"temperature": None, "top_p": None, "top_k": None}
        if generation.sampled:
            torch.manual_seed(request_seed(generation.seed or 0, requests[0].request_key))
            drawing = {"temperature": generation.temperature, "top_p": generation.top_p}
        try:
            texts = [
                self._tokenizer.apply_chat_template(
                    chat, tokenize=False, add_generation_prompt=True
                )
                for chat in chats
            ]
            inputs = self._tokenizer(
                texts, return_tensors="pt", padding=True, add_special_tokens=False
            ).to(self._model.device)
            if choices is not None:
                listed = self._tokenizer(list(choices), add_special_tokens=False)["input_ids"]
                drawing["prefix_allowed_tokens_fn"] = allowed_tokens(
                    listed, inputs["input_ids"].shape[1], self._tokenizer.eos_token_id
                )
            with torch.inference_mode():
                rows = self._model.generate(
                    input_ids=inputs["input_ids"],
                    attention_mask=inputs["attention_mask"],
                    max_new_tokens=generation.limit,
                    do_sample=generation.sampled,
                    pad_token_id=self._tokenizer.pad_token_id,
                    **drawing,
                )
        except FOREIGN as error:
            if len(requests) > 1:  # one of them may be at fault
                return [self._answer([request])[0] for request in requests]
            failure = ErrorInfo("request", f"{type(error).__name__}: {error}"[:500])
            return [Response(None, error=failure)]
        seconds = (time.perf_counter() - started) / len(requests)
        new = rows[:, inputs["input_ids"].shape[1] :]
        return [self._response(row.tolist(), generation.limit, seconds) for row in new]

    def _response(self, row: list[int], limit: int, seconds: float) -> Response:
        end = self._model.generation_config.eos_token_id
        ends = set(end if isinstance(end, list) else [end]) | {self._tokenizer.eos_token_id}
        length = next((place for place, token in enumerate(row) if token in ends), len(row))
        reasoning, text = split_reasoning(
            self._tokenizer.decode(row[:length], skip_special_tokens=True)
        )
        return Response(
            text,
            reasoning=reasoning,
            finish="length" if length == len(row) and len(row) >= limit else "stop",
            usage={"completion_tokens": length},
            seconds=seconds,
        )

    def close(self) -> None:
        """Release the model."""
        self._model = self._tokenizer = None
