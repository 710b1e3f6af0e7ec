"""Our adapters as a model of lm-evaluation-harness: ``HarnessLM``, registered as ``harness``.

lm-eval looks for models of other packages nowhere, so its command is started through this module, which registers ours
and takes the same arguments::

    python -m model_adapters.lm_eval.model run --model harness --model_args model=openai:MODEL,base_url=URL \
        --include_path tasks/quickstart --tasks quickstart

lm-eval has no outcome for a request that failed, and an answer that is not there must not be scored as a wrong one: an
error that lasts ends its run.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import Any, Final

from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from harness.audio import AudioRef
from harness.core.generation import Level, build_generation
from harness.errors import AdapterError, UsageError
from harness.types import Audio, Message, Request, Response, Role, Text
from model_adapters.registry import create, resolve, split_generation

AUDIO_MARK: Final = "<audio>"
ATTEMPTS: Final = 3
_LIMITS: Final = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")


@register_model("harness")
class HarnessLM(LM):  # type: ignore[misc]
    """Any adapter behind lm-eval's interface.

    Args:
        model: what ``harness evaluate`` calls MODEL.
        batch_size: requests per batch, for adapters of batch style.
        max_batch_size: not used; lm-eval hands it over.
        device: handed on to ``hf:``; lm-eval names one for every model.
        **model_args: model arguments (``-M``).
    """

    MULTIMODAL = True

    def __init__(
        self,
        model: str,
        batch_size: int | str = 8,
        max_batch_size: int | None = None,
        device: str | None = None,
        **model_args: Any,
    ) -> None:
        super().__init__()
        del max_batch_size
        self._batch_size = int(batch_size)
        if device is not None and resolve(str(model)).adapter == "hf":
            model_args["device"] = device
        own, self._generation = split_generation(str(model), model_args)
        self.adapter = create(str(model), own)
        self._info = self.adapter.open()

    @property
    def tokenizer_name(self) -> str:
        """The model's identity, for lm-eval's caches."""
        return self._info.fingerprint

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Return messages as JSON: the model behind the adapter has the template."""
        del add_generation_prompt
        return json.dumps(chat_history, ensure_ascii=False)

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        """Answer requests: one text per request, in order.

        Raises:
            AdapterError: a request failed for good.
        """
        del disable_tqdm
        asked = [self._request(number, one.args) for number, one in enumerate(requests)]
        if self._info.style == "async":
            responses = asyncio.run(self._all(asked))
        else:
            responses = list(self._in_batches(asked))
        return [response.text or "" for response in responses]

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        """Refuse: not supported, adapters only generate text."""
        raise NotImplementedError("the harness's adapters generate text, they give no likelihoods")

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        """Refuse: not supported, adapters only generate text."""
        raise NotImplementedError("the harness's adapters generate text, they give no likelihoods")

    # --- asking ------------------------------------------------------------------------------

    async def _all(self, asked: Sequence[Request]) -> list[Response]:
        places = asyncio.Semaphore(self._info.concurrency)

        async def one(request: Request) -> Response:
            async with places:
                for _ in range(ATTEMPTS):
                    response = await self.adapter.generate(request)
                    if response.error is None or not response.error.retryable:
                        break
                return _good(response, request)

        tasks: list[Coroutine[Any, Any, Response]] = [one(request) for request in asked]
        return list(await asyncio.gather(*tasks))

    def _in_batches(self, asked: Sequence[Request]) -> Iterator[Response]:
        for start in range(0, len(asked), self._batch_size):
            batch = [self._decoded(one) for one in asked[start : start + self._batch_size]]
            responses = self.adapter.generate_batch(batch)
            for request, response in zip(batch, responses, strict=True):
                for _ in range(ATTEMPTS - 1):
                    if response.error is None or not response.error.retryable:
                        break
                    (response,) = self.adapter.generate_batch([request])
                yield _good(response, request)

    def _decoded(self, request: Request) -> Request:
        rate = self._info.sampling_rate
        if rate is None:
            return request
        messages = tuple(
            Message(
                one.role,
                tuple(p.prefetched(rate) if isinstance(p, Audio) else p for p in one.parts),
            )
            for one in request.messages
        )
        return Request(request.request_key, messages, request.generation, item=request.item)

    def _request(self, number: int, arguments: tuple[Any, ...]) -> Request:
        context, options, *more = arguments
        clips = [_clip(one) for one in (more[0] if more else {}).get("audio") or ()]
        messages = tuple(_messages(str(context), clips))
        generation = build_generation(
            Level(self._generation, lambda name: f"--model_args {name}"),
            Level(_as_lm_eval_reads(options), lambda name: f"--gen_kwargs {name}"),
        )
        return Request(f"lm-eval-{number}", messages, generation, item=("lm_eval", str(number)))


def _as_lm_eval_reads(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return lm-eval's arguments of a request without what its own models ignore.

    lm-eval merges the task's and the user's before anyone sees them. Of several limits it takes the first in the order of
    ``_LIMITS``; ``do_sample: false`` is greedy whatever the temperature, and so is temperature 0.

    >>> _as_lm_eval_reads({"do_sample": False, "temperature": 0.7, "max_tokens": 8, "max_gen_toks": 4})
    {'do_sample': False, 'max_gen_toks': 4}
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name in [name for name in _LIMITS if name in given][1:]:
        del given[name]
    if given.get("do_sample") is False:
        given.pop("temperature", None)
    elif given.get("temperature") == 0:
        given.pop("do_sample", None)
    return given


def _good(response: Response, request: Request) -> Response:
    if response.error is not None:
        raise AdapterError(
            f"request {request.item[1]} failed: {response.error.kind}: {response.error.message}",
            hint="lm-eval knows no failed request; `harness evaluate` does, and goes on",
        )
    return response


def _messages(context: str, clips: Sequence[AudioRef]) -> Iterator[Message]:
    """Yield the messages of a prompt, clips where it has ``<audio>``.

    Raises:
        UsageError: another number of marks than of clips.
    """
    waiting = list(clips)
    for role, text in _turns(context):
        parts: list[Text | Audio] = []
        for position, piece in enumerate(text.split(AUDIO_MARK)):
            if position:
                if not waiting:
                    raise UsageError(f"the prompt has more {AUDIO_MARK} marks than clips")
                parts.append(waiting.pop(0))
            if piece:
                parts.append(Text(piece))
        yield Message(role, tuple(parts))
    if waiting:
        raise UsageError(f"the prompt has fewer {AUDIO_MARK} marks than clips")


def _turns(context: str) -> list[tuple[Role, str]]:
    """Return roles and texts: of a chat that ``apply_chat_template`` wrote, else one user turn."""
    try:
        chat = json.loads(context)
        if isinstance(chat, list) and all(isinstance(turn, Mapping) for turn in chat):
            return [(turn["role"], str(turn["content"])) for turn in chat]
    except (ValueError, KeyError):
        pass
    return [("user", context)]


def _clip(value: Any) -> AudioRef:
    """Return a clip in lm-eval's form (a mapping with ``array`` and ``sampling_rate``), or ours."""
    if isinstance(value, AudioRef):
        return value
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, value["array"], value["sampling_rate"], "FLOAT", format="WAV")
    return AudioRef(buffer.getvalue(), str(value.get("path") or "clip.wav"))


def main() -> None:
    """Run lm-eval's command, with ``--model harness``."""
    from lm_eval.__main__ import cli_evaluate

    cli_evaluate()


if __name__ == "__main__":
    main()
