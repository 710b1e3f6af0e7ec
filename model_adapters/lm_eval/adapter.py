"""``lm_eval:NAME``: a model of lm-evaluation-harness, asked through its ``generate_until``.

NAME is one of lm-eval's models (``hf``, ``vllm``, ``local-chat-completions`` …), or ``MODULE:CLASS`` for a class of your
own; ``-M`` takes the arguments of its constructor, as ``--model_args`` does. Nearly all of them take text only: such a
model declares it, and audio tasks refuse it unless it stands behind a recogniser (``cascade:ASR+lm_eval:NAME``).

A prompt goes through the model's own chat template (``apply_chat_template=false`` for base models). lm-eval answers a
batch or raises for all of it; a batch that fails is halved until the request at fault is alone, and its error is a
value. Whether an answer was cut at its token limit is not known: lm-eval does not say. Code inside a checkpoint runs by
the rule of ``hf:`` (``model_adapters.lm_eval.code``).
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import inspect
import json
import logging
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import (
    FOREIGN,
    AdapterError,
    MissingDependencyError,
    UnknownNameError,
    UsageError,
)
from harness.types import AdapterInfo, Audio, ErrorInfo, Message, Mode, Request, Response, Text
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter, request_seed
from model_adapters.lm_eval.code import check_foreign_code, check_pinned, untrusted
from model_adapters.shared.fingerprint import checkpoint_files, folder_fingerprint
from model_adapters.shared.reply_text import cut_at, split_reasoning

AUDIO_MARK: Final = "<audio>"
"""What stands for a clip in lm-eval's prompts."""
DEFAULT_RATE: Final = 16_000
_WITH_AUDIO: Final = frozenset({"hf-audiolm-qwen"})
_SERVICE_ERRORS: Final = ("requests", "aiohttp", "tenacity", "openai", "anthropic", "httpx")
_ALL_MODES: Final[frozenset[Mode]] = frozenset({"text+audio", "audio+text", "audio", "text"})


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of ``lm_eval`` itself; all others are those of the model's constructor."""

    apply_chat_template: bool = True


class LMEvalAdapter(BatchAdapter):
    """A model of lm-evaluation-harness."""

    def __init__(self, target: str, **model_args: object) -> None:
        own = {k: v for k, v in model_args.items() if k in Arguments.__dataclass_fields__}
        self._target = target
        self._arguments = read_arguments(Arguments, own, adapter="lm_eval")
        self._given = {name: value for name, value in model_args.items() if name not in own}
        self._trusted = check_pinned(self._given)
        self._model: Any = None
        self._hears = False

    def open(self) -> AdapterInfo:
        """Construct the model, which loads it.

        Raises:
            UnknownNameError: lm-eval has no such model.
            UsageError: an argument that the constructor does not take.
            MissingDependencyError: a package of the model is not installed.
            AdapterError: the model cannot be loaded.
        """
        logging.getLogger("lm_eval").setLevel(logging.ERROR)
        cls = _model_class(self._target)
        _check_names(cls, self._target, self._given)
        check_foreign_code(self._given, trusted=self._trusted)
        self._hears = _hears(cls, self._target)
        try:
            self._model = cls.create_from_arg_obj({**_device(cls), **untrusted(cls), **self._given})
        except ImportError as error:
            raise MissingDependencyError(
                f"lm-eval's model {self._target!r} needs another package: {error}",
                hint=f"pip install 'lm-eval[{self._target}]' if there is such an extra",
            ) from error
        except TypeError as error:
            raise UsageError(f"lm_eval:{self._target}: {error}", where="-M") from error
        except FOREIGN as error:
            raise AdapterError(
                f"the model cannot be loaded: {type(error).__name__}: {error}",
                where=f"lm_eval:{self._target}",
            ) from error
        return AdapterInfo(
            fingerprint=self._fingerprint(),
            sampling_rate=_sampling_rate(self._model) if self._hears else None,
            modes=_ALL_MODES if self._hears else frozenset({"text"}),
            style="batch",
            description={
                "class": f"{cls.__module__}.{cls.__name__}",
                "lm_eval": _version(),
                "apply_chat_template": self._arguments.apply_chat_template,
            },
        )

    @property
    def loaded(self) -> Any:
        """Return lm-eval's model.

        Raises:
            UsageError: the adapter is not open.
        """
        if self._model is None:
            raise UsageError("the adapter is not open")
        return self._model

    def close(self) -> None:
        """Let go of the model."""
        if self._model is not None:
            self._model = None
            gc.collect()

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""
        if self._model is None:
            raise UsageError("the adapter is not open")
        start = time.perf_counter()
        found: list[str | ErrorInfo] = []
        for group in _groups(requests):
            if group[0].generation.sampled:
                _seed_everything(group[0])
            found += self._ask(group)
        seconds = time.perf_counter() - start
        return [
            Response(None, error=reply, seconds=seconds)
            if isinstance(reply, ErrorInfo)
            else _response(reply, request, seconds)
            for reply, request in zip(found, requests, strict=True)
        ]

    def _ask(self, requests: Sequence[Request]) -> list[str | ErrorInfo]:
        """Return texts or errors; a batch that fails is halved to find the cause."""
        try:
            instances = [self._instance(number, one) for number, one in enumerate(requests)]
            texts = self._generate(instances)
        except UsageError:
            raise
        except FOREIGN as error:  #  (a value: whatever a model raises about a request)
            problem = _problem(error)
        else:
            if len(texts) == len(requests):
                return ["" if text is None else str(text) for text in texts]
            raise AdapterError(f"lm-eval gave {len(texts)} replies for {len(requests)} requests")
        if len(requests) == 1:
            return [problem]
        half = len(requests) // 2
        return [*self._ask(requests[:half]), *self._ask(requests[half:])]

    def _generate(self, instances: list[Any]) -> list[str | None]:
        generate = self._model.generate_until
        quiet = "disable_tqdm" in inspect.signature(generate).parameters
        return list(generate(instances, disable_tqdm=True) if quiet else generate(instances))

    def _instance(self, number: int, request: Request) -> Any:
        from lm_eval.api.instance import Instance

        clips = [p for m in request.messages for p in m.parts if isinstance(p, Audio)]
        if clips and not self._hears:
            raise UsageError(
                f"lm_eval:{self._target} takes text only",
                hint=f"put it behind a recogniser: cascade:pocketsphinx+lm_eval:{self._target}",
            )
        arguments: tuple[Any, ...] = (self._context(request.messages), self._options(request))
        if clips:
            arguments = (*arguments, {"audio": clips})
        return Instance("generate_until", {"_id": request.item[1]}, arguments, number)

    def _context(self, messages: Sequence[Message]) -> Any:
        chat = [{"role": one.role, "content": _plain(one)} for one in messages]
        if not self._arguments.apply_chat_template:
            return "\n\n".join(message["content"] for message in chat)
        try:
            return self._model.apply_chat_template(chat)
        except (NotImplementedError, ValueError, AttributeError) as error:
            raise UsageError(
                f"lm_eval:{self._target} has no chat template: {error}",
                where="-M apply_chat_template=true",
                hint="a base model is asked without one: -M apply_chat_template=false",
            ) from error

    def _options(self, request: Request) -> dict[str, Any]:
        """Return generation arguments in lm-eval's names.

        Raises:
            UsageError: drawn answers without a temperature: lm-eval's models do not agree on what that means.
        """
        generation = request.generation
        if generation.sampled and generation.temperature is None:
            raise UsageError(
                "drawn answers need a temperature: some models of lm-eval would answer greedily without one",
                where="--gen-kwargs do_sample",
                hint="--gen-kwargs temperature=…",
            )
        options = generation.as_mapping(repeat=request.repeat)
        options["max_gen_toks"] = options.pop("max_new_tokens")
        if not generation.sampled:
            options["temperature"] = 0.0
        if not hasattr(self._model, "_create_payload"):  # only a service takes a seed
            options.pop("seed", None)
        return options

    def _fingerprint(self) -> str:
        arguments = {
            name: argument_content(value, code=self._trusted)
            for name, value in sorted(self._given.items())
        }
        information = getattr(self._model, "get_model_info", dict)
        try:
            commit = dict(information()).get("model_sha")
        except Exception:  # noqa: BLE001  (a report for humans, not made for every model)
            commit = None
        identity = [arguments, self._arguments.apply_chat_template, commit]
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode())
        return f"lm_eval:{self._target}:{digest.hexdigest()[:16]}"


def _model_class(target: str) -> Any:
    """Return the class that a name, or a module and a class, refer to."""
    import lm_eval.models
    from lm_eval.api.registry import get_model

    module, colon, name = target.rpartition(":")
    try:
        return getattr(importlib.import_module(module), name) if colon else get_model(target)
    except (KeyError, ValueError) as error:
        known = sorted(lm_eval.models.MODEL_MAPPING)
        raise UnknownNameError(
            "model of lm-eval", target, known, hint="or MODULE:CLASS, a class of your own"
        ) from error
    except ImportError as error:
        raise MissingDependencyError(
            f"lm-eval's model {target!r} cannot be imported: {error}"
        ) from error
    except AttributeError as error:
        raise UsageError(
            f"the module {module!r} has no {name!r}", where=f"lm_eval:{target}"
        ) from error


def _check_names(cls: Any, target: str, given: Mapping[str, object]) -> None:
    """Refuse arguments that the constructor does not take, as far as it says what it takes."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return
    known = [one.name for one in parameters if one.name != "self"]
    for name in given:
        if name not in known:
            raise UnknownNameError(f"argument of lm_eval:{target}:", name, known)


def _device(cls: Any) -> dict[str, str]:
    """Return the processor for a class that asks for a GPU by default, on a machine without one."""
    device = inspect.signature(cls.__init__).parameters.get("device")
    if device is None or device.default != "cuda":
        return {}
    import torch

    return {} if torch.cuda.is_available() else {"device": "cpu"}


def _hears(cls: Any, target: str) -> bool:
    """Return whether the class takes audio: lm-eval's own say only that they take more than text."""
    own = str(cls.__module__).startswith("lm_eval.")
    return target in _WITH_AUDIO if own else bool(getattr(cls, "MULTIMODAL", False))


def _sampling_rate(model: Any) -> int:
    processor = getattr(model, "processor", None)
    extractor = getattr(processor, "feature_extractor", None)
    return int(getattr(extractor, "sampling_rate", None) or DEFAULT_RATE)


def _plain(message: Message) -> str:
    return "".join(part.text if isinstance(part, Text) else AUDIO_MARK for part in message.parts)


def _groups(requests: Sequence[Request]) -> list[list[Request]]:
    """Return requests to ask together, in order: drawn answers alone, since lm-eval draws from one stream of numbers."""
    groups: list[list[Request]] = []
    for request in requests:
        if groups and not request.generation.sampled and not groups[-1][0].generation.sampled:
            groups[-1].append(request)
        else:
            groups.append([request])
    return groups


def _seed_everything(request: Request) -> None:
    """Seed all generators, so that the answer depends on its request alone."""
    seed = request_seed(request.generation.seed or 0, request.request_key)
    random.seed(seed)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(seed)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(seed % 2**32)


def _response(text: str, request: Request, seconds: float) -> Response:
    reasoning, answer = split_reasoning(text)
    answer, _ = cut_at(answer, request.generation.stop)
    return Response(answer, reasoning, seconds=seconds)


def _problem(error: BaseException) -> ErrorInfo:
    message = f"{type(error).__name__}: {str(error)[:500]}"
    if isinstance(error, MemoryError) or "out of memory" in message.lower():
        return ErrorInfo("memory", message)
    origin = type(error).__module__.partition(".")[0]
    if origin in _SERVICE_ERRORS or isinstance(error, ConnectionError | TimeoutError):
        return ErrorInfo("connection", message)
    return ErrorInfo("request", message)


def argument_content(value: object, *, code: bool = False) -> object:
    """Return an argument as the fingerprint sees it: a checkpoint folder by its files."""
    if isinstance(value, str) and value and (folder := Path(value).expanduser()).is_dir():
        return folder_fingerprint(folder, code=code) if checkpoint_files(folder) else value
    return value


def _version() -> str:
    from importlib.metadata import version

    return version("lm-eval")
