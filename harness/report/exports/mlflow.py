"""A run in MLflow: values as metrics, what ran as parameters, results and items as artifacts.

Without ``MLFLOW_TRACKING_URI`` the run is written to a folder only; nothing is sent unasked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from harness.errors import MissingDependencyError
from harness.report.tracked_values import configuration, flat_values
from harness.run.files import MANIFEST, RESULTS, SAMPLES
from harness.run.reader import RunView

ABOUT: Final = "a run of MLflow, in a folder unless MLFLOW_TRACKING_URI says otherwise"
SUFFIX: Final = ""
_LONGEST: Final = 500


def write(view: RunView, path: Path) -> None:
    """Log a run into a folder, or to the server that the environment names.

    Raises:
        MissingDependencyError: mlflow is not installed.
        StorageError: the folder cannot be made.
    """
    try:
        from mlflow import MlflowClient
    except ImportError as error:
        raise MissingDependencyError(
            "mlflow-skinny is not installed", hint="pip install 'lalm-harness[trackers]'"
        ) from error
    path.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    client = MlflowClient(os.environ.get("MLFLOW_TRACKING_URI", path.absolute().as_uri()))
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "lalm-harness")
    experiment = client.get_experiment_by_name(name)
    identifier = experiment.experiment_id if experiment else client.create_experiment(name)
    run = client.create_run(identifier, run_name=view.name).info.run_id
    for key, value in configuration(view).items():
        client.log_param(run, key, str(value)[:_LONGEST])
    for key, number in flat_values(view).items():
        client.log_metric(run, key.replace(":", "."), number)
    for file in (MANIFEST, RESULTS, SAMPLES):
        client.log_artifact(run, str(view.path / file))
    client.set_terminated(run)
