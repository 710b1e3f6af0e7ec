"""Loading of audio-language checkpoints, with an answer to everything that is commonly wrong with one.

The class is ``AutoModelForMultimodalLM``'s choice if its mapping knows the config, else the class that
``config.architectures`` names, or with trusted code the one that ``auto_map`` names. A folder is never a reason to use
the network. Weights that transformers would silently initialise at random are an error.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.errors import AdapterError, UsageError
from model_adapters.checkpoints.backend import LOAD_ERRORS, check_complete, import_backend
from model_adapters.checkpoints.packages import first_line, lacking
from model_adapters.checkpoints.source import Source, check_audio, check_code, check_folder
from model_adapters.hf.families import Family, family_of
from model_adapters.hf.packages import check_packages
from model_adapters.hf.peft import put_on
from model_adapters.hf.template import give_clips_a_place

_AUTO_CLASSES: Final = (
    "AutoModelForMultimodalLM",
    "AutoModelForImageTextToText",
    "AutoModelForSpeechSeq2Seq",
    "AutoModelForCausalLM",
    "AutoModel",
)
"""Where the code of a checkpoint may have registered its generating class, best first."""
_FINALIZE: Final = "_finalize_model_loading"
_WATCHING: Final = threading.Lock()


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model and its processor.

    Attributes:
        source: where it came from.
        config: its config.
        processor: its processor.
        model: the part of it that answers.
        family: what is special about it.
        template: further variables of its chat template.
        speech: what the model calls the adapter that is on for requests with audio only, if it has one.
    """

    source: Source
    config: Any
    processor: Any
    model: Any
    family: Family
    template: Mapping[str, Any] = field(default_factory=dict)
    speech: str | None = None


def load(
    source: Source,
    *,
    device: str,
    template: Mapping[str, Any] | None = None,
    peft: Path | None = None,
    **arguments: Any,
) -> Checkpoint:
    """Load config, processor, model and the adapters on it.

    Args:
        source: see ``find_source``.
        device: torch device to move the model to; not used with a ``device_map``.
        template: further variables of the chat template.
        peft: folder of an adapter (LoRA and the like) to put on the model.
        **arguments: further arguments of the model's ``from_pretrained``.

    Raises:
        AdapterError: the checkpoint cannot be loaded.
        MissingDependencyError: it lacks a package.
        UsageError: its code may not run, or a variable of a template that it does not have.
    """
    _, transformers = import_backend()
    if source.folder is not None:
        check_folder(source.folder)
    if source.trusted:
        check_code(source)
    config = _load_config(transformers, source)
    family = family_of(config)
    check_packages(family, source.name)
    if template and family.own_prompts:
        raise UsageError(
            f"{family.name} has no chat template whose variables could be set",
            where=", ".join(f"-M template.{name}" for name in template),
        )
    processor = _load_processor(transformers, source)
    if family.text_prompts:
        give_clips_a_place(processor, template or {})
    model_class = resolve_class(transformers, config, source)
    model = _load_model(_loader(model_class, config, family), source, config, arguments)
    speech = None
    if family.speech_lora is not None:
        speech = put_on(
            model, source.name, subfolder=family.speech_lora, name="speech", **source.keywords
        )
    if peft is not None:
        put_on(model, str(peft), local_files_only=True)
    if arguments.get("device_map") is None:
        try:
            model.to(device)
        except (RuntimeError, AssertionError) as error:
            raise AdapterError(
                f"cannot use device {device!r}: {error}", where="-M device"
            ) from error
    model.eval()
    # Omni models wrap the language model that answers together with one that speaks.
    answering = getattr(model, "thinker", model)
    return Checkpoint(source, config, processor, answering, family, template or {}, speech)


def _load_config(transformers: Any, source: Source) -> Any:
    try:
        config = transformers.AutoConfig.from_pretrained(source.name, **source.keywords)
    except LOAD_ERRORS as error:
        _raise_lacking(error, "the config", source)
        raise AdapterError(
            f"the config cannot be loaded: {first_line(error)}",
            where=source.name,
            hint=_UNREACHED
            if source.folder is None and _offline(error)
            else "transformers may be too old for this model, or the model needs its own code, which "
            "runs only with -M trust_remote_code=true"
            + ("" if source.folder is not None else "; or the id is wrong"),
        ) from error
    check_audio(config.to_dict(), source.name)
    if hasattr(config, "enable_audio_output"):
        # Skip the speech-output half of omni models.
        config.enable_audio_output = False
    return config


def _load_processor(transformers: Any, source: Source) -> Any:
    try:
        processor = transformers.AutoProcessor.from_pretrained(source.name, **source.keywords)
    except LOAD_ERRORS as error:
        _raise_lacking(error, "the processor", source)
        raise AdapterError(
            f"the processor cannot be loaded: {first_line(error)}",
            where=source.name,
            hint="the tokenizer or processor files are incomplete; copy them from the base model",
        ) from error
    # Without processor files AutoProcessor falls back to a tokenizer, which would ignore the audio.
    if not isinstance(processor, transformers.ProcessorMixin) or audio_extractor(processor) is None:
        raise AdapterError(
            f"its processor ({type(processor).__name__}) does not take audio", where=source.name
        )
    tokenizer = processor.tokenizer
    tokenizer.padding_side = "left"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if processor.chat_template is None:  # it may have been saved with the tokenizer
        processor.chat_template = getattr(tokenizer, "chat_template", None)
    return processor


_UNREACHED: Final = "the hub is not reached from here: give a downloaded folder in place of the id, or set HF_ENDPOINT to a mirror"


def _offline(error: BaseException) -> bool:
    """Return whether a file of the hub was not loaded for want of a connection; transformers says so in words only."""
    return "couldn't connect to" in str(error)


def _raise_lacking(error: BaseException, what: str, source: Source) -> None:
    if (missing := lacking(error, what, source.name)) is not None:
        raise missing from error


def audio_extractor(processor: Any) -> Any:
    """Return the part of a processor that turns samples into features, or ``None``."""
    for name in ("audio_processor", "feature_extractor"):
        part = getattr(processor, name, None)
        if part is not None and hasattr(part, "sampling_rate"):
            return part
    return None


def resolve_class(transformers: Any, config: Any, source: Source) -> Any:
    """Return the model class of a config.

    Raises:
        AdapterError: there is no such class.
    """
    auto = transformers.AutoModelForMultimodalLM
    if type(config) in auto._model_mapping:
        return auto
    if source.trusted:
        named = getattr(config, "auto_map", None) or {}
        for name in _AUTO_CLASSES:
            if name in named:
                return getattr(transformers, name)
    names = list(getattr(config, "architectures", None) or [])
    for name in names:
        found = getattr(transformers, name, None)
        if found is not None and hasattr(found, "generate"):
            return found
    raise AdapterError(
        f"transformers {transformers.__version__} has no generating class for {config.model_type!r} "
        f"(architectures: {', '.join(names) or 'none'})",
        where=source.name,
        hint="update transformers; code inside a checkpoint runs only with -M trust_remote_code=true",
    )


def _loader(model_class: Any, config: Any, family: Family) -> Any:
    """Return the function that loads the class: its ``from_pretrained``, or its base's for a family whose own reads more than weights."""
    if not family.bare_loading:
        return model_class.from_pretrained
    named = getattr(model_class, "_model_mapping", {}).get(type(config), model_class)
    return super(named, named).from_pretrained


def _load_model(loader: Any, source: Source, config: Any, arguments: dict[str, Any]) -> Any:
    from safetensors import SafetensorError

    if isinstance(quantization := arguments.get("quantization_config"), Mapping):
        arguments["quantization_config"] = _quantization(quantization)
    try:
        with _reports_of_weights() as reports:
            model, report = loader(
                source.name, config=config, output_loading_info=True, **source.keywords, **arguments
            )
    except TypeError as error:  # an argument that neither from_pretrained nor the class takes
        raise UsageError(f"from_pretrained: {error}", where="-M") from error
    except (*LOAD_ERRORS, SafetensorError, EOFError) as error:
        _raise_lacking(error, "the model", source)
        raise AdapterError(
            f"the weights cannot be loaded: {first_line(error)}",
            where=source.name,
            hint="a file may be truncated: compare sizes with the original and copy it again",
        ) from error
    for one in (*reports, report):
        check_complete(one, source.name)
    return model


@contextmanager
def _reports_of_weights() -> Iterator[list[Mapping[str, Any]]]:
    """Collect what transformers reports about the weights of the models that it loads inside the block.

    For a checkpoint with an adapter inside (Granite Speech), ``from_pretrained`` reports the adapter's alone.
    """
    from transformers import PreTrainedModel

    found: list[Mapping[str, Any]] = []
    original = PreTrainedModel.__dict__.get(_FINALIZE)  # transformers 5.23
    if not isinstance(original, staticmethod):
        yield found
        return

    def watched(*args: Any, **kwargs: Any) -> Any:
        report = original(*args, **kwargs)
        found.append(report.to_dict())
        return report

    with _WATCHING:
        setattr(PreTrainedModel, _FINALIZE, staticmethod(watched))
        try:
            yield found
        finally:
            setattr(PreTrainedModel, _FINALIZE, original)


def _quantization(given: Mapping[str, Any]) -> Any:
    """Return a quantisation in the form of transformers."""
    from transformers.quantizers.auto import AutoQuantizationConfig

    try:
        return AutoQuantizationConfig.from_dict(dict(given))
    except (ValueError, TypeError, KeyError, ImportError) as error:
        raise UsageError(first_line(error), where="-M quantization_config") from error
