"""Writes the task and group YAML of LLaSO-Eval from ``tasks/llaso_eval/sets.yaml``.

One file per data set; what varies between them are size, anchors and metrics, everything else stands in
the ``_*.yaml`` fragments. lm-eval merges includes shallowly, so the metadata is written out in full.
``--check`` writes nothing and says whether the committed files are what this script makes (exit 1 if not).

    python scripts/make_llaso_yaml.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from label_aliases import aliases_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tasks" / "llaso_eval"

NAMES = {
    "AC": "accent",
    "AQA": "audio question answering",
    "AR": "age",
    "ASR": "speech recognition",
    "EE": "entity extraction",
    "EIE": "emotion intensity",
    "ER": "emotion",
    "IC": "musical instrument",
    "IP": "intent",
    "ISC": "instrument source",
    "PP": "pitch as MIDI number",
    "PR": "phonemes in IPA",
    "PSSL": "pronunciation scores of a sentence",
    "PSWL": "pronunciation scores of words",
    "SCR": "spoken command",
    "SGC": "speaker gender",
    "SSD": "synthetic or real speech",
    "SV": "which of six series characters speaks",
    "VC": "note velocity",
    "VSC": "vocal sound",
}
PROTOCOLS = {
    "closed": "Accuracy is exact match or the only label contained in the reply; abstention_rate is the share of"
    " replies that do not name exactly one label; strict is the label that the reply commits to, under the declared"
    " aliases.",
    "transcript": "Corpus WER and CER without text normalisation, reference and answer swapped as shipped; strict is"
    " the right order on lower-cased text without punctuation.",
    "command": "Corpus WER and CER as for ASR, and a judge score from 1 to 5.",
    "phonemes": "Mean phoneme error rate over merged letters A-Z, reference and answer swapped as shipped; strict is a"
    " corpus rate over IPA code points in the right order.",
    "number": "Mean absolute error over the replies in which the official parser finds a number; strict counts every"
    " item, an unparsed one with the error of the constant median.",
    "judged": "A judge model compares reply and reference, without the question, and gives 1 to 5; mean.",
    "pronunciation": "Judge score from 1 to 5, and exact match of the three scores in the reply: official over items"
    " where both sides parse, strict over all with a readable reference.",
}
DEVIATIONS = [
    "Default generation is greedy with 512 new tokens; no limit is documented.",
    "The published overall score (0.72) and the claimed 15,044 items cannot be reproduced and are not claimed.",
]
JUDGE_DEVIATION = "judge_prompt.md follows the documented form in our own words; the rule that reads the score is ours, as none ships."
JUDGE = {
    "model": "gpt-4o-mini",
    "retires": {
        "date": "2027-01-14",
        "source": "OpenAI, deprecations of its API, as reported on 2026-11-29",
    },
    "prompt": "judge_prompt.md",
    "sampling": {"temperature": 0.1, "max_tokens": 4096},
    "samples": 1,
    "repeats_if_unparsed": 1,
    "parse": "llaso.3",
}


def fragment(metrics: list[str]) -> str:
    """The family of a data set, by its metrics."""
    if "exact_accuracy" in metrics:
        return "pronunciation"
    if "wer" in metrics:
        return "command" if "judge_score" in metrics else "transcript"
    return {"accuracy": "closed", "per": "phonemes", "mae": "number", "judge_score": "judged"}[
        metrics[0]
    ]


def anchors(facts: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Normalisation anchors by metric."""
    from metrics.registry import JUDGE_SCALE

    special: dict[str, dict[str, float]] = {
        "judge_score": dict(zip(("floor", "ceil"), map(int, JUDGE_SCALE), strict=True))
    }
    if "chance" in facts:
        special["accuracy"] = {"chance": facts["chance"]}
    if "mae_ref" in facts:
        special["mae"] = {"mae_ref": facts["mae_ref"]}
    return {metric: special.get(metric, {}) for metric in facts["metrics"]}


def scorer(family: str, metrics: list[str]) -> str:
    """Version of the scoring code: the strict reading of closed answers and numbers is the sixth, of judge replies the fifth, of texts the third."""
    strict = (
        6 if family == "number" or "accuracy" in metrics else 5 if "judge_score" in metrics else 3
    )
    return f"official.2-strict.{strict}"


def task_file(task: str, file: str, facts: dict[str, Any]) -> str:
    """Content of one task YAML."""
    family = fragment(facts["metrics"])
    judged = "judge_score" in facts["metrics"]
    answers = {"closed": "option", "transcript": "transcript", "command": "transcript"}
    cost = {"tokens_per_judge_call": 400 if facts["task"] == "AQA" else 250}
    lalm = {
        "benchmark": "llaso_eval",
        "title": f"{facts['task']}, {NAMES[facts['task']]}: {file.removesuffix('_test')}, {facts['modality']}",
        "items": facts["n"],
        "official": facts["metrics"],
        "judged": ["judge_score"] if judged else [],
        "groups": [],
        "cluster": "_cluster",
        "answer": "number" if family == "number" else answers.get(family, "text"),
        "null_response": "empty",
        "scorer": scorer(family, facts["metrics"]),
        "doc_fields": ["voice", "conversations", "reference"],
        "required_fields": ["conversations|reference"],
        "anchors": anchors(facts),
        "licence": "data CC-BY-NC-4.0 (card), code Apache-2.0; source corpora keep their own terms",
        "reference": "https://arxiv.org/abs/2508.15418",
        "protocol": PROTOCOLS[family],
        "deviations": [*DEVIATIONS, *([JUDGE_DEVIATION] if judged else [])],
        "templates": {"default": {}},
        "default_template": "default",
        "clean": "none",
        "cost": {"judge_calls_per_item": int(judged), **(cost if judged else {})},
        "judge": JUDGE if judged else None,
    }
    aliases = aliases_of(list(facts.get("labels", {})))
    if aliases:
        lalm["aliases"] = aliases
    content = {
        "include": f"_{family}.yaml",
        "task": task,
        "dataset_kwargs": {"file": file},
        "metadata": {"version": 1.0, "lalm": lalm},
    }
    return _HEADER + yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110
    )


_HEADER = "# Written by scripts/make_llaso_yaml.py from sets.yaml; edit those.\n"


class _Dumper(yaml.SafeDumper):
    """Plain YAML without anchors and aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def files() -> dict[str, str]:
    """Every generated file: name -> content."""
    from tasks.llaso_eval.sets import task_id

    sets = yaml.safe_load((FOLDER / "sets.yaml").read_text(encoding="utf-8"))
    ids = {file: task_id(file) for file in sets}
    made = {f"{ids[file]}.yaml": task_file(ids[file], file, facts) for file, facts in sets.items()}
    group = {"group": "llaso_eval", "task": list(ids.values())}
    made["llaso_eval.yaml"] = _HEADER + yaml.dump(group, Dumper=_Dumper, sort_keys=False)
    return made


def main() -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 on a difference"
    )
    check = parser.parse_args().check
    different = []
    for name, content in files().items():
        path = FOLDER / name
        if path.is_file() and path.read_text(encoding="utf-8") == content:
            continue
        different.append(name)
        if not check:
            path.write_text(content, encoding="utf-8")
    for name in different:
        sys.stdout.write(f"{'differs' if check else 'written'}: {name}\n")
    return int(check and bool(different))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
