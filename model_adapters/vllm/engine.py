"""vLLM's engine: importing it, checking its arguments against its own signature, building and ending it.

Nothing of vLLM is imported before ``open``. ``-M`` takes every argument of ``LLM`` and field of ``EngineArgs`` of the
installed release; the names come from that release, so none is listed here. A value that begins with a brace or
bracket is JSON. Code inside a checkpoint is run only on ``trust_remote_code``, and then only code that is pinned: a
hub id needs the commit as its revision, and no file of the checkpoint may fetch code from another repository.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import importlib
import inspect
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from harness.errors import AdapterError, MissingDependencyError, UnknownNameError, UsageError
from model_adapters.checkpoints.source import COMMIT, Source, check_audio, foreign_code, read_config
from model_adapters.shared.fingerprint import folder_fingerprint

INSTALL: Final = "pip install 'lalm-harness[vllm]'"
PLACEMENT: Final = frozenset(
    {
        *("tensor_parallel_size", "pipeline_parallel_size", "distributed_executor_backend"),
        *("data_parallel_size", "data_parallel_backend", "data_parallel_size_local", "data_parallel_address"),
        *("gpu_memory_utilization", "kv_cache_memory_bytes", "cpu_offload_gb", "device_ids"),
        *("max_num_seqs", "max_num_batched_tokens", "enforce_eager", "disable_custom_all_reduce"),
        *("limit_mm_per_prompt", "download_dir", "disable_log_stats", "mm_processor_cache_gb", "max_parallel_loading_workers"),
        *("enable_lora", "max_loras", "max_cpu_loras", "max_lora_rank", "log_level"),
        *("revision", "tokenizer_revision", "code_revision", "trust_remote_code", "hf_token", "seed"),
    }
)  # fmt: skip
"""Engine arguments that are not in the fingerprint: where and how fast it runs, what the commit already says, and the
engine's seed, since every drawn answer has its own."""
QUIET: Final = {
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",  # its log goes to stdout, where --json writes
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_NO_USAGE_STATS": "1",
}
_OTHER_SOURCES: Final = (
    *("tokenizer", "tokenizer_revision", "code_revision", "hf_config_path", "hf_overrides"),
    *("speculative_config", "spec_model"),
)
"""Engine arguments that could bring code from elsewhere, or of another state."""
_RATE_FILES: Final = (
    "preprocessor_config.json",
    "processor_config.json",
    "tekken.json",
    "params.json",
)
LORA_RANKS: Final = (1, 8, 16, 32, 64, 128, 256, 320, 512)  # vllm/config/lora.py, 0.20 to 0.33


def import_vllm() -> Any:
    """Import the ``vllm`` package, with its log on stderr.

    Raises:
        MissingDependencyError: not installed, cannot be imported here, or too old.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import vllm

        chat = inspect.signature(vllm.LLM.chat).parameters
    except (ImportError, OSError, RuntimeError) as error:
        raise MissingDependencyError(
            f"vLLM cannot be imported: {error}",
            hint=f"{INSTALL}; without a GPU of its own, ask a server with openai:",
        ) from error
    if "tokenization_kwargs" not in chat:
        raise MissingDependencyError(
            f"vLLM {vllm.__version__} is too old: its offline chat has no tokenization_kwargs, so a "
            "prompt may begin twice",
            hint=INSTALL,
        )
    return vllm


def request_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions by which vLLM refuses a prompt.

    Up to 0.26 its own ones are a ``ValueError``; by 0.33 they derive from ``VLLMClientError``, which is not one.
    """
    from jinja2 import TemplateError

    own = getattr(importlib.import_module("vllm.exceptions"), "VLLMClientError", None)
    plain = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RuntimeError)
    return (*plain, TemplateError, *([own] if own is not None else []))


def with_schema(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments of ``SamplingParams`` in which a JSON schema is what vLLM constrains tokens by."""
    if (schema := values.get("structured_outputs")) is None:
        return {**values}
    from vllm.sampling_params import StructuredOutputsParams

    return {**values, "structured_outputs": StructuredOutputsParams(json=schema)}


def engine_arguments(vllm: Any, given: Mapping[str, object], own: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of ``LLM``, checked by name, JSON texts parsed.

    Args:
        vllm: the package.
        given: what the user gave beyond the adapter's own arguments.
        own: names of the adapter's own arguments, for near matches.

    Raises:
        UnknownNameError: neither ours nor vLLM's.
        UsageError: a value that looks like JSON and is not.
    """
    parameters = inspect.signature(vllm.LLM.__init__).parameters.values()
    known = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    known |= {field.name for field in dataclasses.fields(vllm.EngineArgs)}
    known = {name for name in known if not name.startswith("_")} - {"self", "model"}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise UnknownNameError(
                "argument of vllm:",
                name,
                sorted({*known, *own}),
                hint=f"vllm takes {', '.join(own)}, and the engine arguments of vLLM {vllm.__version__}",
            )
        values[name] = read_json(value, name)
    return values


def read_json(value: object, name: str) -> Any:
    """Parse a text that begins like a JSON object or array; return any other value as it is.

    >>> read_json('{"audio": 2}', "limit_mm_per_prompt"), read_json("float16", "dtype")
    ({'audio': 2}, 'float16')
    """
    if not (isinstance(value, str) and value.lstrip().startswith(("{", "["))):
        return value
    try:
        return load_json(value)
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=f"-M {name}") from error


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds no audio-language checkpoint.

    Mistral's own form (``params.json``) has no ``config.json`` and is left to vLLM.

    Raises:
        AdapterError: no checkpoint, or one without audio encoder.
    """
    if (folder / "config.json").is_file() or not (folder / "params.json").is_file():
        check_audio(read_config(folder), str(folder))


def check_remote_code(source: Source, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments that pin the code of a checkpoint which may bring its own.

    Raises:
        UsageError: a hub id without the commit as revision; other sources of code.
    """
    where = "-M trust_remote_code"
    if named := [name for name in _OTHER_SOURCES if name in arguments]:
        raise UsageError(
            f"not together with {', '.join(named)}: code could come from there too", where=where
        )
    if source.folder is None and not COMMIT.fullmatch(source.revision or ""):
        raise UsageError(
            "code of a hub model is run only from a pinned commit; "
            f"found revision {source.revision or 'none'}",
            where=where,
            hint="-M revision=COMMIT, all 40 hexadecimal digits, after you have read the code",
        )
    if foreign := foreign_code(source):
        raise UsageError(
            f"its code lies in another repository, {', '.join(foreign)}, whatever the state there is",
            where=where,
            hint="download that code into the checkpoint's folder and name it in auto_map without --",
        )
    return {} if source.folder is not None else {"code_revision": source.revision}


def _read(path: Path) -> Any:
    try:
        return load_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def lora_arguments(path: str) -> dict[str, Any]:
    """Return engine arguments for a LoRA adapter.

    Raises:
        UsageError: no such folder, or no adapter in it.
    """
    folder = Path(path).expanduser()
    config = _read(folder / "adapter_config.json")
    rank = config.get("r") if isinstance(config, Mapping) else None
    if not isinstance(rank, int):
        raise UsageError(
            f"{path} is not a folder with a LoRA adapter (adapter_config.json with a rank r)",
            where="-M lora",
        )
    patterns = config.get("rank_pattern") or {}
    rank = max([rank, *(value for value in patterns.values() if isinstance(value, int))])
    fitting = [size for size in LORA_RANKS if size >= rank]
    if not fitting:
        raise UsageError(f"vLLM takes ranks up to {LORA_RANKS[-1]}, found {rank}", where="-M lora")
    return {"enable_lora": True, "max_lora_rank": fitting[0]}


def build(vllm: Any, source: Source, arguments: Mapping[str, Any]) -> Any:
    """Build the ``LLM``.

    Raises:
        UsageError: vLLM refuses the value of an argument.
        AdapterError: the engine cannot be built.
    """
    try:
        return vllm.LLM(source.name, **arguments)
    except Exception as error:
        for name in _refused(error):
            if name in arguments:
                raise UsageError(
                    f"vLLM refuses the value {arguments[name]!r}: {first_line(error)}",
                    where=f"-M {name}",
                ) from error
        raise AdapterError(
            f"vLLM cannot load the checkpoint: {first_line(error)}",
            where=source.name,
            hint="the cause is in vLLM's own log above (VLLM_LOGGING_LEVEL=INFO for more); often too little GPU "
            "memory (-M gpu_memory_utilization, max_model_len, tensor_parallel_size) or an architecture that "
            "this release does not know",
        ) from error


def _refused(error: Exception) -> list[str]:
    """Return the fields that a pydantic error is about."""
    errors = getattr(error, "errors", None)
    found = errors() if callable(errors) else []
    return [str(one["loc"][0]) for one in found if isinstance(one, Mapping) and one.get("loc")]


def shut_down(llm: Any) -> None:
    """End the engine: its processes, then what this process holds of it."""
    core = getattr(llm.llm_engine, "engine_core", None)
    if core is not None:
        core.shutdown()
    del llm, core
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def commit_of(llm: Any, source: Source) -> str | None:
    """Return the commit of a hub model that was loaded."""
    loaded = getattr(llm.llm_engine.model_config.hf_config, "_commit_hash", None)
    if loaded or source.folder is not None:
        return loaded
    for name in ("config.json", "params.json"):
        path = _stored(source, name)
        if path is not None and COMMIT.fullmatch(path.parent.name):
            return path.parent.name
    return source.revision


def checkpoint_rate(source: Source) -> int | None:
    """Return the sampling rate (Hz) in the checkpoint's processor files; ``None`` if they name none."""
    for name in _RATE_FILES:
        path = _stored(source, name)
        if path is not None and (rate := _find_rate(_read(path))):
            return rate
    return None


def _stored(source: Source, name: str) -> Path | None:
    """Return a file of the checkpoint on this machine."""
    if source.folder is not None:
        path = source.folder / name
        return path if path.is_file() else None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(source.name, name, revision=source.revision)
    return Path(found) if isinstance(found, str) else None


def _find_rate(value: Any) -> int | None:
    if not isinstance(value, Mapping):
        return None
    rate = value.get("sampling_rate")
    if isinstance(rate, int) and not isinstance(rate, bool) and rate > 0:
        return rate
    return next((found for inner in value.values() if (found := _find_rate(inner))), None)


def fingerprint(
    llm: Any,
    source: Source,
    arguments: Mapping[str, Any],
    ours: Mapping[str, Any],
    lora: str | None,
) -> str:
    """Return the identity of the weights and of anything else that changes an answer.

    Args:
        llm: the engine.
        source: the checkpoint.
        arguments: engine arguments that the user gave; those of ``PLACEMENT`` do not count.
        ours: arguments of the adapter that change what the model is asked.
        lora: folder of a LoRA adapter.
    """
    if source.folder is not None:
        name = folder_fingerprint(source.folder)
    else:
        name = f"{source.name}@{commit_of(llm, source) or 'unknown'}"
    changed = {**{k: v for k, v in arguments.items() if k not in PLACEMENT}, **ours}
    if arguments.get("trust_remote_code") and source.folder is not None:
        code = sorted(source.folder.rglob("*.py"))
        changed["code"] = digest("\0".join(path.read_text("utf-8", "replace") for path in code))
    if lora is not None:
        changed["lora"] = folder_fingerprint(Path(lora).expanduser())
    if not changed:
        return f"vllm:{name}"
    return f"vllm:{name}#{digest(json.dumps(changed, sort_keys=True, default=str))}"


def digest(text: str) -> str:
    """Return the first eight digits of a text's sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def first_line(error: BaseException) -> str:
    """Return the kind and first line of an error, for messages."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0][:500]}" if text else type(error).__name__
