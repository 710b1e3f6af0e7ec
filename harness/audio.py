"""Lazy audio references: decode by content, never by name, and only when asked.

A clip is a path, bytes, or any source that gives bytes when asked (a cell of a parquet file, a row of a
saved data set). ``AudioRef`` is a ``dict`` subclass, so that
lm-eval models that index ``["array"]`` and ``["sampling_rate"]`` work with it; decoding is
soundfile and soxr (``datasets`` decodes audio only with torchcodec). Samples are never kept by a
reference unless ``prefetched`` put them there; dropping the copy frees them.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from harness.core.clip_honesty import (
    MAX_SAMPLES,
    SLACK,
    UNKNOWN_SIZE,
    check_announced,
    check_decoded,
    check_header,
    check_length,
)
from harness.core.clips.digests import DIGESTS
from harness.core.clips.kinds import FETCH, foreign_kind, without_handle
from harness.core.clips.streamed_wav import mended
from harness.core.messages import Audio
from harness.core.parquet_cells import ParquetCell as ParquetCell
from harness.errors import AudioError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


MAX_SECONDS = 3600.0
"""Longest clip that is decoded; memory for it is about 230 MB at 16 kHz."""
LOUDEST = 65_536.0
"""Largest sample that is taken: floating-point files may exceed 1, or count as integers of 16 bits do."""
_BLOCK = 1 << 18
ONE_PIECE = 1 << 25


class AudioInfo(NamedTuple):
    """Header facts of a clip: duration in seconds, sampling rate in Hz, channels, container format."""

    seconds: float
    sampling_rate: int
    channels: int
    format: str


class ClipSource(Protocol):
    """Place of a clip's encoded bytes, if they are not in a file of their own.

    A value: picklable, hashable, equal to another source of the same clip; ``str()`` names it in messages.
    """

    def read_bytes(self) -> bytes:
        """Return the encoded clip as stored.

        Raises:
            AudioError: there are no such bytes.
        """
        ...


class AudioRef(dict[str, Any], Audio):
    """A lazy reference to one clip.

    Args:
        source: a path, the encoded bytes themselves, or a ``ClipSource`` such as a ``ParquetCell``.
        name: what records call it; default is the path as given.

    >>> ref = AudioRef("clips/a.wav")
    >>> ref.path
    'clips/a.wav'
    """

    __slots__ = ("_decoded", "_info", "_name", "_sha256", "_source")

    def __init__(self, source: str | Path | bytes | ClipSource, name: str | None = None) -> None:
        super().__init__()
        if not isinstance(source, str | Path | bytes) and not hasattr(source, "read_bytes"):
            raise TypeError(
                f"AudioRef({source!r}): expected a path, the encoded bytes or a place to read them from"
            )
        self._source = source
        self._name = name
        self._sha256: str | None = None
        self._info: AudioInfo | None = None
        self._decoded: tuple[int, npt.NDArray[np.float32]] | None = None

    # --- identity ----------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """Name of the clip in records."""
        if self._name is not None:
            return self._name
        return "<bytes>" if isinstance(self._source, bytes) else str(self._source)

    @property
    def source(self) -> str | Path | bytes | ClipSource:
        """Place of the encoded bytes, or the bytes themselves."""
        return self._source

    @property
    def sha256(self) -> str:
        """Hex digest of the encoded bytes (computed once)."""
        if self._sha256 is None:
            self._sha256 = self._digest()
        return self._sha256

    @property
    def info(self) -> AudioInfo:
        """Header facts, without decoding.

        Raises:
            AudioError: the clip is missing, empty or not audio.
        """
        if self._info is None:
            self._info = self._read_info()
        return self._info

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return self.info.seconds

    @property
    def sampling_rate(self) -> int:
        """Sampling rate of the stored file, in Hz."""
        return self.info.sampling_rate

    # --- content -----------------------------------------------------------------------------

    def read_bytes(self) -> bytes:
        """Return the encoded file as stored.

        Raises:
            AudioError: the file is missing or unreadable.
        """
        if isinstance(self._source, bytes):
            return self._source
        if not isinstance(self._source, str | Path):
            return self._source.read_bytes()
        with self._stream() as stored:
            return stored.read()

    def decode(self, sampling_rate: int | None = None) -> npt.NDArray[np.float32]:
        """Return mono float32 samples in [-1, 1].

        Args:
            sampling_rate: rate in Hz to resample to; ``None`` keeps the file's.

        Raises:
            AudioError: the clip is missing, empty, truncated to nothing, or not audio.
        """
        if self._decoded is not None and sampling_rate in (None, self._decoded[0]):
            return self._decoded[1]
        return self._decode(sampling_rate)[1]

    def prefetched(self, sampling_rate: int) -> AudioRef:
        """Return a copy that holds the decoded samples, for one request."""
        copy = AudioRef(self._source, self._name)
        copy._sha256 = self._sha256
        copy._decoded = self._decode(sampling_rate)
        copy._info = self._info
        return copy

    def channel_peak(self) -> float:
        """Return the largest absolute sample of any channel, before the channels are mixed to one.

        Raises:
            AudioError: as ``decode``.
        """
        with self._open() as (file, _):
            check_length(file, self.path)
            rows = max(1, _BLOCK // file.channels)
            peak = 0.0
            while len(block := file.read(rows, dtype="float32", always_2d=True)):
                peak = max(peak, float(abs(block).max()))
                if len(block) < rows:
                    break
            return peak

    # --- what lm-eval models use -------------------------------------------------------------

    def __getitem__(self, key: str) -> Any:
        if key == "array":
            return self.decode()
        if key == "sampling_rate":
            return self._decoded[0] if self._decoded is not None else self.info.sampling_rate
        if key == "path":
            return self.path
        if key == "bytes":
            return self.read_bytes()
        raise KeyError(key)

    def keys(self) -> Any:
        """Return names that ``[]`` understands."""
        return {"array": None, "sampling_rate": None, "path": None}.keys()

    def __contains__(self, key: object) -> bool:
        return key in ("array", "sampling_rate", "path", "bytes")

    def __len__(self) -> int:
        return 3

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"AudioRef({self.path!r})"

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AudioRef) and other._source == self._source

    def __ne__(
        self, other: object
    ) -> bool:  # the one of dict compares keys and values, of which there are none
        return not self == other

    def __reduce__(self) -> tuple[Any, ...]:
        return (AudioRef, (self._source, self._name))

    def __copy__(self) -> AudioRef:
        return AudioRef(self._source, self._name)

    def __deepcopy__(self, memo: dict[int, Any]) -> AudioRef:
        return self.__copy__()

    # --- internals ---------------------------------------------------------------------------

    def _digest(self) -> str:
        if not isinstance(self._source, str | Path):
            return hashlib.sha256(self.read_bytes()).hexdigest()
        try:
            return DIGESTS.of(self._source)
        except OSError as error:
            raise AudioError(f"cannot read audio: {error.strerror}", where=self.path) from error

    def _stream(self) -> io.FileIO | io.BytesIO:
        """Return the encoded bytes as a stream: a file is never read into memory as a whole."""
        if not isinstance(self._source, str | Path):
            return _Bytes(self.read_bytes())
        try:
            mode = Path(self._source).stat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # waited for, or read without end
                raise OSError(errno.EINVAL, "not a regular file")
            return Path(self._source).open("rb", buffering=0)
        except OSError as error:
            raise AudioError(f"cannot read audio: {error.strerror}", where=self.path) from error

    @contextlib.contextmanager
    def _open(self) -> Iterator[tuple[Any, io.FileIO | io.BytesIO]]:
        import soundfile

        with self._stream() as stored:
            _check_size(stored, self.path)
            stream = mended(stored) or stored
            try:
                # a descriptor spares a call into Python for every few kilobytes
                file = (
                    soundfile.SoundFile(stream.fileno(), closefd=False)
                    if os.name == "posix" and isinstance(stream, io.FileIO)
                    else soundfile.SoundFile(stream)
                )
            except Exception as error:
                raise _not_audio(stream, error, self.path) from error
            with file:
                try:
                    check_header(file, self.path)
                    check_announced(file, stream, self.path)
                    yield file, stream
                except AudioError:
                    raise
                except Exception as error:  # whatever a decoder raises is the clip's fault
                    raise AudioError(
                        f"cannot decode audio: {type(error).__name__}: {error}",
                        where=self.path,
                        hint=FETCH,
                    ) from error

    def _read_info(self) -> AudioInfo:
        with self._open() as (file, _):
            return _header(file)

    def _decode(self, sampling_rate: int | None) -> tuple[int, npt.NDArray[np.float32]]:
        import numpy as np

        with self._open() as (file, stream):
            info = _header(file)
            if info.seconds > MAX_SECONDS:
                raise AudioError(
                    f"the clip is {info.seconds:.0f} s long; the harness decodes at most {MAX_SECONDS:.0f} s",
                    where=self.path,
                    hint="split it into shorter items",
                )
            check_length(file, self.path)
            announced = file.frames
            mono = _mono(file)
            check_decoded(file, stream, len(mono), announced, self.path)
        if len(mono) == 0:
            raise AudioError("the audio has no samples (zero length)", where=self.path)
        if not np.isfinite(mono).all():
            raise AudioError("the audio holds NaN or infinite samples", where=self.path)
        if (peak := max(float(mono.max()), -float(mono.min()))) > LOUDEST:
            raise AudioError(
                f"the audio holds samples of {peak:.3g}, expected -1 to 1: its data is damaged",
                where=self.path,
            )
        self._info = info
        rate = info.sampling_rate
        if sampling_rate is not None and sampling_rate != rate:
            import soxr

            mono = soxr.resample(mono, rate, sampling_rate, quality="HQ")
            rate = sampling_rate
        return rate, np.ascontiguousarray(mono, dtype=np.float32)


class _Bytes(io.BytesIO):
    """Bytes in which a damaged header cannot seek to a place before the first: the position stays, as in a file.

    An exception could not leave libsndfile's callback; it would be printed.
    """

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = (0, self.tell(), self.getbuffer().nbytes)[whence]
        return super().seek(offset, whence) if start + offset >= 0 else self.tell()


def _mono(file: Any) -> npt.NDArray[np.float32]:
    """Return all samples.

    Several channels are averaged block by block, so that they are never in memory at once. So is what is very long by
    its header, which may not be true.
    """
    import numpy as np

    if file.channels == 1 and file.frames <= ONE_PIECE and file.seekable():
        samples: npt.NDArray[np.float32] = file.read(dtype="float32")
        return samples
    rows = max(1, _BLOCK // file.channels)
    means: list[npt.NDArray[np.float32]] = []
    count = 0
    while len(block := file.read(rows, dtype="float32", always_2d=True)):
        means.append(block.mean(axis=1, dtype=np.float32))
        count += len(block)
        if count > MAX_SAMPLES:  # more than the header says
            raise AudioError(f"the clip has more than {MAX_SAMPLES} samples")
        if len(block) < rows:
            break
    return np.concatenate(means) if means else np.zeros(0, np.float32)


def _not_audio(stream: io.FileIO | io.BytesIO, error: Exception, path: str) -> AudioError:
    stream.seek(0)
    known = foreign_kind(stream.read(1 << 10))
    if known is None:
        return AudioError(f"not a readable audio file: {without_handle(str(error))}", where=path)
    what, cure = known
    return AudioError(f"not a readable audio file: it is {what}", where=path, hint=cure)


def _header(file: Any) -> AudioInfo:
    return AudioInfo(file.frames / file.samplerate, file.samplerate, file.channels, file.format)


def _check_size(stream: io.FileIO | io.BytesIO, path: str) -> None:
    """Refuse an empty file, and a WAV that ends long before its header says ("unknown" passes)."""
    head = stream.read(12)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if not size:
        raise AudioError("the audio file is empty (0 bytes)", where=path)
    if head[:4] != b"RIFF" or len(head) < 12:
        return
    declared = int.from_bytes(head[4:8], "little") + 8
    if size + SLACK < declared < UNKNOWN_SIZE:
        raise AudioError(
            f"the audio is truncated: the header says {declared} bytes, the file has {size}",
            where=path,
            hint="fetch the file again",
        )
