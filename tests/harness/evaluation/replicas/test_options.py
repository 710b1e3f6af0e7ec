"""Hazards: a flag for replicas that is silently without effect, and devices that reach the model's fingerprint."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UsageError
from harness.evaluation.replicas.options import Wanted, read_executor, split_devices
from harness.settings import Settings

HF = "hf:organisation/name"


def read(model: str = "mock:echo", **given: Any) -> Wanted | None:
    return read_executor(Settings(model, ("toy",), **given))


def test_without_a_flag_there_is_one_model_in_this_process() -> None:
    assert read() is None
    assert read(executor="local") is None
    assert read(HF, model_args={"device": "cuda:1"}) is None


def test_replicas_and_their_gpus() -> None:
    found = read(executor="ray", replicas=4, gpus_per_replica=0.5, executor_args={"clips": "bytes"})
    assert found is not None
    assert (found.count, found.gpus, found.arguments.clips) == (4, 0.5, "bytes")
    assert found.devices == ()


@pytest.mark.parametrize(
    ("given", "devices"),
    [
        ("0,1,2,3", ["cuda:0", "cuda:1", "cuda:2", "cuda:3"]),
        (1, ["cuda:1"]),
        ("cpu, cpu", ["cpu"] * 2),
    ],
)
def test_devices_of_one_machine_are_replicas_of_it(given: Any, devices: list[str]) -> None:
    settings = Settings(HF, ("toy",), model_args={"devices": given, "dtype": "float32"})
    found = read_executor(settings)
    assert found is not None and found.count == len(devices) and found.gpus == 0.0
    own, replaced = split_devices(settings)
    assert own == {"dtype": "float32"}
    assert [dict(one) for one in replaced] == [{"device": name} for name in devices]


@pytest.mark.parametrize(
    ("model", "given", "message"),
    [
        ("mock:echo", {"executor": "slurm"}, "unknown executor 'slurm'\n  known: local, ray"),
        ("mock:echo", {"replicas": 2}, "--replicas needs --executor ray"),
        ("mock:echo", {"gpus_per_replica": 1.0}, "--gpus-per-replica needs --executor ray"),
        ("mock:echo", {"executor_args": {"address": "auto"}}, "-X needs --executor ray"),
        ("mock:echo", {"executor": "ray", "executor_args": {"adress": "auto"}}, "did you mean: address"),
        ("mock:echo", {"executor": "ray", "executor_args": {"clips": "none"}}, "-X clips=none"),
        ("mock:echo", {"executor": "ray", "executor_args": {"start_timeout": 0}}, "-X start_timeout"),
        ("mock:echo", {"executor": "ray", "gpus_per_replica": -1.0}, "0 or more"),
        (HF, {"model_args": {"devices": "0,1", "device": "cpu"}}, "exclude each other"),
        (HF, {"model_args": {"devices": "0,,1"}}, "expected devices like"),
        (HF, {"model_args": {"devices": "0,1"}, "executor": "local"}, "need --executor ray"),
        (HF, {"model_args": {"devices": "0,1"}, "replicas": 3}, "how many replicas"),
        (HF, {"model_args": {"devices": "0,1"}, "executor_args": {"address": "auto"}}, "this machine"),
        ("mock:hash", {"executor": "ray", "replicas": 99_999_999}, "expected at most 4,096"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(model: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as found:
        read(model, **given)
    assert message in str(found.value)
