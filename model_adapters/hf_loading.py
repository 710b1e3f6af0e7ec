"""Loading of audio-language checkpoints, with an answer to everything that is commonly wrong with one.

A folder is examined before transformers sees it, so that the message names the file that is missing
rather than the hub that was not asked. The class is ``AutoModelForMultimodalLM``'s choice if its mapping
knows the config, else the class that ``config.architectures`` names; code inside a checkpoint is never
run. A folder is never a reason to use the network. Weights that transformers would silently initialise
at random are an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import AdapterError, MissingDependencyError, UsageError

_AUDIO_FIELD: Final = re.compile(r"audio|speech|sound|acoustic|mel_bins")
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_WEIGHTS: Final = ("*.safetensors", "pytorch_model*.bin")
OLDEST_TRANSFORMERS: Final = (5, 4)
_LOAD_ERRORS: Final = (
    OSError,
    ValueError,
    TypeError,
    RuntimeError,
    ImportError,
    AttributeError,
    KeyError,
)


@dataclass(frozen=True)
class Source:
    """Where a checkpoint comes from: a folder, or a hub id with a revision."""

    name: str
    folder: Path | None
    revision: str | None = None

    @property
    def keywords(self) -> dict[str, Any]:
        """Keyword arguments of every ``from_pretrained``."""
        keywords: dict[str, Any] = {
            "trust_remote_code": False,
            "local_files_only": self.folder is not None,
        }
        if self.folder is None and self.revision is not None:
            keywords["revision"] = self.revision
        return keywords


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model and its processor."""

    source: Source
    config: Any
    processor: Any
    model: Any


def import_backend() -> tuple[Any, Any]:
    """``torch`` and ``transformers``, made quiet.

    Raises:
        MissingDependencyError: one of them is not installed or too old.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingDependencyError(
            f"local checkpoints need torch and transformers ({error})",
            hint="pip install 'lalm-harness[hf]'",
        ) from error
    major, minor = (int(part) for part in transformers.__version__.split(".")[:2])
    if (major, minor) < OLDEST_TRANSFORMERS:
        raise MissingDependencyError(
            f"transformers {transformers.__version__} is too old: its chat templates pass no arguments on "
            "to the processor",
            hint="pip install 'lalm-harness[hf]'",
        )
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers


def find_source(target: str, revision: str | None = None) -> Source:
    """Tell a folder from a hub id.

    Raises:
        UsageError: neither: no such folder, and not a hub id.
    """
    folder = Path(target).expanduser()
    if folder.is_dir():
        if revision is not None:
            raise UsageError("a checkpoint folder has no revisions", where="-M revision")
        return Source(str(folder), folder)
    if folder.exists():
        raise UsageError(
            f"{target} is a file; a checkpoint is a folder with config.json and weights"
        )
    if _HUB_ID.fullmatch(target) and target.count("/") == 1:
        return Source(target, None, revision)
    raise UsageError(
        f"no such checkpoint folder: {target}",
        hint="give a folder with config.json and weights, or a hub id organisation/name",
    )


def read_config(folder: Path) -> dict[str, Any]:
    """``config.json`` of a checkpoint folder, checked for the common mistakes.

    Raises:
        AdapterError: missing, damaged, or not of a transformers model.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise AdapterError("no config.json in this folder", where=str(folder), hint=_cure(folder))
    try:
        config = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise AdapterError(f"config.json cannot be read: {error}", where=str(path)) from error
    if not isinstance(config, dict) or not ("model_type" in config or "architectures" in config):
        raise AdapterError(
            "config.json names neither model_type nor architectures: not a transformers checkpoint",
            where=str(path),
        )
    return config


def _cure(folder: Path) -> str:
    if (folder / "adapter_config.json").is_file():
        return "this is a LoRA adapter: merge it into its base model and save that"
    inner = [path.parent.name for path in folder.glob("*/config.json")]
    if inner:
        return (
            f"checkpoints inside it: {', '.join(sorted(inner, key=_by_number))}; name one of them"
        )
    return "a checkpoint folder holds config.json, tokenizer and processor files, and weights"


def _by_number(name: str) -> tuple[int, str]:
    digits = re.search(r"\d+$", name)
    return (int(digits.group()) if digits else -1, name)


def has_audio(config: Mapping[str, Any]) -> bool:
    """Whether a config mentions an audio encoder anywhere.

    >>> has_audio({"model_type": "qwen2_audio", "audio_config": {"d_model": 8}})
    True
    >>> has_audio({"model_type": "llama", "hidden_size": 8})
    False
    """
    return any(
        (_AUDIO_FIELD.search(str(key)) and value is not None)
        or (isinstance(value, Mapping) and has_audio(value))
        for key, value in config.items()
        if key != "label2id"
    )


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot work, naming what is missing.

    Raises:
        AdapterError: no audio encoder, no processor, no weights.
    """
    check_audio(read_config(folder), str(folder))
    if not any(
        (folder / f"{name}_config.json").is_file() for name in ("processor", "preprocessor")
    ):
        raise AdapterError(
            "no processor: neither processor_config.json nor preprocessor_config.json is here",
            where=str(folder),
            hint="copy them from the base model: "
            f"AutoProcessor.from_pretrained(BASE).save_pretrained({str(folder)!r})",
        )
    if not any(any(folder.glob(pattern)) for pattern in _WEIGHTS):
        raise AdapterError(
            "no weights: neither *.safetensors nor pytorch_model*.bin is here", where=str(folder)
        )
    for index in folder.glob("*.index.json"):
        try:
            named = set(json.loads(index.read_bytes())["weight_map"].values())
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise AdapterError(
                f"the weight index cannot be read: {error}", where=str(index)
            ) from error
        absent = sorted(name for name in named if not (folder / name).is_file())
        if absent:
            raise AdapterError(
                f"{len(absent)} of {len(named)} weight files are missing: {', '.join(absent[:3])}",
                where=str(folder),
                hint="copy or download the checkpoint again",
            )


def check_audio(config: Mapping[str, Any], where: str) -> None:
    """Refuse a text-only (or image-only) checkpoint.

    Raises:
        AdapterError: the config mentions no audio.
    """
    if not has_audio(config):
        raise AdapterError(
            f"this checkpoint ({config.get('model_type', 'unknown type')}) has no audio encoder",
            where=where,
            hint="name an audio-language model; a text model can only answer behind a recogniser",
        )


def load(source: Source, *, device: str, device_map: str | None, **arguments: Any) -> Checkpoint:
    """Load config, processor and model.

    Args:
        source: see ``find_source``.
        device: torch device to move the model to; not used with ``device_map``.
        device_map: placement by accelerate, such as ``auto``.
        **arguments: further arguments of the model's ``from_pretrained``.

    Raises:
        AdapterError: the checkpoint cannot be loaded.
    """
    _, transformers = import_backend()
    if source.folder is not None:
        check_folder(source.folder)
    config = _load_config(transformers, source)
    processor = _load_processor(transformers, source)
    model_class = resolve_class(transformers, config, source.name)
    if device_map is not None:
        arguments["device_map"] = device_map
    model = _load_model(model_class, source, config, arguments)
    if device_map is None:
        try:
            model.to(device)
        except (RuntimeError, AssertionError) as error:
            raise AdapterError(
                f"cannot use device {device!r}: {error}", where="-M device"
            ) from error
    model.eval()
    # Omni models wrap the language model that answers together with one that speaks.
    return Checkpoint(source, config, processor, getattr(model, "thinker", model))


def _load_config(transformers: Any, source: Source) -> Any:
    try:
        config = transformers.AutoConfig.from_pretrained(source.name, **source.keywords)
    except _LOAD_ERRORS as error:
        raise AdapterError(
            f"the config cannot be loaded: {_first_line(error)}",
            where=source.name,
            hint="transformers may be too old for this model, the id may be wrong, or the model needs "
            "its own code, which is never run"
            if source.folder is None
            else "transformers may be too old for this model, or the model needs its own code, which is "
            "never run",
        ) from error
    check_audio(config.to_dict(), source.name)
    if hasattr(config, "enable_audio_output"):
        # The half of an omni model that speaks is not loaded.
        config.enable_audio_output = False
    return config


def _load_processor(transformers: Any, source: Source) -> Any:
    try:
        processor = transformers.AutoProcessor.from_pretrained(source.name, **source.keywords)
    except ImportError as error:
        raise MissingDependencyError(
            f"the processor needs another package: {_first_line(error)}", where=source.name
        ) from error
    except _LOAD_ERRORS as error:
        raise AdapterError(
            f"the processor cannot be loaded: {_first_line(error)}",
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
    return processor


def audio_extractor(processor: Any) -> Any:
    """The part of a processor that turns samples into features, or ``None``."""
    for name in ("audio_processor", "feature_extractor"):
        part = getattr(processor, name, None)
        if part is not None and hasattr(part, "sampling_rate"):
            return part
    return None


def resolve_class(transformers: Any, config: Any, where: str) -> Any:
    """The model class of a config.

    Raises:
        AdapterError: transformers has no such class.
    """
    auto = transformers.AutoModelForMultimodalLM
    if type(config) in auto._model_mapping:
        return auto
    names = list(getattr(config, "architectures", None) or [])
    for name in names:
        found = getattr(transformers, name, None)
        if found is not None and hasattr(found, "generate"):
            return found
    raise AdapterError(
        f"transformers {transformers.__version__} has no generating class for {config.model_type!r} "
        f"(architectures: {', '.join(names) or 'none'})",
        where=where,
        hint="update transformers; code inside a checkpoint is never run",
    )


def _load_model(model_class: Any, source: Source, config: Any, arguments: dict[str, Any]) -> Any:
    from safetensors import SafetensorError

    try:
        model, report = model_class.from_pretrained(
            source.name, config=config, output_loading_info=True, **source.keywords, **arguments
        )
    except (*_LOAD_ERRORS, SafetensorError, EOFError) as error:
        raise AdapterError(
            f"the weights cannot be loaded: {_first_line(error)}",
            where=source.name,
            hint="a file may be truncated: compare sizes with the original and copy it again",
        ) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise AdapterError(
            f"{len(missing)} weights are missing from the checkpoint and would be random: "
            f"{', '.join(missing[:3])} …",
            where=source.name,
            hint="the checkpoint is incomplete, or its config.json belongs to another model",
        )
    return model


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0][:300]}" if text else type(error).__name__
