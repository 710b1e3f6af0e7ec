"""What Granite Speech's feature extractor takes of torchaudio, which has no wheel for every torch."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from transformers.audio_utils import mel_filter_bank


class MelSpectrogram(torch.nn.Module):
    """Powers in mel bands of HTK, as ``torchaudio.transforms.MelSpectrogram`` has them by default."""

    def __init__(
        self, sample_rate: int, n_fft: int, win_length: int, hop_length: int, n_mels: int
    ) -> None:
        super().__init__()
        self.frames = {"n_fft": n_fft, "hop_length": hop_length, "win_length": win_length}
        self.window = torch.hann_window(win_length)
        bands = mel_filter_bank(n_fft // 2 + 1, n_mels, 0.0, sample_rate / 2, sample_rate)
        self.bands = torch.from_numpy(bands).float()

    def forward(self, samples: Any) -> Any:
        """Bands and frames of every row of samples."""
        found = torch.stft(samples, window=self.window, return_complex=True, **self.frames)
        return (found.abs().square().transpose(-1, -2) @ self.bands).transpose(-1, -2)


torchaudio = SimpleNamespace(transforms=SimpleNamespace(MelSpectrogram=MelSpectrogram))
