"""``cascade:pocketsphinx``: the English model that its wheel carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.errors import AdapterError, MissingDependencyError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
from model_adapters.cascade.recognisers.base import SAMPLING_RATE, LocalRecogniser, in_stretches

MAX_ACTIVE_STATES: Final = 3000
"""Bound of pocketsphinx's search in each frame. Speech never reaches it; on noise and animal sounds, where
the default of 30,000 takes longer than the clip lasts, it more than halves the time."""


class PocketSphinx(LocalRecogniser):
    """CMU pocketsphinx with the US English model that its wheel contains."""

    def __init__(self) -> None:
        self.decoder: Any = None

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
            self.decoder = Decoder(
                samprate=SAMPLING_RATE, loglevel="FATAL", maxhmmpf=MAX_ACTIVE_STATES
            )
        except RuntimeError as error:
            raise AdapterError(
                f"pocketsphinx cannot load its model: {error}",
                hint="pip install --force-reinstall pocketsphinx",
            ) from error
        return f"pocketsphinx:{version('pocketsphinx')}:en-us:{MAX_ACTIVE_STATES}"

    def transcribe(self, samples: npt.NDArray[np.float32]) -> str:
        """Transcribe a clip; stretches of a long clip are joined by spaces."""
        return in_stretches(samples, SAMPLING_RATE, self._decode)

    def _decode(self, samples: npt.NDArray[np.float32]) -> str:
        import numpy as np

        pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
        if not pcm.any():  # no features: what it says would depend on what it heard before
            return ""
        # A new front end for every utterance: means and noise levels of the last one are forgotten.
        self.decoder.reinit_feat()
        self.decoder.start_utt()
        # The whole utterance at once, so that cepstral means are its own.
        self.decoder.process_raw(pcm.tobytes(), full_utt=True)
        self.decoder.end_utt()
        hypothesis = self.decoder.hyp()
        return hypothesis.hypstr.strip() if hypothesis is not None else ""

    def close(self) -> None:
        """Release the decoder."""
        self.decoder = None
