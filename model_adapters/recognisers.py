"""What the cascade needs of a recogniser, and two that run on this machine.

A transcript depends on its clip alone, never on clips heard before: local recognisers are reset for every
clip (pocketsphinx otherwise carries cepstral means and noise estimates over), hear one clip at a time, and decode
greedily.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from harness.errors import AdapterError, MissingDependencyError, UsageError
from harness.types import Audio, ErrorInfo
from model_adapters.fingerprint import folder_fingerprint
from model_adapters.quiet import split_at_quiet

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SAMPLING_RATE: Final = 16_000
CHUNK_SECONDS: Final = 30.0
"""Longest stretch that is decoded at once; a longer clip is cut in quiet places."""
MAX_ACTIVE_STATES: Final = 3000
"""Bound of pocketsphinx's search in each frame. Speech never reaches it; on noise and animal sounds, where
the default of 30,000 takes longer than the clip lasts, it more than halves the time."""


class HearingError(Exception):
    """A recogniser failed on one clip; the run goes on.

    Args:
        info: what the record is to say.
    """

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(info.message)
        self.info = info


class Recogniser(Protocol):
    """What the cascade needs of a recogniser."""

    sampling_rate: int | None
    """Rate in Hz at which it hears, ``None`` if it takes clips as they are; known once it is open."""

    def open(self) -> str:
        """Load the model; returns its fingerprint."""
        ...

    def hear(self, clip: Audio) -> str:
        """Transcript of a clip.

        Raises:
            AudioError: the clip cannot be read.
            HearingError: the recogniser failed on it.
        """
        ...

    def start(self, clip: Audio) -> Future[str] | None:
        """Hear a clip beside others; ``None`` if it hears one at a time."""
        ...

    def close(self) -> None:
        """Release the model."""
        ...


class LocalRecogniser:
    """Base of recognisers on this machine, which hear one clip at a time; subclasses write the rest."""

    sampling_rate: int | None = SAMPLING_RATE

    def open(self) -> str:
        """Load the model; returns its fingerprint."""
        raise NotImplementedError

    def transcribe(self, samples: npt.NDArray[np.float32]) -> str:
        """Transcript of a mono clip at ``sampling_rate``."""
        raise NotImplementedError

    def hear(self, clip: Audio) -> str:
        """Transcript of a clip."""
        return self.transcribe(clip.decode(self.sampling_rate))

    def start(self, clip: Audio) -> Future[str] | None:
        """Nothing: it hears one clip at a time."""
        del clip
        return None

    def close(self) -> None:
        """Release the model."""


class PocketSphinx(LocalRecogniser):
    """CMU pocketsphinx with the US English model that its wheel contains."""

    def __init__(self) -> None:
        self._decoder: Any = None

    def open(self) -> str:
        """Load acoustic model, dictionary and language model (about half a second)."""
        from importlib.metadata import version

        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise MissingDependencyError(
                f"pocketsphinx is not installed ({error})", hint="pip install 'lalm-harness[demo]'"
            ) from error
        try:
            self._decoder = Decoder(
                samprate=SAMPLING_RATE, loglevel="FATAL", maxhmmpf=MAX_ACTIVE_STATES
            )
        except RuntimeError as error:
            raise AdapterError(
                f"pocketsphinx cannot load its model: {error}",
                hint="pip install --force-reinstall pocketsphinx",
            ) from error
        return f"pocketsphinx:{version('pocketsphinx')}:en-us:{MAX_ACTIVE_STATES}"

    def transcribe(self, samples: npt.NDArray[np.float32]) -> str:
        """Transcript; stretches of a long clip are joined by spaces."""
        return in_stretches(samples, SAMPLING_RATE, self._decode)

    def _decode(self, samples: npt.NDArray[np.float32]) -> str:
        import numpy as np

        pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
        # A new front end for every utterance: means and noise levels of the last one are forgotten.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        # The whole utterance at once, so that cepstral means are its own.
        self._decoder.process_raw(pcm.tobytes(), full_utt=True)
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        return hypothesis.hypstr.strip() if hypothesis is not None else ""

    def close(self) -> None:
        """Release the decoder."""
        self._decoder = None


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
        """Greedy transcript, one temperature, no text carried from window to window."""
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


def in_stretches(
    samples: npt.NDArray[np.float32],
    rate: int,
    decode: Callable[[npt.NDArray[np.float32]], str],
) -> str:
    """Transcript of a clip whose stretches are decoded one by one, joined by blanks."""
    parts = [decode(part).strip() for part in split_at_quiet(samples, CHUNK_SECONDS, rate)]
    return " ".join(part for part in parts if part)
