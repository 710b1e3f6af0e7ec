"""Prompts of YAML tasks: the text of a template, split at its ``<audio>`` marks, with the clips in their places.

Text is what lm-eval would render from the same YAML (a contract test compares the two). lm-eval itself is not asked:
it renders Jinja outside a sandbox, and importing it costs more than the rest of a run's start.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.core.messages import Audio, Message, Text
from harness.core.scoring import Document
from harness.core.task import FunctionRef, Template
from harness.errors import TaskFileError, UsageError
from harness.task_loading.checks.calls import PASSED_ON
from harness.task_loading.checks.contract import clips_of
from harness.task_loading.code import function_of
from harness.task_loading.places import is_built_in
from harness.task_loading.task import YamlTask
from harness.task_loading.templates import compile_template

AUDIO_MARK = "<audio>"
Rewrite = Callable[[Document, tuple[Message, ...]], tuple[Message, ...]]
"""(document, its prompt) -> the prompt that is sent."""
_TEMPLATES: Final = (
    "description",
    "doc_to_audio",
    "doc_to_choice",
    "doc_to_image",
    "doc_to_target",
    "doc_to_text",
    "gen_prefix",
)
"""Keys whose text lm-eval renders as Jinja."""


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A prompt in other words (``--paraphrase``).

    Attributes:
        name: its name.
        text: a template in place of the task's.
        before: is put in front of the prompt.
        after: is put behind it.
        replace: pairs of a piece of the prompt and what stands there instead.
        system: system prompt.
        tasks: tasks that it is for, all if empty.
        where: its place in its file, for errors.
    """

    name: str
    text: str | None = None
    before: str = ""
    after: str = ""
    replace: tuple[tuple[str, str], ...] = ()
    system: str | None = None
    tasks: frozenset[str] = frozenset()
    where: str = ""

    def content(self) -> list[Any]:
        """Return what makes it this paraphrase."""
        return [self.name, self.text, self.before, self.after, self.replace, self.system]

    def applied(self, text: str) -> str:
        """Return a rendered prompt in these words.

        >>> Paraphrase("x", after=" Be brief.", replace=(("Who", "Which person"),)).applied("Who speaks?")
        'Which person speaks? Be brief.'
        """
        for old, new in self.replace:
            text = text.replace(old, new)
        return f"{self.before}{text}{self.after}"


class PromptedTask(YamlTask):
    """A task that can also render prompts.

    Args:
        template: id of one of the task's templates; ``None`` for its default.
        system: system prompt that replaces the template's.
        keeps_clips: False where prompts will hold no audio, so that items whose clip is absent stay.
        **options: see ``YamlTask``.
    """

    rewrite: Rewrite | None = None
    """Changes every rendered prompt (``--control``)."""
    paraphrases: Mapping[str, Paraphrase] = {}
    """By name; a document names its own in ``_paraphrase``."""

    def __init__(
        self,
        *args: Any,
        template: str | None = None,
        system: str | None = None,
        keeps_clips: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self._keeps_clips = keeps_clips
        self._paraphrased: dict[str, Callable[[Document], str]] = {}
        self.template = choose_template(self, template)
        self.system = self.template.system if system is None else (system or None)
        self._trusts_templates = self._trusted or is_built_in(self.spec)
        self._check_templates()
        self._render = self._renderer("doc_to_text", self.template.doc_to_text)
        self._clips: Callable[[Document], Iterable[Audio] | None] | None = None
        self._system: Callable[[Document], str] | None = None
        if self.system:  # the user's own text is trusted
            trusted = self._trusts_templates or system is not None
            self._system = self._renderer(
                "description" if system is None else "--system", self.system, trusted=trusted
            )

    def _data_options(self) -> Mapping[str, Any]:
        """Tell a loader that it may keep items without clips, if the template has no ``<audio>``."""
        text = self.template.doc_to_text
        heard = self._keeps_clips and not (isinstance(text, str) and AUDIO_MARK not in text)
        return {} if heard else {"needs_audio": False}

    def _audio_function(self) -> Callable[[Document], Iterable[Audio]]:
        """Make a function that gives a document's clips: code next to the YAML, or the name of a field."""
        source = self.spec.raw.get("doc_to_audio")
        if isinstance(source, FunctionRef):
            found: Callable[[Document], Iterable[Audio]] = self.function("doc_to_audio")
            return found
        return operator.itemgetter(source) if isinstance(source, str) else lambda _doc: ()

    def messages(self, doc: Document) -> tuple[Message, ...]:
        """Render the prompt: an optional system message and one user message.

        Raises:
            TaskFileError: the template cannot be rendered, or its text has another number of
                ``<audio>`` marks than the document has clips.
        """
        where = f"{self.spec.yaml_path}, item {doc.get('_id')!r}"
        try:
            if self._clips is None:
                self._clips = self._audio_function()
            text, system_of = self._worded(doc)
            # a prompt has references of its own: what they find out about a clip goes with the prompt
            clips = (
                [copy.copy(clip) for clip in clips_of(self.spec, doc, self._clips(doc))]
                if AUDIO_MARK in text
                else []
            )
            system = system_of(doc) if system_of is not None else None
        except PASSED_ON:
            raise
        except BaseException as error:  # it may fail in any way that a program can
            raise TaskFileError(
                f"the prompt cannot be rendered: {type(error).__name__}: {error}", where=where
            ) from error
        found = render(text, clips, system, where=where)
        return found if self.rewrite is None else self.rewrite(doc, found)

    def _worded(self, doc: Document) -> tuple[str, Callable[[Document], str] | None]:
        """Return the text of the prompt and what renders the system prompt, in the words of the document's paraphrase."""
        name = doc.get("_paraphrase")
        if name is None:
            return self._render(doc), self._system
        one = self.paraphrases[name]
        if one.text is None:
            text = self._render(doc)
        else:
            text = self._own(one.text, f"{one.where}: text")(doc)
        system = (
            self._system if one.system is None else self._own(one.system, f"{one.where}: system")
        )
        return one.applied(text), system

    def _own(self, text: str, where: str) -> Callable[[Document], str]:
        """Return what renders a template of a file of paraphrases."""
        if text not in self._paraphrased:
            self._paraphrased[text] = compile_template(text, where=where, trusted=self._trusted)
        return self._paraphrased[text]

    def _renderer(
        self, key: str, source: str | FunctionRef, *, trusted: bool | None = None
    ) -> Callable[[Document], str]:
        """Make a function of a template: code next to the YAML, the name of a field, or Jinja.

        Raises:
            UsageError: it runs code and is not trusted.
            TaskFileError: it is not valid.
        """
        if isinstance(source, FunctionRef):
            found: Callable[[Document], str] = function_of(source, trusted=self._trusted)
            return found
        filled = compile_template(
            source,
            where=f"{self.spec.yaml_path}: {key}",
            trusted=self._trusts_templates if trusted is None else trusted,
        )
        return lambda doc: doc[source] if source in doc else filled(doc)

    def _check_templates(self) -> None:
        """Refuse untrusted code in any text that lm-eval would render, also where we never do.

        Raises:
            UsageError: names the key.
        """
        if self._trusts_templates:
            return
        templates = {key: self.spec.raw.get(key) for key in _TEMPLATES}
        ours = (self.spec.raw.get("metadata") or {}).get("lalm") or {}
        templates["metadata.lalm.templates"] = ours.get("templates")
        for key, text in _texts(templates.items()):
            self._renderer(key, text)


def _texts(found: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield every text inside values of YAML keys, with its key."""
    for key, value in found:
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, Mapping):
            yield from _texts((f"{key}.{name}", item) for name, item in value.items())
        elif isinstance(value, (list, tuple)):
            yield from _texts((f"{key}.{place}", item) for place, item in enumerate(value))


def choose_template(task: YamlTask, name: str | None) -> Template:
    """Return a template of a task by id.

    Raises:
        UsageError: the task has no such template.
    """
    templates = task.spec.templates
    if name is None:
        return templates[task.spec.default_template]
    if name not in templates:
        raise UsageError(
            f"{task.spec.task} has no template {name!r}", hint=f"it has: {', '.join(templates)}"
        )
    return templates[name]


def render(text: str, clips: list[Any], system: str | None, where: str) -> tuple[Message, ...]:
    """Split a prompt at its ``<audio>`` marks and put the clips there.

    >>> render("What is said?", [], "Be brief.", "x")[0].role
    'system'
    """
    pieces = text.split(AUDIO_MARK)
    if len(pieces) - 1 != len(clips):
        raise TaskFileError(
            f"the prompt has {len(pieces) - 1} {AUDIO_MARK} marks, the document has {len(clips)} clips",
            where=where,
        )
    parts: list[Text | Audio] = []
    for position, piece in enumerate(pieces):
        if piece:
            parts.append(Text(piece))
        if position < len(clips):
            parts.append(clips[position])
    user = Message("user", tuple(parts))
    return (Message("system", (Text(system),)), user) if system else (user,)
