"""One batch through ``generate``, and from the tokens of its rows to replies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from harness.errors import UsageError
from model_adapters.hf.checkpoint import Checkpoint
from model_adapters.hf.generation import GenerationPlan, count_tokens
from model_adapters.hf.inputs import reasoning_begun
from model_adapters.hf.invalid import InvalidScores
from model_adapters.hf.moving import full_precision, moved
from model_adapters.hf.thinking import Thinking
from model_adapters.shared.reply_text import Marks, cut_at, split_reasoning


def generate(
    checkpoint: Checkpoint,
    inputs: Any,
    plan: GenerationPlan,
    *,
    seed: int,
    budget: int | None,
    lock: AbstractContextManager[Any],
    exact: bool = False,
) -> list[dict[str, Any]]:
    """Generate the answers to one batch; return the fields of the responses, in order.

    A row with invalid scores has an ``error`` and no text.

    Args:
        checkpoint: the model.
        inputs: what its processor made of the batch, staged (``moving``).
        plan: how to generate.
        seed: of the draws, if tokens are drawn.
        budget: most tokens of reasoning, ``None`` for no bound of its own.
        lock: held while the tokenizer is used.
        exact: float32 was asked for, and is to be float32 on a GPU too.
    """
    import torch

    model, tokenizer = checkpoint.model, checkpoint.processor.tokenizer
    if plan.sampled:
        torch.manual_seed(seed)
    ends = _end_tokens(model, tokenizer)
    with lock:
        begun = reasoning_begun(inputs, checkpoint)
        thinking = (
            None
            if budget is None
            else _thinking(checkpoint, inputs, plan, budget=budget, begun=begun, ends=ends)
        )
    prompt = inputs["input_ids"].shape[1]
    invalid = InvalidScores(prompt, ends)
    arguments = {**plan.arguments, **_hooks(invalid, thinking)}
    # only now: what is read off the prompts above would wait for the copy
    inputs = moved(inputs, model)
    with torch.inference_mode(), full_precision(exact):
        output = model.generate(
            **inputs,
            **arguments,
            # Said outright: a part of an omni model may have no end token in its own configuration.
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=sorted(ends) or None,
            remove_invalid_values=False,  # it would turn NaN into zeros, and nobody would know
        )
    errors = invalid.errors(len(output))
    output = output.cpu()  # in one go, not row by row
    replies: list[dict[str, Any]] = []
    with lock:
        for number, row in enumerate(output):
            if number in errors:
                replies.append({"text": None, "error": errors[number]})
                continue
            tokens = row[prompt:].tolist()
            length, ended = count_tokens(tokens, ends)
            stopped = None if thinking is None else thinking.stopped(number)
            if stopped is not None:
                length = stopped
            full = not ended and (stopped is not None or length >= arguments["max_new_tokens"])
            marks = checkpoint.family.marks
            reasoning, answer = read_tokens(tokens[:length], tokenizer, marks, opened=begun[number])
            text, cut = cut_at(answer, plan.until)
            replies.append(
                {
                    "text": text,
                    "reasoning": reasoning,
                    "finish": "length" if full and not cut else "stop",
                    "usage": {"completion_tokens": length},
                }
            )
    return replies


def read_tokens(
    tokens: Sequence[int], tokenizer: Any, marks: Marks, *, opened: bool
) -> tuple[str | None, str]:
    """Separate reasoning and answer.

    Marks that are special tokens vanish when the others do, so they are looked for among the tokens.
    """
    closing = _special(tokenizer, marks.closing)
    opening = _special(tokenizer, marks.opening)
    if closing is None:
        text = tokenizer.decode(tokens, skip_special_tokens=True)
        return split_reasoning(text, marks, opened=opened)
    begun = opened or (opening is not None and opening in tokens)
    if closing not in tokens:
        text = tokenizer.decode(tokens, skip_special_tokens=True)
        return (_unlabelled(text, marks), "") if begun else (None, text)
    place = list(tokens).index(closing)
    thought = tokenizer.decode(tokens[:place], skip_special_tokens=True)
    answer = tokenizer.decode(tokens[place + 1 :], skip_special_tokens=True)
    return _unlabelled(thought, marks), answer.lstrip()


def _unlabelled(text: str, marks: Marks) -> str:
    return text.strip().removeprefix(marks.label).strip()


def _special(tokenizer: Any, mark: str) -> int | None:
    """Return the id of a mark that is one token and vanishes on decoding, whether or not the tokenizer lists it as special."""
    found = tokenizer.convert_tokens_to_ids(mark)
    if not isinstance(found, int) or found == tokenizer.unk_token_id:
        return None
    return None if mark in tokenizer.decode([found], skip_special_tokens=True) else found


def mark_ids(tokenizer: Any, mark: str) -> list[int]:
    """Return the tokens of a mark; not every tokenizer makes a special token of its text."""
    special = _special(tokenizer, mark)
    return tokenizer.encode(mark, add_special_tokens=False) if special is None else [special]


def _thinking(
    checkpoint: Checkpoint,
    inputs: Any,
    plan: GenerationPlan,
    *,
    budget: int,
    begun: Sequence[bool],
    ends: frozenset[int],
) -> Thinking:
    if int(plan.arguments.get("num_beams") or 1) > 1:
        raise UsageError("beam search has no bound on reasoning", where="-M thinking_budget")
    marks, tokenizer = checkpoint.family.marks, checkpoint.processor.tokenizer
    opening, closing = (mark_ids(tokenizer, mark) for mark in (marks.opening, marks.closing))
    return Thinking(
        opening,
        closing,
        budget=budget,
        answer=plan.max_new_tokens,
        ends=ends,
        inside=begun,
        prompt=inputs["input_ids"].shape[1],
    )


def _hooks(invalid: InvalidScores, thinking: Thinking | None) -> dict[str, Any]:
    """Return the arguments of ``generate`` that let both watch it."""
    from transformers import (
        LogitsProcessor,
        LogitsProcessorList,
        StoppingCriteria,
        StoppingCriteriaList,
    )

    class Watch(LogitsProcessor):  # type: ignore[misc]
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            return invalid.watch(input_ids, scores)

    if thinking is None:
        return {"logits_processor": LogitsProcessorList([Watch()])}
    bound = thinking

    class Force(LogitsProcessor):  # type: ignore[misc]
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            return bound.force(input_ids, scores)

    class Enough(StoppingCriteria):  # type: ignore[misc]
        def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
            return bound.done(input_ids, scores)

    return {
        "max_new_tokens": thinking.maximum,
        "logits_processor": LogitsProcessorList([Watch(), Force()]),
        "stopping_criteria": StoppingCriteriaList([Enough()]),
    }


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    declared = model.generation_config.eos_token_id
    if declared is None:
        declared = tokenizer.eos_token_id
    if declared is None:
        return frozenset()
    return frozenset([declared] if isinstance(declared, int) else declared)
