"""Language of a reply, as ``langdetect`` 1.0.9 sees it, with seed 0.

langdetect draws at random unless a seed is set, and its module-level factory is shared state. Here
the factory is our own: seeded, filled in a fixed order of languages, read-only afterwards. A
detector lives for one call, so calls from several threads give the same answer.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any


@functools.cache
def _factory() -> Any:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    profiles = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if path.is_file())
    factory = DetectorFactory()
    factory.load_json_profile(
        [path.read_text(encoding="utf-8") for path in profiles if not path.name.startswith(".")]
    )
    factory.set_seed(0)
    return factory


def detect(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of a text (``zh-cn`` and ``zh-tw`` for Chinese).

    Returns:
        The code, or ``None`` where langdetect gives up (no letters): official checkers pass then.

    >>> detect("Wo ist hier der Bahnhof, bitte?"), detect("12345")
    ('de', None)
    """
    from langdetect.lang_detect_exception import LangDetectException

    detector = _factory().create()
    detector.append(text)
    try:
        return str(detector.detect())
    except LangDetectException:
        return None
