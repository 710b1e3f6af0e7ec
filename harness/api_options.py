"""Options of the Python face, as typed dictionaries: an editor completes them, a type checker refuses a wrong one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict


class SharedOptions(TypedDict, total=False):
    """Options of ``evaluate`` and ``score``; each means what the flag of the same name does (``docs/cli.md``)."""

    name: str
    data: Mapping[str, Path]
    revision: Mapping[str, str]
    include_path: Sequence[Path]
    trust_task_code: bool
    allow_shadowing: bool
    judge: str
    judge_args: Mapping[str, Any]
    judge_panel: str
    judge_budget: str
    judge_cache: Path
    judge_sample: int
    judge_prompt: Path
    max_errors: str
    patience: str
    reference: Path


class EvaluateOptions(SharedOptions, total=False):
    """Options of ``evaluate``."""

    model_args: Mapping[str, Any]
    limit: int | float | str
    seed: int
    batch_size: int
    repeats: int
    subset: int
    stratify: str
    shard: str
    executor: str
    replicas: int
    gpus_per_replica: float
    executor_args: Mapping[str, Any]
    control: str
    controls: str
    keep_control_audio: bool
    permute: str
    paraphrase: Path
    gen_kwargs: Mapping[str, Any]
    template: str
    system: str
    retry_errors: bool
    only_failed: bool
    ids: Path
    require_complete: bool
    skip_unavailable: bool


class ScoreOptions(SharedOptions, total=False):
    """Options of ``score``."""

    response_field: str
    doc_field: str
    id_field: str
    judge_field: str
    clean: str


class RescoreOptions(TypedDict, total=False):
    """Options of ``rescore``."""

    include_path: Sequence[Path]
    trust_task_code: bool
    rejudge: bool
    judge: str
    judge_args: Mapping[str, Any]
    judge_panel: str
    judge_budget: str
    judge_cache: Path
    judge_sample: int
    judge_prompt: Path
    max_errors: str
    reference: Path


class GateSettings(TypedDict, total=False):
    """Options of ``gate``; see ``harness.comparison.gate.GateOptions``."""

    tasks: Sequence[str]
    metrics: Sequence[str]
    alpha: float
    min_effect: float
    max_drop: float
    fail_inconclusive: bool
    missing: Literal["refuse", "lost"]


class MergeSettings(TypedDict, total=False):
    """Options of ``merge``; each means what the flag of the same name does (``docs/cli.md``)."""

    name: str
    data: Mapping[str, Path]
    include_path: Sequence[Path]
    trust_task_code: bool
    max_errors: str
