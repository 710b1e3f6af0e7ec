"""What can be asked for ``harness models list``: forms of models, what each needs, and whether it is installed.

Nothing is imported: an installed package is one that the import system finds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Final

from model_adapters.registry import BUILT_IN, GROUP


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
        """Packages that are not installed.

        >>> Form("x:Y", "", ("json", "no_such_package", "no_parent.package")).missing()
        ['no_such_package', 'no_parent.package']
        """
        return [name for name in self.packages if not _is_installed(name)]

    def needs(self) -> str:
        """What it needs, for people."""
        parts = [*self.packages]
        if self.key is not None:
            found = any(os.environ.get(name) for name in self.key.split(" or "))
            state = "set" if found else "not set"
            parts.append(f"{self.key} ({state}; a server of your own needs none)")
        if self.elsewhere is not None:
            parts.append(f"-M python=VENV with {self.elsewhere}")
        return ", ".join(parts) or "nothing"


FORMS: Final = (
    Form(
        "hf:PATH_OR_ID",
        "a checkpoint that transformers loads; also a bare folder or hub id",
        ("torch", "transformers"),
        "hf",
    ),
    Form(
        "vllm:PATH_OR_ID",
        "a checkpoint in vLLM's offline engine, on a GPU",
        ("vllm",),
        "vllm",
    ),
    Form(
        "openai:MODEL",
        "a chat service: OpenAI, vLLM, SGLang, transformers serve",
        ("aiohttp",),
        key="OPENAI_API_KEY",
    ),
    Form(
        "gemini:MODEL",
        "a Gemini model, through Google's Gemini API",
        ("google.genai",),
        "gemini",
        key="GEMINI_API_KEY or GOOGLE_API_KEY",
    ),
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
    Form("python:MODULE:CLASS", "a class of your own, also in another environment"),
    Form("python:contrib.desta25:DeSTA25", "DeSTA2.5-Audio", elsewhere="desta"),
    Form("python:contrib.llaso:LLaSO", "LLaSO-Base", elsewhere="llaso"),
    Form("python:contrib.alarm:ALARM", "ALARM", elsewhere="generate_vllm"),
    Form("python:contrib.kimi_audio:KimiAudio", "Kimi-Audio", elsewhere="kimia_infer"),
    Form(
        "lm_eval:NAME",
        "a model of lm-evaluation-harness; text only, unless behind a recogniser",
        ("lm_eval",),
    ),
    Form("replay:FILE_OR_RUN_DIR", "stored replies"),
    Form("baseline:random|first", "chance rows of a leaderboard"),
    Form("mock:BEHAVIOUR", "scripted replies and faults, for tests"),
)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is not there
        return False


def forms() -> list[Form]:
    """Our forms, then those of plug-ins.

    >>> {form.adapter for form in forms()} >= set(BUILT_IN)
    True
    """
    plug_ins = []
    for point in sorted(entry_points(group=GROUP)):
        if point.name not in BUILT_IN:
            source = f"plug-in of {point.dist.name}" if point.dist else "plug-in"
            module = point.value.partition(":")[0].partition(".")[0]
            plug_ins.append(Form(f"{point.name}:TARGET", source, (module,)))
    return [*FORMS, *plug_ins]
