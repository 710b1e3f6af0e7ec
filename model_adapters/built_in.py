"""The adapters of the harness: one row each, with all that is said about an adapter outside of its own folder.

``model_adapters.registry`` looks names up here, ``harness models list`` and the table of ``docs/adapters.md`` show the
forms, ``pyproject.toml`` repeats the classes as entry points (a test compares them), and the conformance test runs
every trial. A row is data: nothing is imported until an adapter is used.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Final


@dataclass(frozen=True, slots=True)
class Form:
    """One form of model.

    Attributes:
        model: how it is written.
        what: one line.
        packages: import names of what it needs beyond the harness itself.
        extra: our extra that brings them.
        key: environment variable with a key, if a service may ask for one; several as ``A or B``.
        elsewhere: what an environment of its own must have; it is not looked for.
    """

    model: str
    what: str
    packages: tuple[str, ...] = ()
    extra: str | None = None
    key: str | None = None
    elsewhere: str | None = None

    @property
    def adapter(self) -> str:
        """Name of the adapter."""
        return self.model.partition(":")[0]

    def missing(self) -> list[str]:
        """Return the packages that are not installed.

        >>> Form("x:Y", "", ("json", "no_such_package", "no_parent.package")).missing()
        ['no_such_package', 'no_parent.package']
        """
        return [name for name in self.packages if not _is_installed(name)]

    def needs(self) -> str:
        """Return what it needs, for people."""
        parts = [*self.packages]
        if self.key is not None:
            found = any(os.environ.get(name) for name in self.key.split(" or "))
            state = "set" if found else "not set"
            parts.append(f"{self.key} ({state}; a server of your own needs none)")
        if self.elsewhere is not None:
            parts.append(f"-M python=VENV with {self.elsewhere}")
        return ", ".join(parts) or "nothing"


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is not there
        return False


@dataclass(frozen=True, slots=True)
class Trial:
    """A configuration in which the conformance suite examines an adapter.

    ``model``, ``arguments`` and ``empty`` may hold places that the test fills: ``{server}`` is the base URL of a local
    OpenAI-compatible service, ``{transcriber}`` and ``{deaf_transcriber}`` of services that transcribe something and
    nothing, ``{replies}`` a file of stored replies, and any other name a fixture of the tests, such as a tiny
    checkpoint.

    Attributes:
        name: name of the trial.
        model: ``MODEL`` as on the command line.
        arguments: as with ``-M``.
        exceptions: check -> why it cannot hold.
        empty: a model that answers with nothing; ``None``: the suite finds its own way.
        empty_arguments: its arguments; ``None``: the same.
        silent: that model does so for a clip of silence only.
        speech: clips must hold speech.
        packages: import names without which the trial is skipped.
    """

    name: str
    model: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    exceptions: Mapping[str, str] = field(default_factory=dict)
    empty: str | None = None
    empty_arguments: Mapping[str, object] | None = None
    silent: bool = False
    speech: bool = False
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One adapter.

    Attributes:
        name: as before the colon of ``MODEL``.
        target: ``module:class``, as an entry point writes it.
        forms: forms of models, for ``harness models list``.
        trials: configurations for the conformance suite; at least one.
    """

    name: str
    target: str
    forms: tuple[Form, ...]
    trials: tuple[Trial, ...]


_FIXED: Final = {
    "stop_strings": "replies are not generated",
    "max_tokens": "replies are not generated",
}
_DEAF: Final = "a chance baseline neither hears nor reads"
_STORED: Final = "a stored reply belongs to its item, whatever the prompt"
_RECOGNISER: Final = {**_FIXED, "system_prompt": "a recogniser reads no prompt"}
_LM_EVAL: Final = {"max_tokens": "lm-eval does not say why a reply ended"}
_CPU: Final = {"device": "cpu", "dtype": "float32"}
_SPHINX: Final = ("pocketsphinx",)

ADAPTERS: Final[Mapping[str, BuiltIn]] = {
    row.name: row
    for row in (
        BuiltIn(
            "hf",
            "model_adapters.hf.adapter:HFAdapter",
            (
                Form(
                    "hf:PATH_OR_ID",
                    "a checkpoint that transformers loads; also a bare folder or hub id",
                    ("torch", "transformers"),
                    "hf",
                ),
            ),
            tuple(
                Trial(name, f"hf:{{{checkpoint}}}", _CPU)
                for name, checkpoint in (
                    ("hf", "tiny_qwen2_audio"),
                    ("hf-flamingo", "tiny_audio_flamingo"),
                    ("hf-glm", "tiny_glm_asr"),
                )
            ),
        ),
        BuiltIn(
            "vllm",
            "model_adapters.vllm.adapter:VLLMAdapter",
            (
                Form(
                    "vllm:PATH_OR_ID",
                    "a checkpoint in vLLM's offline engine, on a GPU",
                    ("vllm",),
                    "vllm",
                ),
            ),
            (Trial("vllm", "vllm:{stubbed_vllm}"),),
        ),
        BuiltIn(
            "openai",
            "model_adapters.openai.adapter:OpenAIAdapter",
            (
                Form(
                    "openai:MODEL",
                    "a chat service: OpenAI, vLLM, SGLang, transformers serve",
                    ("aiohttp",),
                    key="OPENAI_API_KEY",
                ),
            ),
            (Trial("openai", "openai:m", {"base_url": "{server}", "backoff": 0.01}),),
        ),
        BuiltIn(
            "gemini",
            "model_adapters.gemini.adapter:GeminiAdapter",
            (
                Form(
                    "gemini:MODEL",
                    "a Gemini model, through Google's Gemini API",
                    ("google.genai",),
                    "gemini",
                    key="GEMINI_API_KEY or GOOGLE_API_KEY",
                ),
            ),
            (
                Trial(
                    "gemini",
                    "gemini:m",
                    {"base_url": "{gemini_server}", "backoff": 0.01},
                    packages=("google.genai",),
                ),
            ),
        ),
        BuiltIn(
            "cascade",
            "model_adapters.cascade.adapter:CascadeAdapter",
            (
                Form(
                    "cascade:pocketsphinx[+LLM]",
                    "an English recogniser, and any text model behind it",
                    ("pocketsphinx",),
                    "demo",
                ),
                Form(
                    "cascade:faster-whisper:PATH_OR_NAME[+LLM]",
                    "a Whisper model, and any text model behind it",
                    ("faster_whisper",),
                    "whisper",
                ),
                Form(
                    "cascade:transformers:PATH_OR_ID[+LLM]",
                    "any speech recogniser of transformers, and any text model behind it",
                    ("torch", "transformers"),
                    "hf",
                ),
                Form(
                    "cascade:openai:MODEL[+LLM]",
                    "a transcription service, and any text model behind it",
                    ("openai",),
                    key="OPENAI_API_KEY",
                ),
            ),
            (
                Trial(
                    "pocketsphinx",
                    "cascade:pocketsphinx",
                    exceptions=_RECOGNISER,
                    empty="cascade:pocketsphinx",
                    silent=True,
                    speech=True,
                    packages=_SPHINX,
                ),
                Trial(
                    "cascade-mock",
                    "cascade:pocketsphinx+mock:hash",
                    exceptions=_FIXED,
                    empty="cascade:pocketsphinx+mock:fixed:",
                    speech=True,
                    packages=_SPHINX,
                ),
                Trial(
                    "cascade-openai",
                    "cascade:pocketsphinx+openai:m",
                    {"llm.base_url": "{server}", "llm.backoff": 0.01},
                    speech=True,
                    packages=_SPHINX,
                ),
                Trial(
                    "cascade-lm-eval",
                    "cascade:pocketsphinx+lm_eval:hf",
                    {
                        "llm.pretrained": "{tiny_text_only}",
                        **{f"llm.{name}": value for name, value in _CPU.items()},
                    },
                    exceptions=_LM_EVAL,
                    speech=True,
                    packages=_SPHINX,
                ),
                Trial(
                    "transformers",
                    "cascade:transformers:{tiny_whisper}",
                    {"device": "cpu"},
                    exceptions={
                        **_RECOGNISER,
                        "empty_reply": "with random weights it hears something everywhere",
                    },
                ),
                Trial(
                    "cascade-transformers",
                    "cascade:transformers:{tiny_wav2vec2}+mock:hash",
                    {"device": "cpu"},
                    exceptions=_FIXED,
                    empty="cascade:transformers:{tiny_wav2vec2}+mock:fixed:",
                ),
                Trial(
                    "transcription",
                    "cascade:openai:m",
                    {"base_url": "{transcriber}", "backoff": 0.01},
                    exceptions=_RECOGNISER,
                    empty="cascade:openai:m",
                    empty_arguments={"base_url": "{deaf_transcriber}", "backoff": 0.01},
                    silent=True,
                ),
            ),
        ),
        BuiltIn(
            "python",
            "model_adapters.python.adapter:PythonAdapter",
            (
                Form("python:MODULE:CLASS", "a class of your own, also in another environment"),
                Form("python:contrib.desta25:DeSTA25", "DeSTA2.5-Audio", elsewhere="desta"),
                Form("python:contrib.llaso:LLaSO", "LLaSO-Base", elsewhere="llaso"),
                Form("python:contrib.alarm:ALARM", "ALARM", elsewhere="generate_vllm"),
                Form("python:contrib.kimi_audio:KimiAudio", "Kimi-Audio", elsewhere="kimia_infer"),
            ),
            (),
        ),
        BuiltIn(
            "lm_eval",
            "model_adapters.lm_eval.adapter:LMEvalAdapter",
            (
                Form(
                    "lm_eval:NAME",
                    "a model of lm-evaluation-harness; text only, unless behind a recogniser",
                    ("lm_eval",),
                ),
            ),
            (
                Trial(
                    "lm-eval",
                    "lm_eval:hf",
                    {"pretrained": "{tiny_text_only}", **_CPU},
                    exceptions=_LM_EVAL,
                ),
            ),
        ),
        BuiltIn(
            "replay",
            "model_adapters.replay:ReplayAdapter",
            (Form("replay:FILE_OR_RUN_DIR", "stored replies"),),
            (
                Trial(
                    "replay",
                    "replay:{replies}",
                    exceptions={**_FIXED, "audio_matters": _STORED, "system_prompt": _STORED},
                    empty="replay:{replies}",
                ),
            ),
        ),
        BuiltIn(
            "baseline",
            "model_adapters.baseline:BaselineAdapter",
            (Form("baseline:random|first", "chance rows of a leaderboard"),),
            (
                Trial(
                    "baseline",
                    "baseline:random",
                    exceptions={
                        **_FIXED,
                        "audio_matters": _DEAF,
                        "system_prompt": _DEAF,
                        "failures_as_values": _DEAF,
                        "empty_reply": "it always has an answer",
                    },
                ),
            ),
        ),
        BuiltIn(
            "mock",
            "model_adapters.mock.adapter:MockAdapter",
            (Form("mock:BEHAVIOUR", "scripted replies and faults, for tests"),),
            tuple(
                Trial(
                    f"mock-{style}",
                    "mock:hash",
                    {"style": style, "decode": True},
                    exceptions=_FIXED,
                    empty="mock:fixed:",
                )
                for style in ("async", "batch")
            ),
        ),
    )
}
"""Name -> adapter, in the order of ``harness models list``."""
