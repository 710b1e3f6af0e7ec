"""A judged run in small: documents, replies and judges for tests of the judge stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.servers.chaos_server import user_text

TASK = "sakura_animal_single"
MODEL = "gpt-4o-2024-11-20"


def document(number: int) -> dict[str, Any]:
    """A SAKURA document."""
    return {
        "file": f"clip-{number:05}.wav",
        "attribute_label": "dog",
        "single_instruction": f"Which animal is heard in clip {number}? (a) cat (b) dog",
        "single_answer": "(b) dog",
        "multi_instruction": "Which sound does it make? (a) woof (b) meow",
        "multi_answer": "(a) woof",
    }


def responses(path: Path, count: int, **special: Any) -> Path:
    """A responses file with ``count`` items; ``special`` maps ``iNUMBER`` to a response."""
    records = [
        {
            "id": f"item-{number}",
            "doc": document(number),
            "response": special.get(
                f"i{number}", f"It is a {'dog' if number % 3 else 'cat'}, I think."
            ),
        }
        for number in range(count)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def sakura_judge(body: Mapping[str, Any]) -> str:
    """A judge that finds the dog, and is unreadable about every eleventh request."""
    text = user_text(body)
    digest = hashlib.sha256(text.encode()).digest()
    if digest[0] % 11 == 0:
        return "I would rather not say."
    inside = text.rpartition("[BEGIN MODEL OUTPUT")[2]
    verdict = "correct" if "dog" in inside else "incorrect"
    return f"Explanation: it says what it says.\nJudgement: {verdict}"


def arguments(file: Path, run: Path, base_url: str, *more: str | Path) -> tuple[str | Path, ...]:
    """``harness score FILE`` with a live judge."""
    judge = ("--judge", f"openai:{MODEL}", "-J", f"base_url={base_url}", "-J", "timeout=1")
    return ("score", TASK, file, "-o", run, "--quiet", *judge, *more)


def lines(run: Path, *, canaries: bool = False) -> list[dict[str, Any]]:
    """Lines of ``judgements.jsonl``."""
    raw = (run / "judgements.jsonl").read_bytes().split(b"\n")[:-1]
    found = [json.loads(line) for line in raw]
    return [line for line in found if canaries or not str(line["id"]).startswith("canary:")]


def derived(run: Path) -> dict[str, Any]:
    """What a run amounts to, apart from times: results and the verdict texts of every item."""
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    replies = sorted((line["id"], line["vote"], line["reply"]) for line in lines(run))
    return {"results": results, "replies": replies}


JUDGED = Path(__file__).resolve().parents[2] / "fixtures" / "judged"


def toy_judge(body: Mapping[str, Any]) -> str:
    """A judge of the judged toy task: right if the answer is in the reply; now and then unreadable."""
    text = user_text(body)
    digest = hashlib.sha256(text.encode()).digest()
    if digest[0] % 11 == 0:
        return "I would rather not say."
    answer = text.partition("Ground truth answer: ")[2].partition("\n")[0]
    reply = text.rpartition("[BEGIN MODEL OUTPUT")[2].partition("\n")[2].partition("\n[END")[0]
    verdict = "correct" if answer == reply else "incorrect"
    return f"Explanation: compared.\nJudgement: {verdict}"


def evaluate_arguments(
    model: str, run: Path, base_url: str, *more: str | Path
) -> tuple[str | Path, ...]:
    """``harness evaluate`` on the judged toy task."""
    task = ("-t", "judged", "--include-path", str(JUDGED), "--trust-task-code")
    return (
        "evaluate",
        model,
        *task,
        "-o",
        run,
        "-J",
        f"base_url={base_url}",
        "-J",
        "timeout=1",
        *more,
    )


def lenient_judge(body: Mapping[str, Any]) -> str:
    """A new judge: finds the dog, passes one wrong reply of five, and misses one right reply of ten."""
    text = user_text(body)
    draw = hashlib.sha256(text.encode()).digest()[1] / 256
    right = "dog" in text.rpartition("[BEGIN MODEL OUTPUT")[2]
    verdict = draw >= 0.1 if right else draw < 0.2
    return f"Explanation: x\nJudgement: {'correct' if verdict else 'incorrect'}"


def tossing_judge(body: Mapping[str, Any]) -> str:
    """A judge that looks at nothing."""
    draw = hashlib.sha256(user_text(body).encode()).digest()[2]
    return f"Explanation: x\nJudgement: {'correct' if draw % 2 else 'incorrect'}"


def officially_judged(
    path: Path, model: str, rate: float, count: int = 120, known: int = -1
) -> Path:
    """Replies of a model with those of the official judge, all of them or the first ``known``; a share of them is right."""
    rows = []
    for n in range(count):
        draw = hashlib.sha256(f"{model} {n}".encode()).digest()[0] / 256
        row = {
            "id": f"item-{n}",
            "doc": document(n),
            "response": f"{model}: a {'dog' if draw < rate else 'cat'}",
        }
        if known < 0 or n < known:
            row["judge_reply"] = (
                f"Explanation: x\nJudgement: {'correct' if draw < rate else 'incorrect'}"
            )
        rows.append(row)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
