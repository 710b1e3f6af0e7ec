"""Writes the clips and ``items.jsonl`` of the quickstart suite (``tasks/quickstart``).

Needs the programs ``flite`` (the Debian and Ubuntu package of that name) and ``opusenc`` (package
``opus-tools``), and soundfile. The sentences below are the only source. With equal program versions
the output is equal byte for byte: flite is deterministic, and the Ogg serial number, which encoders
draw at random, is the number of the item. ``--check`` writes nothing and says whether the committed
files are what this script makes (exit 1 if not).

    python scripts/make_quickstart.py [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import soundfile

FOLDER = Path(__file__).resolve().parents[1] / "tasks" / "quickstart"
VOICE = "slt"
KILOBITS = 24
WIDTH = 4  # options per question

TRANSCRIPTION = (
    "my brother works in a small office near the river",
    "they bought some bread and milk at the market",
    "our family will travel to the mountains next summer",
    "he put the keys on the table near the door",
    "people in the village have lived there many years",
    "please send me a letter when you get home",
    "the water in the lake was cold and very clear",
    "the president will speak to the country on monday night",
    "for dinner we had chicken and rice",
    "students can use the library every day after class",
    "the report was published in the paper last week",
    "the police are looking for a man in a black car",
)

# spoken, question, right option, distractors, position of the right option
CHOICE = (
    (
        "my sister left the keys under the kitchen table",
        "Where did the sister leave the keys?",
        "under the kitchen table",
        ("behind the front door", "inside the car", "on the garden wall"),
        1,
    ),
    (
        "our flight leaves early on sunday morning",
        "When does the flight leave?",
        "sunday morning",
        ("friday afternoon", "monday evening", "wednesday night"),
        3,
    ),
    (
        "her brother works as a lawyer in new york",
        "What is the brother's job?",
        "lawyer",
        ("doctor", "farmer", "teacher"),
        0,
    ),
    (
        "the doctor told him to drink more water",
        "What should he drink more of?",
        "water",
        ("coffee", "milk", "orange juice"),
        2,
    ),
    (
        "the store will be closed because of the snow",
        "Why will the store be closed?",
        "because of the snow",
        ("after a fire", "due to a strike", "for a family wedding"),
        2,
    ),
    (
        "the students are learning about the history of music",
        "What are the students learning about?",
        "the history of music",
        ("american politics", "computer science", "modern art"),
        0,
    ),
    (
        "the company makes most of its money from oil",
        "Where does most of the company's money come from?",
        "oil",
        ("banking", "television", "tourism"),
        1,
    ),
    (
        "the president will fly to germany on sunday",
        "Where will the president fly?",
        "germany",
        ("brazil", "mexico", "russia"),
        3,
    ),
    (
        "she wants to study medicine at the university",
        "What does she want to study?",
        "medicine",
        ("engineering", "history", "law"),
        3,
    ),
    (
        "the window was broken by a heavy storm",
        "What broke the window?",
        "a heavy storm",
        ("a falling tree", "an angry bird", "two boys"),
        1,
    ),
    (
        "my grandmother has a white cat",
        "Which animal does the grandmother have?",
        "a white cat",
        ("a black horse", "a brown dog", "two small birds"),
        0,
    ),
    (
        "the family went to the mountains in an old truck",
        "How did the family travel?",
        "in an old truck",
        ("by bicycle", "by train", "on a bus"),
        2,
    ),
)

KEYWORDS = ("history", "money", "music", "water")
# two keywords a carrier; every keyword occurs three times, at three positions among the options
KEYWORD = (
    ("I think the answer is {} and nothing else", "music", "water"),
    ("please say the word {} again for me", "money", "history"),
    ("they were talking about {} when I came in", "water", "money"),
    ("she said that {} was the most important thing", "history", "music"),
    ("we heard something about {} on the radio", "money", "water"),
    ("the last word on the page is {} as you can see", "music", "history"),
)

# spoken, the number in digits, question
NUMBER = (
    ("there are twelve boxes in the room", 12, "How many boxes are in the room?"),
    ("we saw fifteen people at the station", 15, "How many people were seen at the station?"),
    ("the school has fifty students this year", 50, "How many students does the school have?"),
    ("he worked there twenty one years", 21, "How many years did he work there?"),
    ("the train will leave in sixty four minutes", 64, "In how many minutes will the train leave?"),
    ("they found twenty seven letters in the house", 27, "How many letters were found?"),
    ("the company has seventy two workers in the city", 72, "How many workers are in the city?"),
    ("we waited eighty days in the hotel", 80, "How many days did they wait in the hotel?"),
    ("the team won eighty five games last season", 85, "How many games did the team win?"),
    ("my father has forty horses on the farm", 40, "How many horses are on the farm?"),
    ("the hospital has ninety six doctors", 96, "How many doctors does the hospital have?"),
    ("she bought fifty three books last month", 53, "How many books did she buy?"),
)

# spoken, question, instruction, id of the rule, its arguments
INSTRUCTION: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    (
        "the museum is closed on monday",
        "On which day is the museum closed?",
        "Write your whole answer in capital letters.",
        "upper_case",
        {},
    ),
    (
        "my aunt was a nurse in a big hospital",
        "What was the aunt's job?",
        "Write your whole answer in small letters, without any capital letter.",
        "lower_case",
        {},
    ),
    (
        "the young man plays the piano in a hotel",
        "Which instrument does the man play?",
        "The first word of your answer must be: Certainly",
        "start_word",
        {"word": "Certainly"},
    ),
    (
        "they are selling fresh fish at the harbor",
        "What is being sold?",
        "The last words of your answer must be: That is all I heard.",
        "end_phrase",
        {"phrase": "That is all I heard."},
    ),
    (
        "the police found the money inside an old piano",
        "Where was the money?",
        "Answer with exactly five words.",
        "word_count",
        {"words": 5},
    ),
    (
        "I would like a cheese sandwich please",
        "What does the speaker ask for?",
        "Put your whole answer between double quotation marks.",
        "quotation",
        {},
    ),
    (
        "the farmer has three brown horses and a small dog",
        "Which animals does the farmer have?",
        "Use capital letters only.",
        "upper_case",
        {},
    ),
    (
        "they went to the beach by bicycle",
        "Where did they go, and how?",
        "Use small letters only.",
        "lower_case",
        {},
    ),
    (
        "the bridge over the river was built last century",
        "What was built last century?",
        "Begin your answer with the word Listen.",
        "start_word",
        {"word": "Listen"},
    ),
    (
        "our plane landed two hours late because of the storm",
        "Why did the plane land late?",
        "End your answer with exactly these words: Is there anything else?",
        "end_phrase",
        {"phrase": "Is there anything else?"},
    ),
    (
        "the young woman plays the violin in the evening",
        "When does the woman play?",
        "Answer with exactly three words.",
        "word_count",
        {"words": 3},
    ),
    (
        "my cousin wants to become a pilot",
        "What does the cousin want to become?",
        "Wrap your whole answer in double quotation marks.",
        "quotation",
        {},
    ),
)


def items() -> Iterator[dict[str, Any]]:
    """Items in file order, without the facts about their clips."""
    for i, text in enumerate(TRANSCRIPTION, 1):
        yield {"kind": "transcription", "id": f"transcription_{i:02}", "text": text}
    for i, (text, question, right, others, position) in enumerate(CHOICE, 1):
        options = [*others[:position], right, *others[position:]]
        yield {
            "kind": "choice",
            "id": f"choice_{i:02}",
            "text": text,
            "question": question,
            "options": options,
            "answer": right,
        }
    seen = dict.fromkeys(KEYWORDS, 0)
    for i, (carrier, word) in enumerate(((row[0], w) for row in KEYWORD for w in row[1:]), 1):
        start = -seen[word] % WIDTH
        seen[word] += 1
        yield {
            "kind": "keyword",
            "id": f"keyword_{i:02}",
            "text": carrier.format(word),
            "options": [*KEYWORDS[start:], *KEYWORDS[:start]],
            "answer": word,
        }
    for i, (text, number, question) in enumerate(NUMBER, 1):
        yield {
            "kind": "number",
            "id": f"number_{i:02}",
            "text": text,
            "question": question,
            "answer": number,
        }
    for i, (text, question, instruction, rule, arguments) in enumerate(INSTRUCTION, 1):
        yield {
            "kind": "instruction",
            "id": f"instruction_{i:02}",
            "text": text,
            "question": question,
            "instruction": instruction,
            "instruction_id": rule,
            "kwargs": arguments,
        }


def speak(text: str, clip: Path, serial: int) -> None:
    """Synthesises ``text`` and writes it as Ogg Opus (16 kHz mono source)."""
    programs = {name: shutil.which(name) for name in ("flite", "opusenc")}
    absent = [name for name, path in programs.items() if path is None]
    if absent:
        raise SystemExit(f"not found: {', '.join(absent)}; apt-get install flite opus-tools")
    wave = clip.with_suffix(".wav")
    speech = [programs["flite"], "-voice", VOICE, "-t", text, "-o", wave]
    encoding = [programs["opusenc"], "--quiet", "--speech", "--bitrate", KILOBITS]
    for command in (speech, [*encoding, "--serial", serial, wave, clip]):
        subprocess.run([str(part) for part in command], check=True)  # noqa: S603
    wave.unlink()


def make(folder: Path) -> None:
    """Writes ``items.jsonl`` and ``clips/`` into ``folder``."""
    (folder / "clips").mkdir(parents=True, exist_ok=True)
    lines = []
    for serial, item in enumerate(items(), 1):
        clip = folder / "clips" / f"{item['id']}.opus"
        speak(item["text"], clip, serial)
        facts = {
            "clip": f"clips/{clip.name}",
            "sha256": hashlib.sha256(clip.read_bytes()).hexdigest(),
            "seconds": round(soundfile.info(clip).duration, 3),
        }
        lines.append(json.dumps(item | facts) + "\n")
    (folder / "items.jsonl").write_text("".join(lines), encoding="utf-8")


def differences(made: Path, committed: Path) -> list[str]:
    """Names of files that differ or exist on one side only."""
    names = {
        str(path.relative_to(root))
        for root in (made, committed)
        for path in (root / "items.jsonl", *(root / "clips").glob("*"))
        if path.exists()
    }
    return sorted(
        name
        for name in names
        if not (made / name).exists()
        or not (committed / name).exists()
        or (made / name).read_bytes() != (committed / name).read_bytes()
    )


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Make the clips of the quickstart suite.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    if not parser.parse_args().check:
        make(FOLDER)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch))
        found = differences(Path(scratch), FOLDER)
    sys.stdout.writelines(f"differs: {name}\n" for name in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
