"""The systems that are compared: how each is installed, given the items, started, and started again after a kill.

A command has placeholders for what differs from machine to machine; :meth:`System.shown` leaves them as they are, so that the table says
what was run. Flags of a peer are those that its documentation names for a local endpoint, the same limit in flight, and no progress bar.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers.items import write_lines
from tests.support.runs.toy import FLAGS

Items = Sequence[dict[str, Any]]
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def nothing(items: Items, folder: Path, audio: bool) -> None:
    """Write no items: the system reads the clips themselves."""


@dataclass(frozen=True)
class System:
    """One system.

    Attributes:
        name: shown in the table.
        distribution: whose version is shown; None for a script of ours.
        command: words with ``{python}``, ``{bin}``, ``{url}``, ``{in_flight}``, ``{items}``, ``{clips}``, ``{data}``, ``{out}``.
        requires: what its environment is made of; empty for the environment of this process.
        write: writes the items into a folder in the system's own form, with or without the audio.
        resume: words that start it again on what a killed one left; None where that is the same command.
        environment: more variables, with the same placeholders.
        keeps: whether it claims to keep what is finished, so that a kill is worth a try.
        text_form: whether it is tried without the audio where it does not run with it.
    """

    name: str
    distribution: str | None
    command: tuple[str, ...]
    requires: tuple[str, ...] = ()
    write: Callable[[Items, Path, bool], None] = nothing
    resume: tuple[str, ...] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    keeps: bool = True
    text_form: bool = False

    def shown(self) -> str:
        """The command as the table has it."""
        words = " ".join(self.command).replace(f"{ROOT}/", "")
        return words.replace("{{", "{").replace("}}", "}")


def inspect_items(items: Items, folder: Path, _: bool) -> None:
    """Write JSON lines, and the task that reads them: its command wants a path relative to where it runs."""
    write_lines(folder / "items.jsonl", list(items))
    shutil.copy(HERE / "inspect_task.py", folder)


def lm_eval_items(items: Items, folder: Path, audio: bool) -> None:
    """Write JSON lines and a task YAML that names the clip in ``doc_to_audio``."""
    lines = [dict(item, audio=[item["audio"]]) for item in items]
    data = write_lines(folder / "items.jsonl", lines)
    task = {
        "task": "peers",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(data)}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "{{question}}",
        "doc_to_target": "{{answer}}",
        "generation_kwargs": {"until": [], "do_sample": False, "max_gen_toks": 16},
        "metric_list": [{"metric": "exact_match"}],
        "metadata": {"version": 1.0},
    }
    if audio:
        task["doc_to_audio"] = "audio"
    (folder / "peers.yaml").write_text(json.dumps(task), encoding="utf-8")  # JSON is YAML


def evalscope_items(items: Items, folder: Path, _: bool) -> None:
    """Write JSON lines in the form of ``general_vqa``: a message with a placeholder, and the clip in a column."""
    write_lines(
        folder / "items.jsonl",
        [
            {
                "messages": [{"role": "user", "content": f"<audio 1>{item['question']}"}],
                "audio_1": item["audio"],
                "answer": item["answer"],
            }
            for item in items
        ],
    )


LMMS_FUNCTIONS = '''"""Functions of the task."""


def clip(doc):
    return [doc["audio"]]


def question(doc, lmms_eval_specific_kwargs=None):
    return doc["question"]
'''


def lmms_items(items: Items, folder: Path, _: bool) -> None:
    """Write JSON lines, a task YAML and its functions; the clip is a path, which its older model class sends as audio."""
    data = write_lines(folder / "items.jsonl", list(items))
    (folder / "functions.py").write_text(LMMS_FUNCTIONS, encoding="utf-8")
    (folder / "peers.yaml").write_text(
        f"""task: peers
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: generate_until
doc_to_visual: !function functions.clip
doc_to_text: !function functions.question
doc_to_target: answer
generation_kwargs: {{max_new_tokens: 16, temperature: 0, do_sample: false}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
metadata: {{version: 0.0}}
""",
        encoding="utf-8",
    )


BARE = System(
    "bare aiohttp client",
    None,
    ("{python}", "-m", "benchmarks.peers.bare", "{url}", "{clips}", "{items}", "{in_flight}"),
    keeps=False,
)
OURS = System(
    "lalm-harness",
    "lalm-harness",
    (
        *("{python}", "-m", "harness", "evaluate", "openai:m", "-t", "toy", "-o", "{out}/run"),
        *("--quiet", *FLAGS, "-M", "base_url={url},concurrency={in_flight}"),
    ),
    environment={"TOY_ITEMS": "{items}", "TOY_AUDIO": "{clips}"},
)
INSPECT = System(
    "inspect_ai",
    "inspect-ai",
    (
        *("{bin}/inspect", "eval", "data/inspect_task.py", "-T", "data={data}/items.jsonl"),
        *("--model", "openai-api/local/m", "--max-connections", "{in_flight}"),
        *("--max-samples", "{in_flight}", "--adaptive-connections", "false"),
        *("--no-log-images", "--display", "none", "--log-dir", "{out}/logs"),
    ),
    ("inspect-ai==0.3.285", "openai"),
    inspect_items,
    (
        *("{bin}/inspect", "eval-retry", "{out}/logs/*.eval", "--max-connections", "{in_flight}"),
        *("--max-samples", "{in_flight}", "--adaptive-connections", "false"),
        *("--no-log-images", "--display", "none", "--log-dir", "{out}/logs"),
    ),
    {"LOCAL_API_KEY": "none", "LOCAL_BASE_URL": "{url}"},
)
LM_EVAL = System(
    "lm-eval",
    "lm-eval",
    (
        *("{python}", "-m", "lm_eval", "run", "--model", "local-chat-completions", "--model_args"),
        "model=m,base_url={url}/chat/completions,num_concurrent={in_flight},tokenized_requests=False",
        *("--tasks", "peers", "--include_path", "{data}", "--apply_chat_template"),
        *("--output_path", "{out}/results", "--log_samples", "--use_cache", "{out}/cache"),
    ),
    ("lm-eval[api]==0.4.13",),
    lm_eval_items,
    environment={"OPENAI_API_KEY": "none"},
    text_form=True,
)
EVALSCOPE_COMMAND = (
    *("{bin}/evalscope", "eval", "--model", "m", "--api-url", "{url}", "--api-key", "none"),
    *("--eval-type", "openai_api", "--datasets", "general_vqa", "--dataset-args"),
    '{{"general_vqa": {{"local_path": "{data}", "subset_list": ["items"]}}}}',
    *("--eval-batch-size", "{in_flight}", "--generation-config"),
    '{{"max_tokens": 16, "temperature": 0}}',
)
EVALSCOPE = System(
    "evalscope",
    "evalscope",
    (*EVALSCOPE_COMMAND, "--work-dir", "{out}/work", "--no-timestamp"),
    ("evalscope==1.14.1",),
    evalscope_items,
    (*EVALSCOPE_COMMAND, "--work-dir", "{out}/work", "--use-cache", "{out}/work"),
)
LMMS_EVAL = System(
    "lmms-eval",
    "lmms-eval",
    (
        *("{python}", "-m", "lmms_eval", "--model", "openai", "--force_simple", "--model_args"),
        "model=m,base_url={url},num_concurrent={in_flight},timeout=60",
        *("--tasks", "peers", "--include_path", "{data}", "--batch_size", "1"),
        *("--output_path", "{out}/results", "--log_samples", "--use_cache", "{out}/cache"),
    ),
    ("lmms-eval==0.7.3",),
    lmms_items,
    environment={"OPENAI_API_KEY": "none"},
)
SYSTEMS = (BARE, OURS, LM_EVAL, INSPECT, EVALSCOPE, LMMS_EVAL)


def fill(words: Sequence[str], python: Path | None, **values: object) -> list[str]:
    """Fill placeholders in; a ``*`` in the last part of a path is expanded, the newest file first and alone.

    Args:
        words: of a command.
        python: interpreter of the system's environment; None for that of this process.
        values: ``url``, ``in_flight``, ``items``, ``clips``, ``data``, ``out``.
    """
    interpreter = python or Path(sys.executable)
    filled = []
    for word in words:
        text = word.format(python=interpreter, bin=interpreter.parent, **values)
        if text.startswith("/") and "*" in Path(text).name:
            path = Path(text)
            found = sorted(path.parent.glob(path.name), key=lambda one: one.stat().st_mtime)
            text = str(found[-1]) if found else text
        filled.append(text)
    return filled
