"""Whether the cluster that a run hangs on is still there.

Ray ends a process that misses the head of its cluster for 60 s, with exit code 1 and a line of its own; where the node that a
process is connected through dies, replicas that are begun anew wait for ever. Both are found out here before that.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from typing import Final

from harness.errors import AdapterError

PATIENCE: Final = 15.0
"""Seconds without an answer after which a process of Ray counts as dead; a head that is begun again at once is waited for."""
EVERY: Final = 2.0
"""Seconds between two looks."""
_CONNECT_SECONDS: Final = 2.0

Place = tuple[str, int]


class Lifeline:
    """The processes of Ray without which no replica can be asked.

    Args:
        places: host and port of each, by what it is.
        answers: whether a place takes a connection.
        clock: seconds, of any beginning.
    """

    def __init__(
        self,
        places: Mapping[str, Place],
        answers: Callable[[Place], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._answers = answers or takes_connections
        self._clock = clock
        self._silent: dict[str, float] = {}

    def cut(self) -> str | None:
        """Return which of them is gone, ``None`` while all are there; to be called every few seconds.

        >>> times = iter((0.0, 10.0, 20.0))
        >>> line = Lifeline({"the head": ("h", 1)}, lambda place: False, lambda: next(times))
        >>> line.cut(), line.cut(), line.cut()
        (None, None, 'the head (h:1) has not answered for 20 s')
        """
        for name, place in self._places.items():
            if self._answers(place):
                self._silent.pop(name, None)
                continue
            now = self._clock()
            seconds = now - self._silent.setdefault(name, now)
            if seconds >= PATIENCE:
                host, port = place
                return f"{name} ({host}:{port}) has not answered for {seconds:.0f} s"
        return None


def gone(reason: str) -> AdapterError:
    """Return the error that ends the run."""
    return AdapterError(
        f"the cluster is gone: {reason}",
        where="--executor ray",
        hint="the same command goes on where this stopped, in a new cluster or without -X address",
    )


def takes_connections(place: Place) -> bool:
    """Return whether something listens at a place."""
    try:
        with socket.create_connection(place, _CONNECT_SECONDS):
            return True
    except OSError:
        return False


def lifeline_of_this_process() -> Lifeline:
    """Return the processes that this process is connected to a cluster by; none through a Ray client, whose server has them."""
    import ray

    if ray.util.client.ray.is_connected():
        return Lifeline({})
    context = ray.get_runtime_context()
    host, _, port = context.gcs_address.rpartition(":")
    places = {"the head of the Ray cluster": (host, int(port))}
    own = context.get_node_id()
    for node in ray.nodes():
        if node["NodeID"] == own:
            place = (node["NodeManagerAddress"], int(node["NodeManagerPort"]))
            places["the Ray node of this process"] = place
    return Lifeline(places)
