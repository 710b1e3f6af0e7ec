"""Where a checkpoint comes from, and whether it can work: before transformers sees it.

A folder is examined first, so that a message names the file that is missing rather than the hub that was not asked. A
folder that holds an adapter (LoRA and the like) stands for its base model with the adapter on it. Code inside a
checkpoint runs only with ``trust_remote_code`` and when it is certain which code that is: a hub id at a commit, or
files of the folder itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from harness.errors import AdapterError, UsageError
from model_adapters.shared.fingerprint import folder_fingerprint

_AUDIO_FIELD: Final = re.compile(r"audio|speech|sound|acoustic|mel_bins")
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_WEIGHTS: Final = ("*.safetensors", "pytorch_model*.bin")
COMMIT: Final = re.compile(r"[0-9a-f]{40}")
"""A commit of the hub: what a branch or a tag names may be another state tomorrow."""
ADAPTER_CONFIG: Final = "adapter_config.json"
_CODE_FILES: Final = (
    "config.json",
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
)


@dataclass(frozen=True)
class Source:
    """Origin of a checkpoint.

    Attributes:
        name: folder or hub id.
        folder: the folder, ``None`` for a hub id.
        revision: of a hub id.
        trusted: code inside the checkpoint may run.
        code_revision: commit of the code, where it lies in another hub repository.
    """

    name: str
    folder: Path | None
    revision: str | None = None
    trusted: bool = False
    code_revision: str | None = None

    @property
    def keywords(self) -> dict[str, Any]:
        """Keyword arguments of every ``from_pretrained``."""
        keywords: dict[str, Any] = {
            "trust_remote_code": self.trusted,
            "local_files_only": self.folder is not None,
        }
        if self.folder is None and self.revision is not None:
            keywords["revision"] = self.revision
        if self.trusted and (self.code_revision or self.revision):
            keywords["code_revision"] = self.code_revision or self.revision
        return keywords


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


def identity(source: Source, config: Any) -> str:
    """Identify the weights: a digest of a folder, or a hub id at its commit.

    Args:
        source: the checkpoint.
        config: its config as transformers loaded it.
    """
    if source.folder is not None:
        return folder_fingerprint(source.folder, code=source.trusted)
    commit = getattr(config, "_commit_hash", None)
    return f"{source.name}@{commit or source.revision or 'unknown'}"


def trust(source: Source, code_revision: str | None) -> Source:
    """Return the same source, with its code trusted.

    Raises:
        UsageError: it is not certain which code would run.
    """
    where = "-M trust_remote_code=true"
    if source.folder is None and not COMMIT.fullmatch(source.revision or ""):
        raise UsageError(
            "code from the hub runs only at a commit, since a branch may hold other code tomorrow",
            where=where,
            hint="read the code of the repository, then add -M revision=COMMIT (40 hexadecimal digits)",
        )
    if code_revision is not None and not COMMIT.fullmatch(code_revision):
        raise UsageError("expected a commit of 40 hexadecimal digits", where="-M code_revision")
    return replace(source, trusted=True, code_revision=code_revision)


def check_code(source: Source) -> None:
    """Refuse trusted code that lies in another repository and is not pinned there.

    Raises:
        UsageError: names the repository.
        AdapterError: the files that would say so cannot be fetched.
    """
    foreign = foreign_code(source)
    if foreign and source.code_revision is None:
        raise UsageError(
            f"its code lies in another repository, {', '.join(foreign)}",
            where=source.name,
            hint="read it, then add -M code_revision=COMMIT of that repository",
        )


def foreign_code(source: Source) -> list[str]:
    """Return other repositories from which a checkpoint would fetch code; none of it is run to find out.

    Raises:
        AdapterError: a file of the checkpoint cannot be fetched.
    """
    found: set[str] = set()
    for path in _named_files(source):
        try:
            found.update(_repositories(load_json(path.read_bytes())))
        except (OSError, ValueError):  # whoever needs the file says what is wrong with it
            continue
    return sorted(found - {source.name})


def _repositories(value: Any) -> Iterator[str]:
    """Yield repositories that ``auto_map`` entries name, at any depth."""
    if isinstance(value, Mapping):
        yield from re.findall(r"([\w.-]+/[\w.-]+)--", json.dumps(value.get("auto_map", {})))
        for inner in value.values():
            yield from _repositories(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _repositories(inner)


def _named_files(source: Source) -> Iterator[Path]:
    """Yield the files of a checkpoint that may name code."""
    if source.folder is not None:
        yield from sorted(source.folder.glob("*.json"))
        return
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError

    for name in _CODE_FILES:
        try:
            yield Path(hf_hub_download(source.name, name, revision=source.revision))
        except LocalEntryNotFoundError as error:
            raise AdapterError(f"{name} cannot be fetched: {error}", where=source.name) from error
        except EntryNotFoundError:
            continue
        except (HfHubHTTPError, OSError) as error:
            raise AdapterError(f"{name} cannot be fetched: {error}", where=source.name) from error


def adapter_base(folder: Path) -> str | None:
    """Return the base model of a folder that holds only an adapter, ``None`` for any other folder.

    Raises:
        AdapterError: the adapter names no base model.
    """
    path = folder / ADAPTER_CONFIG
    if (folder / "config.json").is_file() or not path.is_file():
        return None
    try:
        base = load_json(path.read_bytes()).get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError) as error:
        raise AdapterError(f"{ADAPTER_CONFIG} cannot be read: {error}", where=str(path)) from error
    if not isinstance(base, str) or not base:
        raise AdapterError(
            "this adapter does not say which model it belongs to (base_model_name_or_path)",
            where=str(path),
            hint=f"name the base model, and the adapter as -M peft={folder}",
        )
    return base


def read_config(folder: Path) -> dict[str, Any]:
    """Read ``config.json`` of a checkpoint folder and check it for the common mistakes.

    Raises:
        AdapterError: missing, damaged, or not of a transformers model.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise AdapterError("no config.json in this folder", where=str(folder), hint=_cure(folder))
    try:
        config = load_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise AdapterError(f"config.json cannot be read: {error}", where=str(path)) from error
    if not isinstance(config, dict) or not ("model_type" in config or "architectures" in config):
        raise AdapterError(
            "config.json names neither model_type nor architectures: not a transformers checkpoint",
            where=str(path),
        )
    return config


def _cure(folder: Path) -> str:
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
    """Return whether a config mentions an audio encoder anywhere.

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
            named = set(map(str, load_json(index.read_bytes())["weight_map"].values()))
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
