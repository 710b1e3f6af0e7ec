"""Tiny invented copies of every benchmark, ten items per task, in the layout that its loader takes.

``WRITERS[benchmark](folder)`` writes one; ``gold_or_not`` gives replies to their items that are right, wrong and
unreadable in turn. Nothing of a real data set is in them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.support.clips import tone, write
from tests.support.data.tiny_parts import ITEMS, Row, clip, parquet
from tests.support.data.tiny_speech import arabic, speech_translation

COLOURS = ("red", "green", "blue", "grey")


def mmau(root: Path) -> None:
    """Both question files."""
    for split in ("test-mini", "test"):
        rows = []
        for number in range(ITEMS):
            name = f"{split}-{number}"
            audio = write(root / f"{split}-audios" / f"{name}.wav", tone(0.05, 200 + 20 * number))
            rows.append(
                {
                    "id": name,
                    "audio_id": f"./{split}-audios/{audio.name}",
                    "question": f"Which colour is number {number}?",
                    "choices": list(COLOURS),
                    "answer": COLOURS[number % 4],
                    "dataset": "own",
                    "task": ("speech", "sound", "music")[number % 3],
                    "split": split,
                    "category": "Reasoning",
                    "sub-category": "Counting",
                    "difficulty": ("easy", "medium", "hard")[number % 3],
                }
            )
        (root / f"mmau-{split}.json").write_text(json.dumps(rows), encoding="utf-8")


def mmar(root: Path) -> None:
    """The question file with rubrics, and its clips."""
    rows = []
    for number in range(ITEMS):
        write(root / "audio" / f"{number}.wav", tone(0.05, 200 + 20 * number))
        rows.append(
            {
                "id": str(number),
                "audio_path": f"./audio/{number}.wav",
                "question": f"Which colour is number {number}?",
                "choices": list(COLOURS[: 2 + number % 3]),
                "answer": COLOURS[number % 2],
                "modality": ("sound", "mix-music-speech")[number % 2],
                "category": "Signal Layer",
                "sub-category": "Spatial Analysis",
                "thinking": f"It is {COLOURS[number % 2]}.",
                "rubric": [
                    {"name": f"n{place}", "scoring_point": "Award 1 point.", "choices": [0, 1]}
                    for place in range(5)
                ],
            }
        )
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (root / "MMAR-meta.jsonl").write_text(text, encoding="utf-8")


def big_bench_audio(root: Path) -> None:
    """Items as JSON lines, one without a transcript, and clips."""
    lines = []
    for number in range(ITEMS):
        write(root / "data" / f"question_{number}.wav", tone(0.05, 200 + 20 * number))
        item: dict[str, Any] = {"id": number, "file_name": f"data/question_{number}.wav"}
        item |= {"category": ("navigate", "web_of_lies")[number % 2]}
        item |= {"official_answer": ("Yes", "No")[number // 2 % 2]}
        item |= {"transcript": f"Do I end where I started, walk {number}?"} if number else {}
        lines.append(json.dumps(item) + "\n")
    (root / "metadata.jsonl").write_text("".join(lines), encoding="utf-8")


def mmau_pro(root: Path) -> None:
    """Items of both categories as JSON lines, with one or two clips each."""
    lines = []
    for number in range(2 * ITEMS):
        paths = [f"data/{number}_{place}.wav" for place in range(1 + number % 2)]
        for place, name in enumerate(paths):
            write(root / name, tone(0.05, 200 + 20 * number + 7 * place))
        item = {"id": number, "audio_path": paths, "question": f"What is number {number}?"}
        if number < ITEMS:
            item |= {"category": "open", "answer": COLOURS[number % 4]}
        else:
            item |= {"category": "instruction following", "task_identifier": "Include Keywords"}
            item |= {"kwargs": {"keywords": "keywords"}}
        lines.append(json.dumps(item) + "\n")
    (root / "test.jsonl").write_text("".join(lines), encoding="utf-8")


def mmsu(root: Path) -> None:
    """The hub's parquet file."""
    rows = [
        {
            "id": f"pause_perception_{number}",
            "task_name": "pause_perception",
            "question": f"Which colour is number {number}?",
            **{f"choice_{'abcd'[place]}": colour for place, colour in enumerate(COLOURS)},
            "answer_gt": COLOURS[number % 4],
            "category": "Perception",
            "sub-category": "Linguistics",
            "sub-sub-category": "Phonology",
            "linguistics_sub_discipline": "None",
        }
        for number in range(ITEMS)
    ]
    parquet(root / "data" / "train-00000-of-00001.parquet", rows)


def sakura(root: Path) -> None:
    """All four tracks with their tables."""
    options = " ".join(f"({'abcd'[place]}) {colour}" for place, colour in enumerate(COLOURS))
    for track in ("Animal", "Emotion", "Gender", "Language"):
        (root / track / "audio").mkdir(parents=True)
        with (root / track / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(
                ["file", "attribute_label"]
                + [f"{hop}_{part}" for hop in ("single", "multi") for part in ("instruction", "answer")]
            )  # fmt: skip
            for number in range(ITEMS):
                name = f"{track.lower()}{number}.wav"
                (root / track / "audio" / name).write_bytes(clip(number))
                gold = f"({'abcd'[number % 4]}) {COLOURS[number % 4]}"
                asked = [f"{hop} question {number}? {options}" for hop in ("First", "Second")]
                table.writerow([name, COLOURS[number % 4], asked[0], gold, asked[1], gold])


def speech_ifeval(root: Path) -> None:
    """The four question files and their clips."""
    checks = [
        ("change_case:english_capital", {}),
        ("detectable_format:title", {}),
        ("length_constraints:number_words", {"relation": "less than", "num_words": 5}),
    ]
    rows: dict[str, list[Row]] = {"closed": [], "closed_woprompt": [], "creative": [], "cot": []}
    for number in range(ITEMS):
        name = f"Automatic_speech_recognition/{number}.wav"
        write(root / "audios" / name, tone(0.05, 200 + 20 * number))
        check, kwargs = checks[number % 3]
        item = {
            "id": number,
            "audio_filepath": name,
            "textual_audio": f"[00:00:00 - 00:00:01] line {number}",
            "dataset": "Automatic_speech_recognition",
            "instruction": f"Say line {number}.",
            "label": f"line {number}",
        }
        rule = {"instruction_id_list": [check], "kwargs": [kwargs]}
        asked = {**item, "metric": ("wer", "accuracy")[number % 2]}
        rows["closed"].append({**asked, **rule})
        rows["closed_woprompt"].append(asked)
        rows["creative"].append({**item, "metric": "open", **rule})
        rows["cot"].append({**item, "metric": "cot"})
    from tasks.speech_ifeval.layout import PARTS

    (root / "eval_data").mkdir()
    for part, items in rows.items():
        text = "".join(json.dumps(item) + "\n" for item in items)
        (root / "eval_data" / PARTS[part].file).write_text(text, encoding="utf-8")


def voicebench(root: Path) -> None:
    """Every configuration, with at most two of its splits."""
    from tasks.voicebench.layout import ACCENTS, CONFIGS

    for name, config in CONFIGS.items():
        splits = ACCENTS if name == "sd-qa" else list(config.splits)[:2] or ["voice_a", "voice_b"]
        for split in splits:
            count = ITEMS // 2 if len(splits) == 2 else ITEMS
            rows = [_voice(config.evaluator, number) for number in range(count)]
            parquet(root / name / f"{split}-00000-of-00001.parquet", rows)


def _voice(evaluator: str, number: int) -> Row:
    prompt = f"Which is number {number}?"
    if evaluator == "mcq":
        return {"prompt": f"{prompt} A. w B. x C. y D. z", "reference": "ABCD"[number % 4]}
    if evaluator == "bbh":
        return {
            "prompt": prompt,
            "reference": ("Yes", "No")[number % 2],
            "id": f"navigate_{number}",
        }
    if evaluator == "qa":
        return {"prompt": prompt, "reference": COLOURS[number % 4]}
    if evaluator == "ifeval":
        kwargs = {"num_words": 5, "relation": "less than"}
        return {
            "key": number,
            "prompt": prompt,
            "instruction_id_list": ["length_constraints:number_words"],
            "kwargs": [kwargs],
        }
    return {"prompt": prompt}


def llaso_eval(root: Path) -> None:
    """All 44 data sets."""
    from tasks.llaso_eval.sets import data_sets

    for number in range(ITEMS):
        write(root / "clips" / f"{number}.wav", tone(0.05, 200 + 20 * number))
    (root / "text_audio").mkdir()
    for name, entry in data_sets().items():
        items = [
            {
                "voice": [f"clips\\{number}.wav"],
                "conversations": [
                    {"from": "human", "value": f"Number {number} of {name}?<audio>"},
                    {"from": "gpt", "value": _llaso(entry, number)},
                ],
            }
            for number in range(ITEMS)
        ]
        (root / "text_audio" / f"{name}.json").write_text(json.dumps(items), encoding="utf-8")


def _llaso(entry: Any, number: int) -> str:
    if entry.labels:
        return str(list(entry.labels)[number % len(entry.labels)])
    if entry.number:
        return str(40 + number)
    if "exact_accuracy" in entry.metrics:
        return json.dumps({"accuracy": number, "prosodic": 7, "fluency": 8})
    return "k æ t" if "per" in entry.metrics else f"the cat sat {number} times"


def dynamic_superb(root: Path, instances: Sequence[str] | None = None) -> None:
    """Data sets with ``metadata.json``; by default every one that has a score."""
    from harness.task_loading.index import load_index
    from tasks.dynamic_superb.instances import instances as listed
    from tasks.dynamic_superb.instances import task_id

    tasks = load_index().tasks
    runnable = {task for task, entry in tasks.items() if not entry.unsupported}
    for entry in listed():
        ids = {task_id(entry.instance), task_id(entry.instance, "phase2")}
        if not ids & runnable or (instances is not None and entry.instance not in instances):
            continue
        rule = entry.metric or ("number" if entry.kind == "regression" else "exact")
        content = {}
        for number in range(ITEMS):
            name = f"{entry.instance}_{number}.wav"
            content[name] = {
                "file": f"{number}.wav",
                "instruction": f"Number {number}? One of: {', '.join(COLOURS)}.",
                "label": _dynamic(rule, number),
            }
            if entry.has_audio:
                write(root / entry.instance / name, tone(0.05, 200 + 20 * number))
        (root / entry.instance).mkdir(parents=True, exist_ok=True)
        (root / entry.instance / "metadata.json").write_text(json.dumps(content), encoding="utf-8")


def _dynamic(rule: str, number: int) -> str:
    if rule == "slots":
        return f"colour: {COLOURS[number % 4]}, count: {number}"
    if rule == "number":
        return str(number)
    if rule in ("exact", "judged"):
        return COLOURS[number % 4]
    return f"the {COLOURS[number % 4]} cat sat on the mat {number}"


def air_bench_foundation(root: Path) -> None:
    """The question file, two tasks, some with two options, and their clips."""
    rows = []
    for number in range(ITEMS):
        task, data = (("Sound_AQA", "avqa"), ("Audio_Grounding", "AudioGrounding"))[number % 2]
        suffix = ("wav", "flac")[number % 2]
        clip_path = root / "Foundation" / f"{task}_{data}" / f"{number}.{suffix}"
        clip_path.parent.mkdir(parents=True, exist_ok=True)
        clip_path.write_bytes(clip(number))
        choices = COLOURS if number % 3 else (*COLOURS[:2], None, None)
        rows.append(
            {
                "uniq_id": number,
                "path": f"{number}.wav",
                "task_name": task,
                "dataset_name": data,
                "question": f"Which colour is number {number}?",
                **{f"choice_{'abcd'[place]}": text for place, text in enumerate(choices)},
                "answer_gt": COLOURS[number % 2],
            }
        )
    (root / "Foundation" / "Foundation_meta.json").write_text(json.dumps(rows), encoding="utf-8")


def asr(root: Path) -> None:
    """Every set and language, a shard each; one reference is noise alone."""
    from tasks.asr.source import COLUMNS, FLEURS, SETS

    rows = [{"id": f"u{n}", "text": f"Mr. Grey said {n} words."} for n in range(ITEMS - 1)]
    rows.append({"id": "noise", "text": "[noise]"})
    for name in SETS:
        for split in ("test.clean", "test.other") if name == "librispeech" else ("test",):
            parquet(root / name / f"{split}-00000-of-00001.parquet", rows)
    said = [{"id": n % 4, "raw_transcription": f"Café, {n} mal."} for n in range(ITEMS)]
    for folder in FLEURS.values():
        parquet(root / folder / "test" / "0000.parquet", said)
    for folder in COLUMNS:
        parquet(root / folder / "test-00000-of-00001.parquet", rows)
    for folder, name in (("en", "Mr. Grey"), ("zh-CN", "他来")):
        read = [{"path": f"c{n}.mp3", "sentence": f"{name} {n}."} for n in range(ITEMS)]
        parquet(root / folder / "test-00000-of-00001.parquet", read)
    for split, name in (("test_net", "网络"), ("test_meeting", "会议")):
        met = [{"text": f"{name}{n}"} for n in range(ITEMS)]
        parquet(root / "data" / f"{split}-00000-of-00001.parquet", met)
    heard = [{"answer": f"今天 {n}"} for n in range(ITEMS)]
    parquet(root / "data" / "test-00000-of-00001.parquet", heard, "context")
    (root / "audio").mkdir()
    calls = []
    for number in range(ITEMS):
        (root / "audio" / f"call{number}.mp3").write_bytes(clip(number))
        call = {"id": f"c{number}", "transcript": f"Good morning, {number} callers."}
        calls.append(json.dumps({**call, "url": f"audio/call{number}.mp3"}) + "\n")
    (root / "calls.jsonl").write_text("".join(calls), encoding="utf-8")


def quickstart(root: Path) -> None:
    """Nothing: its clips are packaged."""
    del root


WRITERS: dict[str, Callable[[Path], None]] = {
    "air_bench_foundation": air_bench_foundation,
    "arabic": arabic,
    "asr": asr,
    "big_bench_audio": big_bench_audio,
    "dynamic_superb": dynamic_superb,
    "llaso_eval": llaso_eval,
    "mmar": mmar,
    "mmau_pro": mmau_pro,
    "mmau": mmau,
    "mmsu": mmsu,
    "quickstart": quickstart,
    "sakura": sakura,
    "speech_ifeval": speech_ifeval,
    "speech_translation": speech_translation,
    "voicebench": voicebench,
}
"""Benchmark -> writer of its copy."""


def gold_or_not(reference: Any, options: Sequence[str], number: int) -> str:
    """A reply to an item: the reference, another option, its letter or a sentence, or nothing of use."""
    text = reference if isinstance(reference, str) else json.dumps(reference)
    place = next((n for n, o in enumerate(options) if o == text or o.endswith(f" {text}")), None)
    others: Iterator[str] = (option for option in options if option != text)
    return (
        text,
        next(others, f"{text} and more, you see"),
        f"I think it is {text}." if place is None else "ABCDEFGH"[place % 8],
        "No idea, sorry.",
        "",
    )[number % 5]
