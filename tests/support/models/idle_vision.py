"""Parts of processors for images and videos that do nothing, since no request of this harness shows a picture.

The real ones need pillow and torchvision, and Gemma 3n's need timm; where those work, they are used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from typing import Any, Final
from unittest import mock

VISION = {"image_processor": ("PIL",), "video_processor": ("PIL", "torchvision")}


@contextmanager
def idle_vision() -> Iterator[None]:
    """Let processors load where the packages of their parts for images and videos do not work."""
    from transformers import processing_utils

    auto = processing_utils.MODALITY_TO_AUTOPROCESSOR_MAPPING
    library = processing_utils.transformers_module
    idle = {part for part, packages in VISION.items() if not all(map(_works, packages))}

    class Mapping(type(auto)):  # type: ignore[misc]
        def __getitem__(self, part: str) -> Any:
            return _idle() if part in idle else super().__getitem__(part)

    with ExitStack() as stack:
        put = stack.enter_context
        put(mock.patch.object(processing_utils, "MODALITY_TO_AUTOPROCESSOR_MAPPING", Mapping()))
        if not _works("timm"):
            put(_idle_tower())
        for part in idle:
            base = processing_utils.MODALITY_TO_BASE_CLASS_MAPPING[part]
            put(mock.patch.object(library, base, _idle(), create=True))
        yield


@cache
def _idle() -> Any:
    from transformers.image_processing_base import ImageProcessingMixin

    class Idle(ImageProcessingMixin):  # type: ignore[misc]
        """In the place of a part for images or videos; it is never called."""

        model_input_names: Final = ("pixel_values",)
        merge_size = temporal_patch_size = 2

        @classmethod
        def from_pretrained(cls, *_: object, **__: object) -> Idle:
            return cls()

    return Idle


def _idle_tower() -> Any:
    """A stand-in for the part of Gemma 3n that sees, which is timm's."""
    import torch
    from transformers import Gemma3nVisionConfig, PreTrainedModel
    from transformers.models.auto.modeling_auto import MODEL_MAPPING

    class Tower(PreTrainedModel):  # type: ignore[misc]
        config_class = Gemma3nVisionConfig

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.eye = torch.nn.Linear(2, 2)
            self.post_init()

    return mock.patch.dict(MODEL_MAPPING._extra_content, {Gemma3nVisionConfig: Tower})


def _works(package: str) -> bool:
    try:
        import_module(package)
    except (ImportError, RuntimeError, OSError):  # the last two of a torchvision of another torch
        return False
    return True


def vision_parts(name: str) -> tuple[Any, Any]:
    """The parts for images and videos of a family, ``name`` as in ``Qwen2VLImageProcessor``."""
    import transformers

    image = video = _idle()
    if _works("PIL"):
        image = getattr(transformers, f"{name}ImageProcessorPil")
        if _works("torchvision"):
            video = getattr(transformers, f"{name}VideoProcessor", _idle())
    return image(), video()
