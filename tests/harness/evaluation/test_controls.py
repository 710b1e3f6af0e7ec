"""Hazards: a control that changes nothing, that differs between two runs, that keeps the answer, or that is not in the signature."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from harness.audio import AudioRef
from harness.core.messages import Audio, Text
from harness.errors import AudioError, UsageError
from harness.evaluation.controls import sounds
from harness.evaluation.controls.control import Control, Controlled, parse_control
from harness.evaluation.plan import PlannedTask, plan_tasks
from harness.settings import Settings
from tests.support import clips
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl, results

Cli = Callable[..., CommandResult]
RATE = 16_000
TONE = clips.tone(0.5, 440.0, RATE, level=0.3).astype(np.float32)
DIGESTS = {
    "silence": "358c6dcef4442790",
    "noise:0": "6c81b2c5bd30381c",
    "noise:-5": "c8cc8bcdec15995e",
    "codec:ulaw": "5aa2500e918ee891",
    "codec:alaw": "97b71bb5fc7ff21b",
}


def changed(tmp_path: Path, text: str, seed: int = 7) -> tuple[bytes, Any]:
    control = parse_control(text)
    assert control is not None
    clip = AudioRef(clips.write(tmp_path / "tone.wav", TONE, RATE))
    content = Controlled(clip, control, seed).read_bytes()
    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    assert rate == RATE
    return content, samples


@pytest.mark.parametrize("text", DIGESTS)
def test_the_bytes_of_a_control_are_these(tmp_path: Path, text: str) -> None:
    """No resampling and no encoder of another library: the same on every machine."""
    content, _ = changed(tmp_path, text)
    assert hashlib.sha256(content).hexdigest()[:16] == DIGESTS[text]


@pytest.mark.parametrize(
    ("text", "length", "loudness"),
    [
        ("noise:20", 8000, 0.213),
        ("speed:2", 4000, 0.212),
        ("speed:0.5", 16000, 0.212),
        ("reverb:0.3", 8000, 0.212),
        ("codec:phone", 8000, 0.209),
        ("codec:gsm", 8000, 0.20),
        ("codec:mp3", 8000, 0.20),
        ("codec:vorbis", 8000, 0.212),
        ("codec:opus", 8000, 0.20),
    ],
)
def test_length_and_loudness_of_a_control(
    tmp_path: Path, text: str, length: int, loudness: float
) -> None:
    content, samples = changed(tmp_path, text)
    assert abs(len(samples) - length) <= 2
    assert float(np.sqrt(np.mean(samples**2))) == pytest.approx(loudness, rel=0.15)
    assert content == changed(tmp_path, text)[0]
    assert content != changed(tmp_path, "silence")[0]


@pytest.mark.parametrize("text", ["noise:0", "reverb:1"])
def test_what_is_drawn_depends_on_the_item(tmp_path: Path, text: str) -> None:
    assert changed(tmp_path, text, 1)[0] != changed(tmp_path, text, 2)[0]


@pytest.mark.parametrize("ratio", [-10, 0, 15])
def test_noise_has_its_ratio(ratio: int) -> None:
    mixed = sounds.noise(TONE * 0.05, RATE, ratio, 3)
    added = mixed - TONE * 0.05
    found = 10 * np.log10(np.mean((TONE * 0.05) ** 2) / np.mean(added**2))
    assert found == pytest.approx(ratio, abs=0.3)


def test_nothing_clips_and_a_silent_clip_gets_noise() -> None:
    loud = sounds.noise(np.ones(1000, np.float32), RATE, -20, 3)
    assert np.max(np.abs(loud)) <= 1
    assert np.std(sounds.noise(np.zeros(1000, np.float32), RATE, 0, 3)) > 0


def test_a_clip_that_cannot_be_read_stays_an_error_of_its_item(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"not audio at all")
    broken = Controlled(AudioRef(tmp_path / "a.wav"), Control("silence"), 1)
    with pytest.raises(AudioError):
        broken.read_bytes()


def test_a_controlled_clip_is_a_value(tmp_path: Path) -> None:
    """Adapters send clips to other processes and use them as keys."""
    path = clips.write(tmp_path / "tone.wav", TONE, RATE)
    one, other = (Controlled(AudioRef(path), Control("noise", "0"), 5) for _ in range(2))
    assert (one, hash(one)) == (other, hash(other))
    assert pickle.loads(pickle.dumps(one)).read_bytes() == one.read_bytes()
    assert AudioRef(one, "x").sha256 == AudioRef(other, "y").sha256


def plan(task: str, control: str | None, **more: Any) -> PlannedTask:
    settings = Settings("mock:hash", (task,), control=control, judge="none", **more)
    return plan_tasks(settings).tasks[0]


def parts(task: PlannedTask, position: int) -> list[Text | Audio]:
    messages = task.task.messages(task.documents[position])
    return [part for message in messages for part in message.parts]


def test_prompts_under_a_control_differ_in_the_clip_alone() -> None:
    plain = plan("quickstart_choice", None)
    for text in ("silence", "noise:5", "wrong-clip"):
        found = plan("quickstart_choice", text)
        assert found.parts == {**plain.parts, "control": text}
        for position in range(len(plain.documents)):
            before, after = parts(plain, position), parts(found, position)
            assert [one for one in after if isinstance(one, Text)] == [
                one for one in before if isinstance(one, Text)
            ]
            pair = [next(one for one in both if isinstance(one, Audio)) for both in (before, after)]
            assert pair[0].sha256 != pair[1].sha256
            if text == "silence":
                assert pair[0].seconds == pytest.approx(pair[1].seconds, abs=0.01)
                assert not pair[1].decode().any()


def test_without_audio_only_text_is_left() -> None:
    plain, bare = plan("quickstart_choice", None), plan("quickstart_choice", "no-audio")
    text = "".join(part.text for part in parts(plain, 0) if isinstance(part, Text))
    assert parts(bare, 0) == [Text(text)]


def test_the_transcript_stands_in_for_the_clip() -> None:
    found = plan("quickstart_choice", "transcript")
    (only,) = parts(found, 0)
    assert isinstance(only, Text)
    assert only.text.startswith(f'"{found.documents[0]["text"]}"\n')
    named = plan("quickstart_choice", "transcript:question")
    (only,) = parts(named, 0)
    assert isinstance(only, Text)
    assert only.text.startswith(f'"{named.documents[0]["question"]}"')
    with pytest.raises(UsageError, match="no transcript in the field 'words'"):
        plan("quickstart_choice", "transcript:words")


@pytest.mark.parametrize("task", ["quickstart_choice", "quickstart_keyword", "quickstart_number"])
def test_a_wrong_clip_is_of_another_item_with_another_answer(task: str) -> None:
    plain, swapped = plan(task, None), plan(task, "wrong-clip")
    owner = {
        part.sha256: doc
        for position, doc in enumerate(plain.documents)
        for part in parts(plain, position)
        if isinstance(part, Audio)
    }
    for position, doc in enumerate(plain.documents):
        (clip,) = [part for part in parts(swapped, position) if isinstance(part, Audio)]
        donor = owner[clip.sha256]
        assert donor["_id"] != doc["_id"]
        assert plain.task.reference(donor) != plain.task.reference(doc)


def test_a_copy_of_the_own_clip_is_no_wrong_clip(tmp_path: Path) -> None:
    """Data sets hold a file per question: a copy under another name would leave the answer in the audio."""
    for name, pitch in (("a0", 440.0), ("a1", 440.0), ("a2", 440.0), ("b0", 880.0), ("b1", 880.0)):
        clips.write(tmp_path / f"{name}.wav", clips.tone(0.1, pitch, RATE, level=0.3), RATE)
    rows = [
        {"id": name, "audio": f"{name}.wav", "question": "Which?", "answer": f"answer {number}"}
        for number, name in enumerate(("a0", "a1", "a2", "b0", "b1"))
    ]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "copies.yaml").write_text(
        "task: copies\nmetadata:\n  lalm: {rule: contains, data: {path: items.jsonl}}\n"
    )
    settings = Settings("mock:hash", ("copies",), include_path=(tmp_path,), control="wrong-clip")
    (task,) = plan_tasks(settings).tasks
    for doc in task.documents:
        (heard,) = [
            Path(part.path).name
            for message in task.task.messages(doc)
            for part in message.parts
            if isinstance(part, Audio)
        ]
        assert heard[0] != str(doc["_id"])[0]


def test_a_task_whose_items_have_one_answer_has_no_wrong_clip(cli: Cli, tmp_path: Path) -> None:
    for number in range(3):
        clips.write(
            tmp_path / f"{number}.wav", clips.tone(0.1, 300.0 + number, RATE, level=0.3), RATE
        )
    rows = [{"audio": f"{n}.wav", "question": "Is it?", "answer": "yes"} for n in range(3)]
    items = tmp_path / "items.jsonl"
    items.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert cli("tasks", "new", "one", "--from", items, "--rule", "contains").code == 0
    done = cli("evaluate", "mock:hash", "-t", "one", "--include-path", tmp_path, "--control", "wrong-clip", "-o", tmp_path / "run")  # fmt: skip
    assert (done.code, "another clip and another answer" in done.err) == (2, True), done.err
    text = (tmp_path / "one.yaml").read_text().replace("<audio>", "")
    (tmp_path / "one.yaml").write_text(text)
    done = cli("evaluate", "mock:hash", "-t", "one", "--include-path", tmp_path, "--control", "silence", "-o", tmp_path / "run")  # fmt: skip
    assert (done.code, "has no audio" in done.err) == (2, True), done.err


TONES = ["deep", "low", "high", "shrill"]
LISTENER = '''
import numpy
class Listener:
    """Picks the option whose number is the pitch of the clip, in hundreds of Hz."""
    def load(self): pass
    def generate(self, messages, audio, generation):
        if not audio or not numpy.any(audio[0][0]):
            return "A"
        samples, rate = audio[0]
        pitch = numpy.argmax(numpy.abs(numpy.fft.rfft(samples))) / len(samples) * rate
        return "ABCD"[int(round(pitch / 100)) - 3]
class Reader(Listener):
    """Reads the question only."""
    def generate(self, messages, audio, generation):
        return "ABCD"[sum(map(ord, str(messages[-1]["content"]))) % 4]
'''


@pytest.mark.parametrize(
    ("model", "plain", "silent", "swapped"),
    [("Listener", 1.0, 0.25, 0.0), ("Reader", None, None, None)],
)
def test_a_model_that_listens_falls_and_one_that_reads_does_not(
    cli: Cli, tmp_path: Path, model: str, plain: float | None, silent: float, swapped: float
) -> None:
    (tmp_path / "heard.py").write_text(LISTENER)
    rows = []
    for number in range(16):
        right = number % 4
        clips.write(
            tmp_path / f"{number}.wav",
            clips.tone(0.3 + number / 100, 300.0 + 100 * right, RATE, level=0.3),
            RATE,
        )
        rows.append({"id": str(number), "audio": f"{number}.wav", "question": f"Which tone, in clip {number}?", "options": TONES, "answer": TONES[right]})  # fmt: skip
    items = tmp_path / "items.jsonl"
    items.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = {}
    for name in ("plain", "silence", "no-audio", "wrong-clip"):
        control = () if name == "plain" else ("--control", name)
        run = tmp_path / name
        done = cli("evaluate", f"python:heard:{model}", "-M", f"path={tmp_path}", "--items", items, "-o", run, *control)  # fmt: skip
        assert done.code == 0, done.err
        found[name] = results(run)["tasks"]["items"]["metrics"]["accuracy"]["strict"]["value"]
    if plain is None:
        assert len(set(found.values())) == 1
    else:
        assert found == {
            "plain": plain,
            "silence": silent,
            "no-audio": silent,
            "wrong-clip": swapped,
        }


def test_a_run_under_a_control_is_another_run(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    plain = ("evaluate", "mock:hash", "-t", "quickstart_choice", "-L", "3", "-o", run)
    assert cli(*plain, "--control", "silence").code == 0
    before = jsonl(run / "responses.jsonl")
    assert [record["audio"][0]["path"].endswith("(silence)") for record in before] == [True] * 3
    for more in ((), ("--control", "noise:0")):
        mixed = cli(*plain, *more)
        assert (mixed.code, "control: silence there" in mixed.err) == (2, True), mixed.err
    assert cli(*plain, "--control", "silence").code == 0
    assert jsonl(run / "responses.jsonl") == before


def test_made_clips_are_stored_if_that_is_asked_for(cli: Cli, tmp_path: Path) -> None:
    command = (
        "evaluate",
        "mock:hash",
        "-t",
        "quickstart_choice",
        "-L",
        "3",
        "--control",
        "noise:5",
    )
    kept, bare = tmp_path / "kept", tmp_path / "bare"
    assert cli(*command, "-o", bare).code == 0
    done = cli(*command, "--keep-control-audio", "-o", kept)
    assert done.code == 0, done.err
    assert not [*bare.rglob("*.wav")]
    files = {one.stem: one.read_bytes() for one in (kept / "control_audio").iterdir()}
    records = jsonl(kept / "responses.jsonl")
    assert sorted(files) == sorted(record["audio"][0]["sha256"] for record in records)
    assert all(hashlib.sha256(content).hexdigest() == name for name, content in files.items())
    assert records[0]["request_key"] in {one["request_key"] for one in jsonl(bare / "responses.jsonl")}  # fmt: skip
    assert (kept / "results.json").read_bytes() == (bare / "results.json").read_bytes()


@pytest.mark.parametrize("control", [None, "no-audio", "wrong-clip", "transcript"])
def test_a_run_that_makes_no_clips_keeps_none(
    cli: Cli, tmp_path: Path, control: str | None
) -> None:
    more = () if control is None else ("--control", control)
    done = cli("evaluate", "mock:hash", "-t", "quickstart_choice", *more, "--keep-control-audio", "-o", tmp_path / "run")  # fmt: skip
    assert done.code == 2
    assert "--keep-control-audio: no control of this run makes clips" in done.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("quiet", "is not a control"),
        ("silence:1", "is not a control"),
        ("noise", "a ratio in dB"),
        ("noise:", "is not a control"),
        ("noise:nan", "a ratio in dB"),
        ("noise:1e9", "a ratio in dB"),
        ("speed:0", "a factor"),
        ("reverb:-1", "a decay time"),
        ("codec:mp4", "codecs: ulaw"),
        ("transcript:a b", "is not a control"),
        ("", "is not a control"),
    ],
)
def test_what_is_no_control_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_control(text)
    assert says in str(error.value)
