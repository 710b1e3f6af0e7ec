"""Runs for tests of the report page: small ones, hostile ones, large ones."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import harness

HOSTILE: Final = (
    "</script><script>window.harmed = 1</script><img src=x onerror=window.harmed=2>"
    "<!--<script>\"'`${window.harmed=3}{{7*7}}&lt;\u2028\u202e\x1b[2K\ud800"
)
"""A text that ends elements, starts comments, templates and handlers, turns text and moves a cursor."""
OPTIONS: Final = ("dog", "cat", "bird")
OPTION_REPLIES: Final = ("The answer is (B).", "It is not a dog.", "dog or cat", "cat", "")
"""Right by a sentence, denied, several, right by the whole reply, empty; the reference is ``cat``."""


def write_lines(path: Path, records: list[dict[str, Any]]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def choice(number: int, response: Any, **fields: Any) -> dict[str, Any]:
    """A stored reply to an item of ``quickstart_choice`` of our own, whose answer is ``cat``."""
    doc = {
        "kind": "choice", "id": f"own-{number}", "question": "Which animal is heard?", "options": [*OPTIONS],
        "answer": "cat", "clip": "clips/none.opus", "sha256": "0" * 64, "seconds": 1.0,
    }  # fmt: skip
    return {"id": f"own-{number}", "doc": doc | fields, "response": response}


def choices(folder: Path, replies: tuple[Any, ...] = OPTION_REPLIES) -> Path:
    """A scored run of ``quickstart_choice`` with these replies."""
    file = write_lines(folder / "choices.jsonl", [choice(n, r) for n, r in enumerate(replies)])
    return harness.score("quickstart_choice", file, folder / "choices").path


def hostile(folder: Path) -> Path:
    """A scored run in which every text that somebody else chose is hostile: ids, fields, options, replies, judge, name."""
    records = []
    for number in range(3):
        turns = [
            {"from": "human", "value": f"{HOSTILE}<audio>"},
            {"from": "gpt", "value": HOSTILE},
        ]
        records.append(
            {
                "id": f"{number}{HOSTILE}",
                "doc": {"id": HOSTILE, "conversations": turns, HOSTILE: HOSTILE},
                "response": HOSTILE * (number + 1),
                "judge_reply": [f"Score: {number + 2}\n{HOSTILE}"],
            }
        )
    run = folder / "hostile"
    harness.score(
        "llaso_alpaca_gpt4_end", write_lines(folder / "judged.jsonl", records), run, name=HOSTILE
    )
    options = [HOSTILE, f"{HOSTILE}!", "cat"]
    record = choice(0, f"{HOSTILE}!", options=options, answer=HOSTILE)
    harness.score(
        "quickstart_keyword",
        write_lines(
            folder / "keywords.jsonl",
            [{**record, "doc": {**record["doc"], "kind": "keyword"}, "id": HOSTILE}],
        ),
        run,
        name=HOSTILE,
    )
    return run


def with_noise(run: Path) -> None:
    """Give every sample of a run a clip of its own inside the run, of noise: what packs worst."""
    import numpy as np
    import soundfile

    noise = np.random.default_rng(0)
    lines = [json.loads(line) for line in (run / "samples.jsonl").read_bytes().split(b"\n") if line]
    for number, line in enumerate(lines):
        clip = run / f"{number}.wav"
        soundfile.write(clip, noise.uniform(-1, 1, 4_000), 16_000)
        digest = hashlib.sha256(clip.read_bytes()).hexdigest()
        line["audio"] = [
            {"path": clip.name, "sha256": digest, "seconds": 0.25, "sampling_rate": 16_000}
        ]
    write_lines(run / "samples.jsonl", lines)


def enlarged(run: Path, target: Path, count: int) -> Path:
    """A copy of a run whose samples are those of the first, over and over, under ``count`` ids of their own."""
    target.mkdir()
    lines = [json.loads(line) for line in (run / "samples.jsonl").read_bytes().split(b"\n") if line]
    with (target / "samples.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            line = lines[number * len(lines) // count]
            own = {"id": f"big-{number:06}", "item_key": f"{number:064x}"}
            file.write(json.dumps(line | own) + "\n")
    for name in ("manifest.json", "results.json", "responses.jsonl"):
        (target / name).write_bytes((run / name).read_bytes())
    return target


def graded(folder: Path) -> Path:
    """A scored run with a judge's grades 2, 3 and 3, and three items of MMAU in two kinds of task."""
    talk = [{"from": "human", "value": "<audio>"}, {"from": "gpt", "value": "yes"}]
    judged = [
        {
            "id": f"graded-{n}",
            "doc": {"id": f"graded-{n}", "conversations": talk},
            "response": "no",
            "judge_reply": [f"Score: {grade}"],
        }
        for n, grade in enumerate((2, 3, 3))
    ]
    run = folder / "graded"
    harness.score("llaso_alpaca_gpt4_end", write_lines(folder / "graded.jsonl", judged), run)
    kinds = [
        {
            "id": f"kind-{kind}-{n}", "audio_id": "a.wav", "question": "Which?", "choices": ["dog", "cat"], "answer": "dog",
            "dataset": "x", "task": kind, "split": "test-mini", "category": "c", "sub-category": "s", "difficulty": "easy",
            "model_output": "dog",
        }
        for n, kind in enumerate(("sound", "music", "sound"))
    ]  # fmt: skip
    harness.score(
        "mmau_test_mini",
        write_lines(folder / "kinds.jsonl", kinds),
        run,
        response_field="model_output",
    )
    return run
