"""The one module that imports lm-eval: prompts of YAML tasks through ``ConfigurableTask``.

Only public names of lm-eval 0.4 are used. ``lm_eval.evaluator`` is not: it decodes every clip up front,
keeps all requests in memory, writes only at the end, and has neither a judge stage nor resume.
"""

from __future__ import annotations

import copy
import logging
import operator
import threading
from collections.abc import Callable, Mapping
from typing import Any

from harness.core.messages import Audio, Message, Text
from harness.core.scoring import Document
from harness.core.task import FunctionRef, Template
from harness.errors import HarnessError, TaskFileError, UsageError
from harness.task_loading.task import YamlTask, import_beside

AUDIO_MARK = "<audio>"


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
        self._render: Callable[[Document], str] | None = None

    def _data_options(self) -> Mapping[str, Any]:
        """A template without ``<audio>`` needs no clips: a loader may then keep items without them."""
        text = self.template.doc_to_text
        return {"needs_audio": False} if isinstance(text, str) and AUDIO_MARK not in text else {}

    def forget_documents(self) -> None:
        """Let go of the documents, also of lm-eval's view of them."""
        super().forget_documents()
        self._lm_eval_task = self._render = None

    def _configurable(self) -> Any:
        with self._lock:  # prompts are rendered in several threads
            if self._lm_eval_task is None:
                self._lm_eval_task = _build(self, self.documents())
            return self._lm_eval_task

    def messages(self, doc: Document) -> tuple[Message, ...]:
        """The rendered prompt: an optional system message and one user message.

        Raises:
            TaskFileError: the template cannot be rendered, or its text has another number of
                ``<audio>`` marks than the document has clips.
        """
        where = f"{self.spec.yaml_path}, item {doc.get('_id')!r}"
        try:
            task = self._configurable()
            text = task.doc_to_text(doc, self._text_function(task))
            # a prompt has references of its own: what they find out about a clip goes with the prompt
            clips = (
                [copy.copy(clip) for clip in task.doc_to_audio(doc) or ()]
                if AUDIO_MARK in text
                else []
            )
            system = task.resolve_field(doc, self.system) if self.system else None
        except HarnessError:
            raise
        except Exception as error:  # a template may fail in any way that a program can
            raise TaskFileError(
                f"the prompt cannot be rendered: {type(error).__name__}: {error}", where=where
            ) from error
        return render(text, clips, system, where=where)

    def _text_function(self, task: Any) -> Callable[[Document], str]:
        """The template as a function; Jinja is compiled once, not once per item as lm-eval does."""
        if self._render is None:
            source = self.template.doc_to_text
            if isinstance(source, FunctionRef):
                self._render = getattr(import_beside(source, trusted=self._trusted), source.name)
            elif source in task.features:
                self._render = operator.itemgetter(source)
            else:
                from lm_eval.utils import env

                compiled = env.from_string(source)
                self._render = lambda doc: compiled.render(**doc)
        return self._render


def choose_template(task: YamlTask, name: str | None) -> Template:
    """A template of a task by id.

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
    """lm-eval's task object over documents that are already loaded."""
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    import lm_eval.models  # noqa: F401  (lm-eval asks that it is imported before anything is registered)
    from lm_eval.api.task import ConfigurableTask

    split = task.spec.raw["test_split"]
    config: dict[str, Any] = {
        key: task.function(key) if isinstance(value, FunctionRef) else value
        for key, value in task.spec.raw.items()
        if key not in ("tag", "dataset_kwargs", "metadata", "custom_dataset")
    }
    config["metric_list"] = [
        {**entry, "aggregation": _callable(task, entry["aggregation"])}
        for entry in config["metric_list"]
    ]
    config["custom_dataset"] = lambda **_: {split: documents}
    config["metadata"] = {"version": (task.spec.raw.get("metadata") or {}).get("version", 0)}
    try:
        return ConfigurableTask(config=config)
    except (TypeError, ValueError, KeyError) as error:
        raise TaskFileError(
            f"lm-eval refuses this task: {error}", where=str(task.spec.yaml_path)
        ) from error


def _callable(task: YamlTask, ref: FunctionRef) -> Any:
    return getattr(import_beside(ref, trusted=task._trusted), ref.name)
