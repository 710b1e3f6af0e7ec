"""The one module that imports lm-eval: prompts of YAML tasks through ``ConfigurableTask``.

Only public names of lm-eval 0.4 are used. ``lm_eval.evaluator`` is not: it decodes every clip up front,
keeps all requests in memory, writes only at the end, and has neither a judge stage nor resume.
"""

from __future__ import annotations

import copy
import logging
import operator
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from harness.core.messages import Audio, Message, Text
from harness.core.scoring import Document
from harness.core.task import FunctionRef, Template
from harness.errors import HarnessError, TaskFileError, UsageError
from harness.task_loading.task import YamlTask, import_beside, is_built_in
from harness.task_loading.templates import compile_template

AUDIO_MARK = "<audio>"
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
_PASSED_ON: Final = (
    "doc_to_audio",
    "fewshot_config",
    "generation_kwargs",
    "output_type",
    "process_results",
    "task",
    "test_split",
)
"""Keys that lm-eval's task object gets; none of them is rendered, loaded from a hub, or called with text."""


class PromptedTask(YamlTask):
    """A task that can also render prompts.

    Args:
        template: id of one of the task's templates; ``None`` for its default.
        system: system prompt that replaces the template's.
        **options: see ``YamlTask``.
    """

    def __init__(
        self, *args: Any, template: str | None = None, system: str | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.template = choose_template(self, template)
        self.system = self.template.system if system is None else (system or None)
        self._lm_eval_task: Any = None
        self._lock = threading.Lock()
        self._trusts_templates = self._trusted or is_built_in(self.spec)
        self._check_templates()
        self._render = self._renderer("doc_to_text", self.template.doc_to_text)
        self._system: Callable[[Document], str] | None = None
        if self.system:  # the user's own text is trusted
            trusted = self._trusts_templates or system is not None
            self._system = self._renderer(
                "description" if system is None else "--system", self.system, trusted=trusted
            )

    def _data_options(self) -> Mapping[str, Any]:
        """Tell a loader that it may keep items without clips, if the template has no ``<audio>``."""
        text = self.template.doc_to_text
        return {"needs_audio": False} if isinstance(text, str) and AUDIO_MARK not in text else {}

    def forget_documents(self) -> None:
        """Let go of the documents, also of lm-eval's view of them."""
        super().forget_documents()
        self._lm_eval_task = None

    def _configurable(self) -> Any:
        with self._lock:  # prompts are rendered in several threads
            if self._lm_eval_task is None:
                self._lm_eval_task = _build(self, self.documents())
            return self._lm_eval_task

    def messages(self, doc: Document) -> tuple[Message, ...]:
        """Render the prompt: an optional system message and one user message.

        Raises:
            TaskFileError: the template cannot be rendered, or its text has another number of
                ``<audio>`` marks than the document has clips.
        """
        where = f"{self.spec.yaml_path}, item {doc.get('_id')!r}"
        try:
            task = self._configurable()
            text = task.doc_to_text(doc, self._render)
            # a prompt has references of its own: what they find out about a clip goes with the prompt
            clips = (
                [copy.copy(clip) for clip in task.doc_to_audio(doc) or ()]
                if AUDIO_MARK in text
                else []
            )
            system = self._system(doc) if self._system is not None else None
        except HarnessError:
            raise
        except Exception as error:  # a template may fail in any way that a program can
            raise TaskFileError(
                f"the prompt cannot be rendered: {type(error).__name__}: {error}", where=where
            ) from error
        return render(text, clips, system, where=where)

    def _renderer(
        self, key: str, source: str | FunctionRef, *, trusted: bool | None = None
    ) -> Callable[[Document], str]:
        """Make a function of a template: code next to the YAML, the name of a field, or Jinja.

        Raises:
            UsageError: it runs code and is not trusted.
            TaskFileError: it is not valid.
        """
        if isinstance(source, FunctionRef):
            found: Callable[[Document], str] = getattr(
                import_beside(source, trusted=self._trusted), source.name
            )
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


def _build(task: YamlTask, documents: Any) -> Any:
    """Return lm-eval's task object over documents that are already loaded."""
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    import lm_eval.models  # noqa: F401  (lm-eval asks that it is imported before anything is registered)
    from lm_eval.api.task import ConfigurableTask

    split = task.spec.raw["test_split"]
    config: dict[str, Any] = {
        key: task.function(key) if isinstance(value, FunctionRef) else value
        for key, value in task.spec.raw.items()
        if key in _PASSED_ON
    }
    audio = config.get("doc_to_audio")
    if isinstance(audio, str):
        config["doc_to_audio"] = operator.itemgetter(audio)
    config["doc_to_text"] = config["doc_to_target"] = _nothing
    config["metric_list"] = [
        {
            "metric": entry["metric"],
            "aggregation": _callable(task, entry["aggregation"]),
            "higher_is_better": entry["higher_is_better"],
        }
        for entry in task.spec.raw["metric_list"]
    ]
    config["custom_dataset"] = lambda **_: {split: documents}
    config["metadata"] = {"version": (task.spec.raw.get("metadata") or {}).get("version", 0)}
    try:
        return ConfigurableTask(config=config)
    except (TypeError, ValueError, KeyError) as error:
        raise TaskFileError(
            f"lm-eval refuses this task: {error}", where=str(task.spec.yaml_path)
        ) from error


def _nothing(doc: Document) -> str:
    """Stand for texts that lm-eval would render itself: ours are rendered in the sandbox."""
    del doc
    return ""


def _callable(task: YamlTask, ref: FunctionRef) -> Any:
    return getattr(import_beside(ref, trusted=task._trusted), ref.name)
