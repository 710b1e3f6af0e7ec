"""In the interpreter of DeSTA2.5-Audio: the voice activity detector of the package silero-vad instead of GitHub's."""

import importlib.util

if importlib.util.find_spec("torch") and importlib.util.find_spec("silero_vad"):
    import torch.hub

    def load(repo_or_dir: str, model: str) -> tuple:
        assert (repo_or_dir, model) == ("snakers4/silero-vad", "silero_vad")
        from silero_vad import get_speech_timestamps, load_silero_vad

        return load_silero_vad(), (get_speech_timestamps, None, None, None, None)

    torch.hub.load = load
