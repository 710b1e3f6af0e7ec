"""Tasks of lm-eval over local files, and local stand-ins for the data sets of its own tasks."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

SUMS = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/test.jsonl, train: {folder}/train.jsonl}}}}
output_type: generate_until
training_split: train
fewshot_split: train
test_split: test
description: "Add the numbers.\\n\\n"
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_target: "{{{{answer}}}}"
num_fewshot: {shots}
generation_kwargs: {{until: ["Question:"], do_sample: false, temperature: 0.0, max_gen_toks: 8}}
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
    ignore_case: true
    regexes_to_ignore: [",", "(?s).*#### "]
filter_list:
  - name: strict-match
    filter: [{{function: regex, regex_pattern: "#### ([0-9]+)"}}, {{function: take_first}}]
  - name: flexible-extract
    filter: [{{function: regex, group_select: -1, regex_pattern: "([0-9]+)"}}, {{function: take_first}}]
metadata: {{version: 3.0}}
"""
SUBJECTS = (
    *("biology", "business", "chemistry", "computer science", "economics", "engineering", "health"),
    *("history", "law", "math", "other", "philosophy", "physics", "psychology"),
)
ECHO = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/said.jsonl}}}}
output_type: generate_until
test_split: test
doc_to_text: prompt
doc_to_target: said
generation_kwargs: {{until: ["\\n\\n"], do_sample: false, max_gen_toks: 6}}
metadata: {{version: 1}}
"""


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_sums(folder: Path, *, name: str = "sums", shots: int = 3) -> Path:
    """Write a task with drawn examples, a description and two filters, and its data; return its folder."""
    pairs = [(a, b) for a in range(3) for b in range(4)]
    rows = [{"question": f"{a} + {b}?", "answer": f"{a} and {b}\n#### {a + b}"} for a, b in pairs]
    write_rows(folder / "test.jsonl", rows)
    drawn = [{"question": f"{a} + {a}?", "answer": f"say\n#### {2 * a}"} for a in range(20)]
    write_rows(folder / "train.jsonl", drawn)
    (folder / f"{name}.yaml").write_text(SUMS.format(name=name, folder=folder, shots=shots))
    return folder


def write_echo(folder: Path, said: Mapping[str, str], *, name: str = "said") -> Path:
    """Write a task whose right replies are given, by prompt, and its data; return its folder."""
    rows = [{"prompt": prompt, "said": reply} for prompt, reply in said.items()]
    write_rows(folder / "said.jsonl", rows)
    (folder / f"{name}.yaml").write_text(ECHO.format(name=name, folder=folder))
    return folder


def write_stand_ins(folder: Path) -> Path:
    """Write data sets with the names and columns of GSM8K, IFEval and MMLU-Pro; return their folder."""
    rows = [
        {"question": f"What is {n} plus 1?", "answer": f"It is\n#### {n + 1}"} for n in range(8)
    ]
    gsm8k = folder / "openai" / "gsm8k" / "main"
    write_rows(gsm8k / "test.jsonl", rows)
    write_rows(gsm8k / "train.jsonl", [{**one, "answer": "Yes\n#### 1"} for one in rows])
    orders = [
        ("Answer without a comma.", "punctuation:no_comma"),
        ("Answer in small letters.", "change_case:english_lowercase"),
        ("Answer in capitals.", "change_case:english_capital"),
    ]
    ifeval = [
        {
            "key": 1000 + n,
            "prompt": f"{text} Item {n}.",
            "instruction_id_list": [kind, "punctuation:no_comma"],
            "kwargs": [{}, {}],
        }
        for n, (text, kind) in enumerate(orders * 3)
    ]
    write_rows(folder / "google" / "IFEval" / "train.jsonl", ifeval)
    questions = [
        {
            "question": f"Which letter has number {n}?",
            "options": ["one", "two", "three"],
            "answer": "ABC"[n % 3],
            "category": SUBJECTS[n % len(SUBJECTS)],
            "cot_content": "A: Let's think step by step. The answer is (B).",
        }
        for n in range(10 * len(SUBJECTS))
    ]
    for split in ("test", "validation"):
        write_rows(folder / "TIGER-Lab" / "MMLU-Pro" / f"{split}.jsonl", questions)
    return folder


@contextlib.contextmanager
def hub_is(folder: Path) -> Iterator[None]:
    """Let lm-eval itself find the data sets of a folder where it would ask the hub."""
    import datasets

    patch = pytest.MonkeyPatch()
    load = datasets.load_dataset

    def local(path: str, name: str | None = None, **more: Any) -> Any:
        copy = folder / path / (name or "")
        return load(str(copy)) if copy.is_dir() else load(path, name, **more)

    patch.setattr(datasets, "load_dataset", local)
    try:
        yield
    finally:
        patch.undo()


def plain_lm_eval(
    model: Any, tasks: Sequence[str], include_path: Path, **more: Any
) -> dict[str, Any]:
    """Run plain lm-eval: its results and samples."""
    import lm_eval.models  # noqa: F401
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.tasks import TaskManager

    found: dict[str, Any] = simple_evaluate(
        model=model,
        tasks=list(tasks),
        task_manager=TaskManager(include_path=str(include_path), include_defaults=False),
        bootstrap_iters=0,
        log_samples=True,
        **more,
    )
    return found
