"""The data sets of Dynamic-SUPERB as the committed ``instances.yaml`` lists them.

Facts of the organisers' lists only: hub id, commit, kind, phase-1 domain, why a set has no score. A name
never gives an id or the reverse, except for the naming law of our own task ids (``task_id``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

FILE: Final = Path(__file__).with_name("instances.yaml")
Kind = Literal["classification", "text", "regression", "audio"]


@dataclass(frozen=True, slots=True)
class Instance:
    """One data set.

    Attributes:
        hf: data set id on the hub.
        kind: what phase 2 asks for; ``audio`` sets are answered with audio.
        name: the organisers' name of the task.
        revision: commit as listed, ``None`` where none is.
        metric: metric of a text set, ``None`` where it is not known.
        norm: normaliser of the strict reading of a text set, where it is not the usual one.
        unsupported: key of the reason why there is no score.
        flags: ``S`` speech, ``M`` music, ``A`` audio.
        note: the organisers' remark.
        domain: phase-1 domain, ``None`` for a set of phase 2 only.
        seen: whether the official phase-1 baselines were trained on it.
    """

    hf: str
    kind: Kind
    name: str = ""
    revision: str | None = None
    metric: str | None = None
    norm: str | None = None
    unsupported: str | None = None
    flags: str = ""
    note: str = ""
    domain: str | None = None
    seen: bool | None = None

    @property
    def instance(self) -> str:
        """The name behind the slash of the id."""
        return self.hf.rpartition("/")[2]

    @property
    def commit(self) -> str | None:
        """The listed revision if it can be fetched: the hub takes full commit ids only."""
        full = self.revision is not None and re.fullmatch(r"[0-9a-f]{40}", self.revision)
        return self.revision if full else None

    @property
    def has_audio(self) -> bool:
        """True if items have clips."""
        return not self.note.startswith("No audio input")


@lru_cache(maxsize=1)
def instances() -> tuple[Instance, ...]:
    """Return all data sets in the order of ``instances.yaml``."""
    import yaml

    raw: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Instance(hf=hf, **facts) for hf, facts in raw.items())


def task_id(instance: str, phase: str = "") -> str:
    """Return the task id of an instance; ``phase`` distinguishes a second task on the same data.

    >>> task_id("NoiseDetection_LJSpeech_MUSAN-Music")
    'dynamic_superb_noisedetection_ljspeech_musan_music'
    >>> task_id("SpoofDetection_ASVspoof2017", "phase2")
    'dynamic_superb_phase2_spoofdetection_asvspoof2017'
    """
    words = [re.sub(r"[^a-z0-9]+", "_", part.lower()) for part in (phase, instance) if part]
    return "_".join(["dynamic_superb", *words])
