"""``cascade:faster-whisper:MODEL``: Whisper through CTranslate2."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import AdapterError, MissingDependencyError, UsageError
from model_adapters.shared.fingerprint import folder_fingerprint

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
from model_adapters.cascade.recognisers.base import LocalRecogniser


class FasterWhisper(LocalRecogniser):
    """A CTranslate2 Whisper model: a folder, or a name that faster-whisper fetches from the hub."""

    def __init__(
        self,
        model: str,
        *,
        language: str | None = None,
        device: str = "cpu",
        compute_type: str = "int8",
        threads: int = 0,
    ) -> None:
        self._name = model
        self._language = language
        self._device = device
        self._compute_type = compute_type
        self._threads = threads
        self._model: Any = None

    def open(self) -> str:
        """Load the model."""
        folder = Path(self._name).expanduser()
        if not folder.is_dir() and (folder.is_absolute() or self._name.startswith((".", "~"))):
            raise UsageError(
                f"no such model folder: {folder}",
                hint="faster-whisper takes a CTranslate2 folder with model.bin, or a name such as tiny.en",
            )
        if folder.is_dir() and not (folder / "model.bin").is_file():
            raise AdapterError(
                "no model.bin in this folder: not a CTranslate2 Whisper model",
                where=str(folder),
                hint="ct2-transformers-converter makes one from a transformers checkpoint",
            )
        try:
            import faster_whisper
        except ImportError as error:
            raise MissingDependencyError(
                f"faster-whisper is not installed ({error})",
                hint="pip install 'lalm-harness[whisper]'",
            ) from error
        try:
            self._model = faster_whisper.WhisperModel(
                str(folder) if folder.is_dir() else self._name,
                device=self._device,
                compute_type=self._compute_type,
                cpu_threads=self._threads,
                local_files_only=folder.is_dir(),
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise AdapterError(
                f"faster-whisper cannot load {self._name!r}: {error}",
                hint="give the folder of a CTranslate2 Whisper model to work without a network",
            ) from error
        identity = folder_fingerprint(folder) if folder.is_dir() else self._name
        return f"faster-whisper:{identity}:{self._compute_type}:{self._language or 'auto'}"

    def transcribe(self, samples: npt.NDArray[np.float32]) -> str:
        """Transcribe greedily, at one temperature, with no text carried from window to window."""
        segments, _ = self._model.transcribe(
            samples,
            language=self._language,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
        )
        return " ".join(segment.text.strip() for segment in segments).strip()

    def close(self) -> None:
        """Release the model."""
        self._model = None
