"""``cascade:transformers:PATH_OR_ID``: any speech recogniser of transformers.

Whisper and other encoder-decoders, CTC models (wav2vec 2.0, HuBERT, MMS, Parakeet) and transducers go through
transformers' own pipeline, with samples rather than files, which needs neither ffmpeg nor torchcodec. Stretches of at
most 30 s are heard one by one, since a padded batch changes what some CTC models hear. Decoding is greedy. No code
inside a checkpoint is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.core.threads import in_own_thread
from harness.errors import AdapterError, UsageError
from harness.types import ErrorInfo
from model_adapters.cascade.recognisers.base import HearingError, LocalRecogniser, in_stretches
from model_adapters.checkpoints.backend import LOAD_ERRORS, check_complete, import_backend
from model_adapters.checkpoints.packages import first_line
from model_adapters.checkpoints.source import Source, find_source, identity, read_config

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LONGEST_ANSWER: Final = 440
"""Tokens for a stretch: what Whisper has room for after its prompt, and more than 30 s of speech need."""
SHORTEST_SECONDS: Final = 0.1
"""A shorter clip is padded with silence: the first layers of wav2vec 2.0 need 25 ms."""
_CLASSES: Final = (
    "AutoModelForSpeechSeq2Seq",
    "AutoModelForCTC",
    "AutoModelForTDT",
    "AutoModelForRNNT",
)


class TransformersRecogniser(LocalRecogniser):
    """A speech recogniser of transformers.

    Args:
        model: folder or hub id.
        revision: of a hub id.
        language: for multilingual Whisper; by default it is recognised.
        device: torch device; by default the first GPU, else the CPU.
        dtype: ``auto`` is the checkpoint's, on a CPU ``float32``.

    Raises:
        UsageError: no such folder, and no hub id.
    """

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        language: str | None = None,
        device: str | None = None,
        dtype: str = "auto",
    ) -> None:
        self._source = find_source(model, revision)
        self._language = language
        self._device = device
        self._dtype = dtype
        self.pipeline: Any = None
        self._generation: dict[str, Any] = {}

    def open(self) -> str:
        """Load the model.

        Raises:
            AdapterError: it cannot be loaded, or recognises no speech.
            MissingDependencyError: transformers or torch is not there.
        """
        return in_own_thread(self._open)

    def _open(self) -> str:
        torch, transformers = import_backend()
        if self._source.folder is not None:
            read_config(self._source.folder)
        device = self._device or ("cuda" if torch.cuda.is_available() else "cpu")
        dtype = "float32" if self._dtype == "auto" and device == "cpu" else self._dtype
        model, processor = _load(transformers, self._source, dtype)
        try:
            self.pipeline = transformers.pipeline(
                "automatic-speech-recognition",
                model=model,
                tokenizer=processor.tokenizer,
                feature_extractor=processor.feature_extractor,
                device=device,
            )
        except (*LOAD_ERRORS, AssertionError) as error:
            raise AdapterError(
                f"cannot listen on device {device!r}: {first_line(error)}", where=self._source.name
            ) from error
        self._generation = self._generation_arguments(model)
        self.sampling_rate = int(processor.feature_extractor.sampling_rate)
        parts = [identity(self._source, model.config), dtype, self._language or "auto"]
        return ":".join(["transformers", *parts])

    def transcribe(self, samples: npt.NDArray[np.float32]) -> str:
        """Transcribe greedily; stretches of a long clip are joined by blanks.

        Raises:
            HearingError: the model failed on this clip.
        """
        assert self.sampling_rate is not None
        return in_stretches(samples, self.sampling_rate, self._decode)

    def close(self) -> None:
        """Release the model."""
        self.pipeline = None

    def _decode(self, samples: npt.NDArray[np.float32]) -> str:
        import numpy as np

        assert self.sampling_rate is not None
        lacking = round(SHORTEST_SECONDS * self.sampling_rate) - len(samples)
        if lacking > 0:
            samples = np.pad(samples, (0, lacking))
        try:
            return str(self.pipeline(samples.copy(), **self._generation)["text"])
        except (RuntimeError, ValueError, TypeError, IndexError, KeyError, MemoryError) as error:
            memory = isinstance(error, MemoryError) or "out of memory" in str(error).lower()
            kind = "memory" if memory else "request"
            raise HearingError(ErrorInfo(kind, f"the recogniser: {first_line(error)}")) from error

    def _generation_arguments(self, model: Any) -> dict[str, Any]:
        """Return the arguments for the pipeline; CTC models and transducers take none."""
        whisper = self.pipeline.type == "seq2seq_whisper"
        multilingual = whisper and getattr(model.generation_config, "is_multilingual", True)
        if self._language is not None and not multilingual:
            raise UsageError(
                "this recogniser takes no language; only multilingual Whisper does",
                where=f"-M language={self._language}",
            )
        if not self.pipeline.type.startswith("seq2seq"):
            return {}
        room = getattr(model.config, "max_target_positions", None) or LONGEST_ANSWER + 8
        chosen: dict[str, Any] = {
            "num_beams": 1,
            "do_sample": False,
            "max_new_tokens": min(LONGEST_ANSWER, room - 8),
        }
        if self._language is not None:
            chosen |= {"language": self._language, "task": "transcribe"}
        return {"generate_kwargs": chosen}


def _load(transformers: Any, source: Source, dtype: str) -> tuple[Any, Any]:
    """Load the model and processor of a checkpoint."""
    from safetensors import SafetensorError

    keywords = source.keywords
    try:
        config = transformers.AutoConfig.from_pretrained(source.name, **keywords)
        auto = _class_of(transformers, config, source.name)
        model, report = auto.from_pretrained(
            source.name, config=config, dtype=dtype, output_loading_info=True, **keywords
        )
        processor = transformers.AutoProcessor.from_pretrained(source.name, **keywords)
    except (*LOAD_ERRORS, SafetensorError, EOFError) as error:
        raise AdapterError(
            f"transformers cannot load it: {first_line(error)}",
            where=source.name,
            hint="a recogniser needs config.json, weights, and tokenizer and preprocessor files",
        ) from error
    check_complete(report, source.name)
    if getattr(processor, "feature_extractor", None) is None:
        raise AdapterError(
            f"its processor ({type(processor).__name__}) does not take audio",
            where=source.name,
            hint="copy preprocessor_config.json and the tokenizer from the base model",
        )
    return model, processor


def _class_of(transformers: Any, config: Any, name: str) -> Any:
    """Return the class of a config: the one that the checkpoint names, else the one transformers knows for it.

    Raises:
        AdapterError: it is not a speech recogniser.
    """
    autos = [auto for named in _CLASSES if (auto := getattr(transformers, named, None)) is not None]
    fitting = [auto for auto in autos if type(config) in auto._model_mapping]
    wanted = set(config.architectures or ())
    for auto in fitting:
        known = auto._model_mapping[type(config)]
        if wanted & {one.__name__ for one in (known if isinstance(known, tuple) else (known,))}:
            return auto
    if fitting and not wanted:
        return fitting[0]
    raise AdapterError(
        f"{config.model_type!r} ({', '.join(sorted(wanted)) or 'no architecture named'}) recognises no speech",
        where=name,
        hint="name a Whisper, wav2vec 2.0, Parakeet … checkpoint; "
        "an audio-language model is evaluated as hf:PATH_OR_ID",
    )
