"""A task of lm-eval with its data set: documents and prompts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from harness.errors import HarnessError, MissingDataError
from harness.task_loading.from_lm_eval.bridge import LOCK, SEED, lm_eval_at_work
from harness.task_loading.places import LM_EVAL, LM_EVAL_PREFIX


class Prompts:
    """A task with its data set: documents, prompts, the number of targets.

    Args:
        config: its configuration with functions.
        name: its name in lm-eval.
        untrusted: templates that may only fill in fields.
        folder: local copies of data sets, by the names that they have on the hub.
        revision: of the hub data set.

    Raises:
        MissingDataError: the data are not there.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        name: str,
        *,
        untrusted: frozenset[str] = frozenset(),
        folder: Path | None = None,
        revision: str | None = None,
    ) -> None:
        from lm_eval.api.task import ConfigurableTask

        self._untrusted = untrusted
        own = _with_local_copy(dict(deepcopy(config)), folder)
        if revision is not None:
            own["dataset_kwargs"] = {**(own.get("dataset_kwargs") or {}), "revision": revision}
        with lm_eval_at_work(untrusted), _quiet_downloads():
            try:
                self.task = ConfigurableTask(config=own)
            except (HarnessError, MemoryError):
                raise
            except (OSError, ValueError, KeyError, IndexError) as error:
                raise _missing(name, own, error) from error
        self.task.set_fewshot_seed(SEED)
        self._contexts: dict[bool | None, list[Any]] = {}

    def documents(self) -> list[dict[str, Any]]:
        """Return the documents, in order."""
        return [dict(doc) for doc in self.task.task_docs]

    def commit(self) -> str:
        """Return the commit of the hub data set, ``local`` for any other."""
        info = getattr(self.task.task_docs, "info", None)
        for source in getattr(info, "download_checksums", None) or {}:
            if source.startswith("hf://") and "@" in source:
                return str(source.partition("@")[2].partition("/")[0])[:12]
        return "local"

    def facts(self) -> dict[str, Any]:
        """Return what scoring must know of the first document: how many targets and inputs there are."""
        return {
            "multiple_target": int(self.task.multiple_target),
            "multiple_input": int(self.task.multiple_input),
        }

    def context(self, position: int, multiturn: bool | None) -> Any:
        """Return the prompt of a document.

        Examples are drawn document by document, so the prompts before it are made first, and kept.

        Args:
            position: number of the document.
            multiturn: ``None`` for plain text; else messages, examples in turns of their own or in one.

        Returns:
            Text, or a list of ``{"role", "content"}``.
        """
        with LOCK:
            made = self._contexts.setdefault(multiturn, [])
            if not made:
                self.task.set_fewshot_seed(SEED)
            if not self._draws():
                return self._context(position, multiturn)
            while len(made) <= position:
                made.append(self._context(len(made), multiturn))
            return made[position]

    def _draws(self) -> bool:
        from lm_eval.api.samplers import FirstNSampler

        return bool(self.task.config.num_fewshot) and type(self.task.sampler) is not FirstNSampler

    def _context(self, position: int, multiturn: bool | None) -> Any:
        task = self.task
        doc = task.task_docs[position]
        with lm_eval_at_work(self._untrusted):
            return task.fewshot_context(
                doc,
                num_fewshot=task.config.num_fewshot or 0,
                apply_chat_template=multiturn is not None,
                fewshot_as_multiturn=bool(multiturn),
                chat_template=lambda history, **_: history,
                gen_prefix=task.doc_to_prefix(doc),
            )


def _with_local_copy(config: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Let a configuration read the local copy of its data set: ``FOLDER/OWNER/NAME[/CONFIG]``."""
    if folder is None or not isinstance(config.get("dataset_path"), str):
        return config
    copy = folder / config["dataset_path"]
    named_config = config.get("dataset_name")
    if named_config and (copy / str(named_config)).is_dir():
        copy = copy / str(named_config)
    if not copy.is_dir():
        raise MissingDataError(
            f"no folder {copy}",
            where=f"--data {LM_EVAL}",
            hint="it holds FOLDER/OWNER/NAME (or …/NAME/CONFIG) with SPLIT.parquet or SPLIT.jsonl; without it the hub is asked",
        )
    return {**config, "dataset_path": str(copy), "dataset_name": None, "dataset_kwargs": None}


def _missing(name: str, config: Mapping[str, Any], error: Exception) -> MissingDataError:
    line = (str(error).strip() or "no message").split("\n")[0]
    if isinstance(error, IndexError):
        line = f"it has no items ({line})"
    return MissingDataError(
        f"the data set {config.get('dataset_path')} of {LM_EVAL_PREFIX}{name} cannot be loaded: {type(error).__name__}: {line:.300}",
        where=LM_EVAL,
        hint=f"it comes from the hub; a copy of your own: --data {LM_EVAL}=FOLDER",
    )


@contextlib.contextmanager
def _quiet_downloads() -> Iterator[None]:
    import datasets

    shown = datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if not shown:
            datasets.enable_progress_bars()
