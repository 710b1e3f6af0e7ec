"""A Ray cluster of several nodes on this machine, as a process of its own that ends with its standard input.

    python -m tests.support.servers.ray_nodes NODES

prints one line of JSON: the address, and the process of every node in order. The first is the head, and has no place for
replicas of a processor each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest


class Nodes(NamedTuple):
    """A cluster: its address, and the processes of its nodes."""

    address: str
    processes: list[int]


@contextmanager
def ray_nodes(count: int) -> Iterator[Nodes]:
    """A cluster with a head and ``count`` nodes of 2 processors each."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.servers.ray_nodes", str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("{"):
                found = json.loads(line)
                break
        else:
            pytest.skip("the machine is too busy for a Ray cluster to start")
        yield Nodes(found["address"], found["processes"])
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> None:
    """Start the nodes, say where they are, and wait."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    store = {"object_store_memory": 100_000_000, "include_dashboard": False}
    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **store})
    nodes = [cluster.head_node]
    nodes += [
        cluster.add_node(num_cpus=2, object_store_memory=100_000_000)
        for _ in range(int(sys.argv[1]))
    ]
    processes = [node.all_processes["raylet"][0].process.pid for node in nodes]
    print(json.dumps({"address": cluster.address, "processes": processes}), flush=True)
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
