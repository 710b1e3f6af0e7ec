"""Hazards: a package that is not there, reported as a damaged checkpoint; a torchvision that breaks every processor."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingDependencyError
from model_adapters.checkpoints import packages as hf_packages
from model_adapters.checkpoints.packages import lacking
from model_adapters.hf.adapter import HFAdapter
from model_adapters.hf.families import Family
from model_adapters.hf.packages import check_packages
from tests.support.packages import needs

pytestmark = [needs("torch", "transformers", extra="hf"), pytest.mark.xdist_group("hf")]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("TORCHVISION_IMPORT_ERROR", "pip install pillow torchvision"),
        ("VISION_IMPORT_ERROR", "pip install pillow torchvision"),
        ("TIMM_IMPORT_ERROR", "pip install timm"),
        ("PEFT_IMPORT_ERROR", "pip install peft"),
    ],
)
def test_transformers_own_words_are_understood(text: str, hint: str) -> None:
    words = getattr(import_module("transformers.utils.import_utils"), text)
    found = lacking(ImportError(words.format("Part")), "the processor", "here")
    assert found is not None
    assert found.hint == hint
    assert "Part requires the" in str(found)


@pytest.mark.parametrize(
    ("loader", "name", "part"),
    [
        ("AutoConfig", "from_pretrained", "the config"),
        ("AutoProcessor", "from_pretrained", "the processor"),
        ("AutoModelForMultimodalLM", "from_pretrained", "the model"),
    ],
)
def test_no_part_of_a_checkpoint_is_called_damaged_for_want_of_a_package(
    loader: str, name: str, part: str, tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    def fails(*_: Any, **__: Any) -> None:
        raise ValueError("None could be imported. Missing optional dependencies: torchvision.")

    monkeypatch.setattr(getattr(transformers, loader), name, fails)
    with pytest.raises(MissingDependencyError, match=f"{part} needs another package") as caught:
        HFAdapter(str(tiny_qwen2_audio)).open()
    assert caught.value.hint == "pip install pillow torchvision"


def test_a_torchvision_of_another_torch_is_named(
    tiny_qwen2_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: str) -> None:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(hf_packages, "find_spec", lambda _: object())
    monkeypatch.setattr(hf_packages, "version", lambda _: "0.1")
    monkeypatch.setattr(hf_packages, "import_module", fails)
    with pytest.raises(MissingDependencyError, match=r"torchvision 0\.1 does not fit torch") as hit:
        HFAdapter(str(tiny_qwen2_audio)).open()
    assert hit.value.hint is not None
    assert "pip uninstall torchvision" in hit.value.hint


def test_a_package_whose_absence_would_change_answers_is_asked_for() -> None:
    family = Family("Odd", packages=("no_such_package",))
    with pytest.raises(MissingDependencyError, match="Odd needs no_such_package") as caught:
        check_packages(family, "somewhere")
    assert caught.value.hint == "pip install no-such-package"
    check_packages(Family("Odd", packages=("numpy>=1.2",)), "somewhere")
    with pytest.raises(MissingDependencyError, match=r"Odd needs numpy>=99\.10") as caught:
        check_packages(Family("Odd", packages=("numpy>=99.10",)), "somewhere")
    assert caught.value.hint == "pip install 'numpy>=99.10'"
