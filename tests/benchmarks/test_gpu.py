"""The check of a GPU: what it says of a part that fails, hangs or finds something; all of it on the CPU in the long form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.gpu import __main__ as check
from benchmarks.gpu.parts import FAMILIES
from benchmarks.gpu.table import missed, ratios, table
from tests.support.budget import SOAK

ROOT = Path(__file__).resolve().parents[2]


def side(name: str, seconds: float, family: str = "glm_asr") -> dict[str, Any]:
    found = {"seconds": seconds, "peak_mb": 900, "missed": [], "took": 20.0}
    return {"name": name, "family": family, "size": "medium", "budget": 60, **found}


def texts(same: int, reasons: list[str]) -> dict[str, Any]:
    plan = {"name": "texts", "family": "glm_asr", "size": "tiny", "budget": 60, "took": 5.0}
    return {**plan, "items": 16, "same": same, "distinct": 9, "differing": {}, "missed": reasons}


def test_every_family_is_looked_at_in_both_sizes_and_fits_into_the_time() -> None:
    parts = list(check.plan(quick=False))
    for name in ("build", "texts", "batches"):
        seen = {(part.family, part.size) for part in parts if part.name == name}
        assert seen == {(family, size) for family in FAMILIES for size in ("tiny", "medium")}
    assert {part.family for part in parts if part.name == "ours"} == set(FAMILIES)
    assert len(FAMILIES) == 3


def test_a_slow_pass_and_other_texts_are_named_and_shown() -> None:
    parts = [texts(15, ["1 of 16 texts differ"]), side("bare", 4.0), side("ours", 5.0)]
    assert ratios(parts) == {"glm_asr": 0.8}
    found = missed(parts, quick=False)
    assert found == [
        "texts glm_asr tiny: 1 of 16 texts differ",
        "hf: glm_asr: bare over ours 0.80, bar 0.95",
    ]
    assert missed(parts[1:], quick=True) == []
    shown = table({"parts": parts, "missed": found})
    assert "15 of 16 the same" in shown and "bare over ours 0.80" in shown
    assert "Not as it should be (2)" in shown
    assert "All is as it should be." in table({"parts": [texts(16, [])], "missed": []})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ValueError('no such card')", "failed: ValueError: no such card"),
        ("import time; time.sleep(60)", "not done within 2 s"),
        ("import sys; sys.exit(3)", "failed: exit 3"),
    ],
)
def test_a_part_that_fails_or_hangs_leaves_the_others(
    code: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "PART", [sys.executable, "-c", code])
    parts = [check.Part("texts", "glm_asr", "tiny", 2.0), check.Part("ours", "", "", 2.0)]
    reports = list(check.checked(parts[:1], tmp_path, "cpu", True, time.monotonic() + 60))
    good = [sys.executable, "-c", "print('a line'); print('{\"missed\": []}')"]
    monkeypatch.setattr(check, "PART", good)
    assert check.one(parts[1], tmp_path, "cpu", True, 30.0) == {"missed": []}
    assert reports[-1]["missed"] == [f"texts glm_asr tiny: {reason}"]
    assert reason in table(reports[-1])


def test_what_no_longer_fits_into_the_time_is_named(tmp_path: Path) -> None:
    part = check.Part("texts", "glm_asr", "tiny", 60.0)
    (report,) = check.checked([part], tmp_path, "cpu", False, time.monotonic() - 1)
    assert report["missed"] == ["texts glm_asr tiny: not run: the time is up"]


@pytest.mark.skipif(not SOAK, reason="minutes of torch and Ray: HARNESS_SOAK=1")
@pytest.mark.slow
@pytest.mark.network
def test_all_of_it_on_the_cpu(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="needs the extra hf")
    pytest.importorskip("ray", reason="needs the extra ray")
    done = subprocess.run(
        [ROOT / "scripts" / "gpu_check.sh", "--device", "cpu", "--quick", "--out", tmp_path],
        env={**os.environ, "PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    report = json.loads((tmp_path / "gpu_check.json").read_text(encoding="utf-8"))
    assert report["missed"] == [] and done.returncode == 0
    assert "All is as it should be." in done.stdout
    assert [part["name"] for part in report["parts"]].count("batches") == len(FAMILIES)
    assert not (tmp_path / "work").exists()
