"""The model of a run: in this process, or as replicas."""

from __future__ import annotations

from pathlib import Path

from harness.core.adapter import Adapter
from harness.evaluation.replicas.options import Wanted, split_devices
from harness.evaluation.replicas.replica import Model
from harness.settings import Settings
from model_adapters.registry import create


def adapter_of(settings: Settings, wanted: Wanted | None, patience: float | None) -> Adapter:
    """Construct the model that a run asks, not yet opened.

    Args:
        settings: what is asked for.
        wanted: its replicas, ``None`` for the model in this process.
        patience: seconds that a busy service may go without an answer, ``None`` for the default.

    Raises:
        UsageError: the model or an argument of it is wrong.
        AdapterError: a plug-in cannot be imported.
    """
    if wanted is None:
        return create(
            settings.model, settings.model_args, run_seed=settings.seed, patience=patience
        )
    arguments, devices = split_devices(settings)
    first = {**arguments, **(devices[0] if devices else {})}
    create(settings.model, first)  # a wrong argument is found before Ray is begun
    from harness.evaluation.replicas.cluster import Cluster
    from harness.evaluation.replicas.pool import ReplicaPool

    model = Model(settings.model, arguments, settings.seed, patience, str(Path.cwd()))
    return ReplicaPool(model, wanted, Cluster(wanted))
