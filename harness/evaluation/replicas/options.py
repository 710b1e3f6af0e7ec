"""What ``--executor``, ``--replicas``, ``--gpus-per-replica``, ``-X`` and ``-M devices=…`` ask for, as one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from harness.errors import UnknownNameError, UsageError
from harness.settings import Settings
from model_adapters.arguments import read_arguments
from model_adapters.registry import factory, resolve

EXECUTORS: Final = ("local", "ray")
DEVICES: Final = "devices"
"""Model argument of adapters that say ``device_argument``: a replica on each of these."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """``-X`` arguments.

    Attributes:
        address: of a Ray cluster, ``auto`` for the one of this machine; without it a cluster of this machine alone is started.
        cpus_per_replica: processors that a replica takes from the cluster's.
        start_timeout: seconds until a replica has loaded its model.
        answer_timeout: seconds until a replica has answered what it was given; then it counts as dead.
        clips: ``path`` sends names of files and of cells only, ``bytes`` the encoded clips; ``auto`` finds out by
            digest, clip by clip.
    """

    address: str | None = None
    cpus_per_replica: float = 0.0
    start_timeout: float = 1800.0
    answer_timeout: float = 3600.0
    clips: Literal["auto", "path", "bytes"] = "auto"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Replicas that are asked for.

    Attributes:
        count: how many; ``None`` for one per GPU of the cluster, or as many as fit with ``gpus`` each.
        gpus: GPUs of each, ``None`` for 1 where the cluster has any.
        arguments: see ``Arguments``.
        devices: model arguments that only one replica has, one mapping each; empty if all are alike.
    """

    count: int | None
    gpus: float | None
    arguments: Arguments = field(default_factory=Arguments)
    devices: tuple[Mapping[str, Any], ...] = ()


def split_devices(settings: Settings) -> tuple[dict[str, Any], tuple[Mapping[str, Any], ...]]:
    """Return the model arguments without ``devices``, and what each replica has in its place.

    Raises:
        UsageError: ``devices`` is empty, or is given next to ``device``.
    """
    own = dict(settings.model_args)
    if DEVICES not in own:
        return own, ()
    argument = getattr(factory(resolve(settings.model).adapter), "device_argument", None)
    if argument is None:
        return own, ()
    where = f"-M {DEVICES}"
    if argument in own:
        raise UsageError(f"{argument} and {DEVICES} exclude each other", where=where)
    names = [name.strip() for name in str(own.pop(DEVICES)).split(",")]
    if not all(names):
        raise UsageError("expected devices like 0,1,2,3 or cpu,cpu", where=where)
    return own, tuple({argument: f"cuda:{name}" if name.isdecimal() else name} for name in names)


def read_executor(settings: Settings) -> Wanted | None:
    """Read what is asked for; ``None`` where one process asks the model.

    Raises:
        UsageError: an unknown executor, flags without ``--executor ray``, or values that make no sense together.
    """
    _, devices = split_devices(settings)
    kind = settings.executor or ("ray" if devices else "local")
    if kind not in EXECUTORS:
        raise UnknownNameError("executor", kind, EXECUTORS, hint=f"known: {', '.join(EXECUTORS)}")
    if kind == "local":
        if devices:
            raise UsageError("several devices need --executor ray", where=f"-M {DEVICES}")
        for name, flag in _FLAGS.items():
            if getattr(settings, name) not in (None, {}):
                raise UsageError(f"{flag} needs --executor ray", where=flag)
        return None
    arguments = read_arguments(Arguments, settings.executor_args, adapter="ray", flag="-X")
    for one in fields(Arguments):
        value, least = getattr(arguments, one.name), 0.0
        if isinstance(value, float) and (
            value < least or (value == least and "timeout" in one.name)
        ):
            raise UsageError(f"found {value:g}, expected more", where=f"-X {one.name}")
    count, gpus = settings.replicas, settings.gpus_per_replica
    if count is not None and count > MOST_REPLICAS:
        raise UsageError(f"found {count:,}, expected at most {MOST_REPLICAS:,}", where="--replicas")
    if gpus is not None and gpus < 0:
        raise UsageError("expected 0 or more", where="--gpus-per-replica")
    if devices:
        for name in ("replicas", "gpus_per_replica"):
            if getattr(settings, name) is not None:
                raise UsageError(
                    f"{DEVICES} says how many replicas there are, and where",
                    where=_FLAGS[name],
                    hint=f"leave out {_FLAGS[name]} or -M {DEVICES}",
                )
        if arguments.address is not None:
            raise UsageError("devices are those of this machine", where="-X address")
        count, gpus = len(devices), 0.0
    return Wanted(count, gpus, arguments, devices)


MOST_REPLICAS: Final = 4096
"""Replicas of a run; one process asks them all, and saturates far earlier (docs/performance.md)."""
_FLAGS: Final = {
    "replicas": "--replicas",
    "gpus_per_replica": "--gpus-per-replica",
    "executor_args": "-X",
}
