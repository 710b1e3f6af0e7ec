"""Stub of omegaconf 2.3: flat YAML of ``key: value`` lines, as attributes."""

import json
from types import SimpleNamespace


class OmegaConf:
    """Third party: omegaconf.OmegaConf."""

    @staticmethod
    def load(file_):
        """Third party: omegaconf.OmegaConf.load."""
        with open(file_, encoding="utf-8") as file:
            lines = [line.partition("#")[0].rstrip() for line in file]
        pairs = [line.partition(": ") for line in lines if ": " in line]
        return SimpleNamespace(**{key: _value(text) for key, _, text in pairs})


def _value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text
