"""``-M`` arguments of ``hf``: our own, any of ``from_pretrained``, and which are generation arguments.

A name is looked up in that order among names that are known here, so that a typing error is found before anything is
loaded. What a newer transformers has and this table has not is given with a prefix: ``model.NAME`` for
``from_pretrained``, ``generate.NAME`` for ``generate``, ``template.NAME`` for a variable of the chat template.
Generation arguments belong to the request (they are part of the signature), so ``registry.split_generation`` takes them
out, and here they are refused. A value that begins with a brace or a bracket is JSON.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from harness.core.generation_arguments import OWN_NAMES
from harness.core.untrusted.bounded_json import load_json
from harness.errors import UnknownNameError, UsageError
from model_adapters.arguments import read_arguments

LongAudio = Literal["error", "truncate", "chunk"]

LOADING: Final = frozenset(
    {
        *("allow_all_kernels", "attn_implementation", "cache_dir", "device_map", "device_mesh"),
        *("distributed_config", "dtype", "experts_implementation", "force_download"),
        *("gguf_file", "ignore_mismatched_sizes", "kernel_config", "key_mapping", "max_memory"),
        *("offload_buffers", "offload_folder", "proxies", "quantization_config", "subfolder"),
        *("tp_plan", "tp_size", "use_kernels", "use_safetensors", "variant", "weights_only"),
    }
)
"""Arguments of ``from_pretrained`` (transformers 5.23, ``modeling_utils``). A token comes from ``HF_TOKEN``."""
NEUTRAL: Final = frozenset(
    {
        *("allow_all_kernels", "cache_dir", "device_map", "device_mesh", "distributed_config"),
        *("force_download", "max_memory", "offload_buffers", "offload_folder", "proxies"),
        *("tp_plan", "tp_size", "use_safetensors", "weights_only"),
    }
)
"""Those that say where weights come from or go to, and not which: no part of the fingerprint."""
GENERATION: Final = frozenset(
    {
        *("bad_words_ids", "begin_suppress_tokens", "cache_config", "cache_implementation"),
        *("compile_config", "constraints", "disable_compile", "diversity_penalty", "do_sample"),
        *("dola_layers", "early_stopping", "encoder_no_repeat_ngram_size"),
        *("encoder_repetition_penalty", "epsilon_cutoff", "eta_cutoff"),
        *("exponential_decay_length_penalty", "force_words_ids", "forced_bos_token_id"),
        *("forced_eos_token_id", "guidance_scale", "length_penalty", "low_memory", "max_length"),
        *("max_new_tokens", "max_time", "min_length", "min_new_tokens", "min_p"),
        *("no_repeat_ngram_size", "num_beam_groups", "num_beams", "penalty_alpha"),
        *("prefill_chunk_size", "prompt_lookup_num_tokens", "remove_invalid_values"),
        *("renormalize_logits", "repetition_penalty", "sequence_bias", "stop_strings"),
        *("suppress_tokens", "temperature", "token_healing", "top_h", "top_k", "top_p"),
        *("typical_p", "use_cache", "use_mtp", "watermarking_config"),
    }
)
"""Arguments of ``generate`` that may change an answer or its cost (transformers 5.23, ``GenerationConfig``)."""
GENERATION_PREFIX: Final = "generate."
"""Of a generation argument that is not listed here, as it may be of a newer transformers."""
_PREFIX: Final = re.compile(r"(model|template)\.([A-Za-z_]\w*)")


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments that are our own, or that we look at.

    ``devices`` asks for a replica on each of several devices (``0,1``, ``cpu,cpu``): it is for ``harness evaluate``, which
    gives every replica its ``device``. ``long_audio`` says what becomes of a clip that is longer than the model takes: an ``error`` of its item, the clip
    cut short (``truncate``), or the clip in parts one after another (``chunk``). ``thinking_budget`` is the most tokens
    of reasoning; the tokens of the answer are counted apart. ``mixed_lengths`` lets clips of different length share a
    batch where that changes answers.
    """

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str | None = None
    devices: str | None = None
    revision: str | None = None
    trust_remote_code: bool = False
    code_revision: str | None = None
    peft: str | None = None
    peft_revision: str | None = None
    max_audio_seconds: float | None = None
    long_audio: LongAudio = "error"
    mixed_lengths: bool = False
    thinking_budget: int | None = None


@dataclass(frozen=True)
class HFArguments:
    """All arguments, sorted.

    Attributes:
        own: ours.
        loading: for ``from_pretrained``.
        template: variables of the chat template.
    """

    own: Arguments
    loading: Mapping[str, Any] = field(default_factory=dict)
    template: Mapping[str, Any] = field(default_factory=dict)

    def changes(self) -> dict[str, Any]:
        """Return what may change an answer apart from the weights themselves, for the fingerprint."""
        cut = () if self.own.long_audio == "error" else ("long_audio", "max_audio_seconds")
        shown = {
            name: getattr(self.own, name)
            for name in (*cut, "mixed_lengths", "thinking_budget")
            if getattr(self.own, name) != getattr(Arguments, name)
        }
        loading = {name: value for name, value in self.loading.items() if name not in NEUTRAL}
        parts = {"loading": loading, "template": self.template}
        return {**shown, **{name: dict(found) for name, found in parts.items() if found}}


def generation_argument(name: str) -> str | None:
    """Return the generation argument that ``-M NAME`` is, ``None`` if it is an argument of the adapter.

    >>> [generation_argument(name) for name in ("num_beams", "generate.top_k", "generate.newest", "dtype")]
    ['num_beams', 'top_k', 'generate.newest', None]
    """
    plain = name.removeprefix(GENERATION_PREFIX)
    if plain in GENERATION or plain in OWN_NAMES:
        return plain
    return name if name.startswith(GENERATION_PREFIX) else None


def sort_arguments(given: Mapping[str, object]) -> HFArguments:
    """Sort the arguments of the command line to where each belongs.

    Raises:
        UnknownNameError: a name that is neither ours nor one of ``from_pretrained``.
        UsageError: a value of the wrong type, broken JSON, or a generation argument.

    >>> found = sort_arguments({"dtype": "float32", "max_memory": '{"0": "20GiB"}', "template.enable_thinking": False})
    >>> found.own.dtype, found.loading, found.template
    ('float32', {'max_memory': {0: '20GiB'}}, {'enable_thinking': False})
    """
    names = [one.name for one in dataclasses.fields(Arguments)]
    own: dict[str, object] = {}
    rest: dict[str, dict[str, Any]] = {"model": {}, "template": {}}
    for name, value in given.items():
        prefixed = _PREFIX.fullmatch(name)
        if generation_argument(name) is not None:
            raise UsageError(
                f"{name} is a generation argument, and belongs to the request",
                where=f"-M {name}",
                hint=f"--gen-kwargs {name}=…",
            )
        if name in names:
            own[name] = value
        elif prefixed:
            rest[prefixed[1]][prefixed[2]] = _value(value, name)
        elif name in LOADING:
            rest["model"][name] = _value(value, name)
        else:
            raise UnknownNameError(
                "argument of hf:",
                name,
                [*names, *LOADING, *GENERATION],
                hint=f"hf takes: {', '.join(names)}, and arguments of from_pretrained and generate\n  "
                "one that is not known here is given as model.NAME, generate.NAME or template.NAME",
            )
    arguments = read_arguments(Arguments, own, adapter="hf")
    if arguments.thinking_budget is not None and arguments.thinking_budget < 0:
        raise UsageError("expected at least 0 tokens", where="-M thinking_budget")
    if arguments.max_audio_seconds is not None and not arguments.max_audio_seconds > 0:
        raise UsageError("expected more than 0 seconds", where="-M max_audio_seconds")
    return HFArguments(arguments, rest["model"], rest["template"])


def _value(value: object, name: str) -> Any:
    """Parse a value if it is JSON; keys that are numbers become numbers, as devices are counted."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        found = load_json(value)
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=f"-M {name}") from error
    if isinstance(found, dict):
        return {int(key) if key.isdecimal() else key: item for key, item in found.items()}
    return found
