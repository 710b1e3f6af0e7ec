"""Ray, as far as it is used: a cluster to connect to or to start, replicas in it, and calls that end in time."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from typing import Any, Final

from harness.errors import MissingDependencyError, SetupError, UsageError
from harness.evaluation.replicas.lifeline import Lifeline, lifeline_of_this_process
from harness.evaluation.replicas.options import Wanted
from harness.evaluation.replicas.replica import Model, Replica

OBJECT_STORE_BYTES: Final = 1 << 29
"""Shared memory of a cluster of this machine alone: bytes of clips, where they are sent."""
UNREACHED: Final = "a cluster that asks for a token is reached with RAY_AUTH_MODE=token"
STARTS: Final = 3
CLOSE_SECONDS: Final = 10.0
_ENVIRONMENT: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # `devices` names the GPUs, Ray hides none
    "RAY_DEDUP_LOGS": "0",
}


class LostError(Exception):
    """A replica died, or did not answer in time."""


class Cluster:
    """A connection to Ray.

    Args:
        wanted: what was asked for.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._ours = False
        self._lifeline = Lifeline({})
        self.gpus = 0.0

    def connect(self) -> None:
        """Connect to the cluster, or start one of this machine.

        Raises:
            MissingDependencyError: Ray is not installed.
            SetupError: there is no cluster at the address.
        """
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            import ray
        except ImportError as error:
            raise MissingDependencyError(
                "replicas need the package ray",
                where="--executor ray",
                hint="pip install 'lalm-harness[ray]'",
            ) from error
        if not ray.is_initialized():
            self._begin(self._wanted.arguments.address or os.environ.get("RAY_ADDRESS"))
            self._ours = True
        self._lifeline = lifeline_of_this_process()
        self.gpus = float(ray.cluster_resources().get("GPU", 0.0))

    def lost(self) -> str | None:
        """Return why no replica can be asked any more, ``None`` while the cluster is there."""
        return self._lifeline.cut()

    def _begin(self, address: str | None) -> None:
        import ray

        local = {"include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
        for attempt in range(1, STARTS + 1):  # Ray gives a node 30 s, which a busy machine exceeds
            try:
                ray.init(
                    address=address or "local",
                    log_to_driver=False,
                    logging_level="ERROR",
                    **({} if address else local),
                )
            except Exception as error:
                ray.shutdown()
                if address is None and attempt < STARTS:
                    continue
                what = "no Ray cluster answers" if address else "Ray does not start"
                raise SetupError(
                    f"{what}: {type(error).__name__}: {error}",
                    where=f"-X address={address}" if address else "--executor ray",
                    hint=UNREACHED if address else None,
                ) from error
            return

    def share(self) -> tuple[int, float]:
        """Return how many replicas there are to be, and the GPUs of each.

        Raises:
            UsageError: it is not said, and no GPU says it.
        """
        each = self._wanted.gpus
        if each is None:
            each = 1.0 if self.gpus else 0.0
        if self._wanted.count is not None:
            return self._wanted.count, each
        if not each:
            raise UsageError(
                "there is no GPU to count replicas by", where="--executor ray", hint="--replicas N"
            )
        count = int(self.gpus / each + 1e-9)
        if not count:
            raise UsageError(
                f"the cluster has {self.gpus:g} GPUs, a replica is to have {each:g}",
                where="--gpus-per-replica",
            )
        return count, each

    def start(self, model: Model, gpus: float) -> Any:
        """Begin a replica; it loads its model by itself."""
        import ray

        options = {
            "num_cpus": self._wanted.arguments.cpus_per_replica,
            "num_gpus": gpus,
            "max_restarts": 0,  # the pool begins another one, and knows of it
            "max_task_retries": 0,
            "scheduling_strategy": "SPREAD",
        }
        return ray.remote(Replica).options(**options).remote(model)

    def put(self, data: bytes) -> Any:
        """Return a reference to bytes, which travel to a node once."""
        import ray

        return ray.put(data)

    def first_of(self, calls: Sequence[Any], seconds: float) -> Any | None:
        """Return one of several calls that has ended; ``None`` if none does in time."""
        import ray

        done, _ = ray.wait(list(calls), num_returns=1, timeout=seconds)
        return done[0] if done else None

    def result(self, call: Any) -> Any:
        """Return what a call gave that has ended.

        Raises:
            LostError: the replica died.
        """
        import ray

        try:
            return ray.get(call, timeout=CLOSE_SECONDS)
        except ray.exceptions.RayError as error:
            raise LostError(_reason(error)) from error

    async def answer(self, call: Any, seconds: float) -> Any:
        """Await what a call gives.

        Raises:
            LostError: the replica died, or does not answer in time.
        """
        import ray

        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(call.future())
        except TimeoutError as error:
            raise LostError(f"no answer within {seconds:.0f} s") from error
        except ray.exceptions.RayError as error:
            raise LostError(_reason(error)) from error

    def kill(self, actor: Any) -> None:
        """End a replica at once, if it lives."""
        import ray

        with contextlib.suppress(ray.exceptions.RayError, ValueError):
            ray.kill(actor)

    def disconnect(self, actors: Sequence[Any]) -> None:
        """Let replicas release their models, end them, and leave the cluster."""
        import ray

        if not ray.is_initialized():
            return
        with contextlib.suppress(ray.exceptions.RayError, ValueError):
            ray.wait(
                [actor.close.remote() for actor in actors],
                num_returns=len(actors),
                timeout=CLOSE_SECONDS,
            )
        for actor in actors:
            self.kill(actor)
        if self._ours:
            ray.shutdown()


def _reason(error: Exception) -> str:
    """Return the part of Ray's message that says what happened, as one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}"
