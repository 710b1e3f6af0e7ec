"""Hazards: a control whose audio differs from one machine or version to the next, so that runs under it are not the same experiment.

What is resampled or encoded by another library is compared sample by sample, within the rounding of such libraries; all else by digest.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from harness.audio import AudioRef
from harness.core.keys import digest, message_record
from harness.evaluation.controls.control import Controlled, parse_control
from harness.evaluation.plan import plan_tasks
from harness.settings import Settings
from tests.support import clips

RATE = 16_000
CHIRP = 0.3 * np.sin(
    2 * np.pi * (200 * np.arange(8000) / RATE + 1500 * (np.arange(8000) / RATE) ** 2)
)
"""Half a second from 200 to 1700 Hz."""
PLACES = slice(311, None, 997)
PROMPTS = {
    "no-audio": "83d0d66e0725fa92",
    "silence": "923e8c05eb4edc50",
    "wrong-clip": "3fcf1712285cf2c3",
    "transcript": "3d2a3bc4396c4840",
    "noise:0": "47295090596ed098",
    "codec:ulaw": "f9261b328e270b00",
    "codec:alaw": "3e313207e70c6bd2",
}
SAMPLES: dict[str, tuple[float, list[float]]] = {
    "speed:2": (0.005, [0.0781, -0.2863, 0.2416, 0.1668]),
    "speed:0.5": (
        0.005,
        [
            0.1534,
            -0.2724,
            0.2782,
            -0.1898,
            -0.1085,
            0.2756,
            0.2514,
            0.1602,
            0.1898,
            0.2932,
            0.1587,
            -0.2818,
            0.1191,
            -0.0444,
            0.128,
            -0.2879,
        ],
    ),
    "reverb:0.3": (0.005, [-0.0711, 0.3589, -0.4105, 0.2022, 0.2247, -0.0185, 0.0013, 0.0825]),
    "noise:10": (0.005, [0.0048, 0.2633, -0.1798, 0.1163, 0.021, -0.0379, -0.0615, -0.129]),
    "codec:phone": (0.01, [0.0865, 0.2097, -0.1061, 0.2535, 0.0513, -0.0764, -0.2841, -0.0296]),
    "codec:gsm": (0.02, [0.0657, 0.2207, -0.1113, 0.2214, 0.0455, -0.0556, -0.2342, -0.005]),
    "codec:mp3": (0.03, [0.086, 0.2106, -0.1044, 0.2539, 0.0502, -0.0811, -0.2923, -0.029]),
    "codec:vorbis": (0.03, [0.0854, 0.2104, -0.1068, 0.2557, 0.0514, -0.0615, -0.2858, -0.0224]),
    "codec:opus": (0.05, [0.0807, 0.211, -0.1031, 0.2554, 0.0512, -0.0784, -0.2891, -0.032]),
}


def heard(tmp_path: Path, text: str) -> Any:
    control = parse_control(text)
    assert control is not None
    path = clips.write(tmp_path / "chirp.wav", CHIRP.astype(np.float32), RATE)
    content = Controlled(AudioRef(path), control, 7).read_bytes()
    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    assert rate == RATE
    return samples


@pytest.mark.parametrize("text", SAMPLES)
def test_the_samples_of_a_control_are_these(tmp_path: Path, text: str) -> None:
    tolerance, expected = SAMPLES[text]
    found = heard(tmp_path, text)[PLACES]
    assert found.tolist() == pytest.approx(expected, abs=tolerance)
    assert max(map(abs, expected)) > 3 * tolerance


@pytest.mark.parametrize("text", PROMPTS)
def test_the_prompts_of_a_task_under_a_control_are_these(text: str) -> None:
    """Texts and digests of clips of all items: which clip is swapped for which, what is drawn, what is written."""
    settings = Settings("mock:hash", ("quickstart_choice",), control=text, judge="none")
    (task,) = plan_tasks(settings).tasks
    records = [message_record(task.task.messages(doc)) for doc in task.documents]
    for record in records:
        for message in record:
            for part in message["content"]:
                part.pop("path", None)
    assert digest(records)[:16] == PROMPTS[text]


def test_every_control_has_its_golden_audio() -> None:
    from harness.errors import UsageError

    with pytest.raises(UsageError) as error:
        parse_control("nothing")
    forms = str(error.value.hint).removeprefix("controls: ").split(", ")
    named = {form.partition("[")[0].partition(":")[0] for form in forms}
    assert named == {text.partition(":")[0] for text in (*PROMPTS, *SAMPLES)}
