"""Writes the group files of Dynamic-SUPERB from ``tasks/dynamic_superb/instances.yaml``.

Every data set is an inline task of a group file that includes the one template, so that 314 tasks need a
handful of files. ``leaderboards/dynamic_superb_instances.py`` holds the phase-1 tree, which the board may not read from
``tasks``. ``--check`` writes nothing and says whether the committed files are what this script makes (exit 1
if not).

    python scripts/make_dynamic_superb_yaml.py [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from label_aliases import EMOTION, PLACES

if TYPE_CHECKING:
    from tasks.dynamic_superb.instances import Instance

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tasks" / "dynamic_superb"
HEADER = "# Written by scripts/make_dynamic_superb_yaml.py from instances.yaml; edit those.\n"

DOMAINS = {
    "AUD": "audio",
    "CON": "content",
    "DEG": "degradation",
    "PAR": "paralinguistics",
    "SEM": "semantics",
    "SPK": "speaker",
}
RULES: dict[str, dict[str, dict[str, float]]] = {
    # rule: metric -> anchors
    "exact": {"accuracy": {}},
    "judged": {"judged_accuracy": {}},
    "wer": {"wer": {}},
    "wer_unmarked": {"wer": {}, "wer_marked": {}},
    "cer": {"cer": {}},
    "per": {"per": {}},
    "slots": {"slot_f1": {}, "slot_cer": {"floor": 1, "ceil": 0}},
    "bleu": {"corpus_bleu": {}},
    "number": {"mae": {}, "abstention_rate": {}},
    "decided": {"accuracy": {}, "macro_f1": {}, "mae": {}, "abstention_rate": {}},
    "none": {},
}
ANSWERS = {
    "exact": "option",
    "judged": "option",
    "wer": "transcript",
    "cer": "transcript",
    "number": "number",
}
TITLES = {
    "judged": "classification by judge",
    "wer": "word error rate",
    "cer": "character error rate",
    "per": "phoneme error rate",
    "slots": "slot types and values",
    "bleu": "BLEU",
    "number": "regression, strict reading only",
    "decided": "what its labels decide, strict reading only",
}
REASONS = {
    "audio_output": "the answer is audio, and the harness scores text",
    "unknown_metric": "its metric stands in the benchmark's instance.json, which could not be read",
    "diarization": "diarisation error rate needs the form in which a reply states speaker turns, which is not"
    " documented",
    "beats": "miss time with a penalty of 3 s is named as its metric, without a formula",
    "tags": "word error rate on tags is named as its metric, without the rule that separates tags from words",
    "code_switch": "recognition of mixed Mandarin and English: whether words or characters are counted is not"
    " documented",
}
PROTOCOLS = {
    "exact": "Phase 1: all clips in order, then the instruction with its options. Exact match of the stripped,"
    " lower-cased reply and the lower-cased label.",
    "judged": "Phase 2: a judge model sees instruction, label and reply, explains and says Result: YES or NO. No"
    " verdict is 0.",
    "sequence": "Phase 2: the metric of the set on the raw reply; no preamble is removed.",
    "number": "Phase 2: strict reading only. A reply must hold exactly one number; otherwise it counts with the"
    " error of the constant median, and abstention_rate gives the share of such replies.",
    "decided": "Phase 2: strict reading only, in the form that the labels of the whole split decide. A list of at most 100"
    " labels, each used twice or more on average: accuracy and macro-F1 of the only label that a reply names. Numbers:"
    " mean absolute error of the only number. Anything else: no value.",
    "none": "Listed for completeness; not run and not scored.",
}
ALIASES = {
    "Emotion": {key: forms for key, forms in EMOTION.items() if key not in ("joy", "neutrality")},
    "AccentdbExtended": {
        key: PLACES[key]
        for key in (
            "american",
            "australian",
            "bangla",
            "british",
            "indian",
            "malayalam",
            "odiya",
            "welsh",
        )
    },
}
"""Part of an instance's name -> aliases of its labels, in whatever form the data spells them."""
DEVIATIONS = {
    "exact": [
        "Label lists were never published: strict reading and chance level take them from the split at hand.",
    ],
    "judged": [
        "judge_classification.md states the published rules in our own words; snapshot and sampling of the paper's"
        " GPT-4o are unknown.",
        "Repeated labels are removed in first-seen order, upstream in any order.",
    ],
    "sequence": ["Metrics are assigned by kind of task; instance.json could not be read."],
    "number": [
        "No official reading: the prompt with which upstream reads the value is not public.",
        "Mean absolute error for all nine sets; the published metrics (MSE, correlations, median error) are known for"
        " two of them only.",
    ],
    "decided": [
        "The answer's form is taken from the split at hand, since no list of labels was published."
    ],
    "none": [],
}
SCORERS = {
    "exact": "official.1-strict.6",
    "wer": "official.2-strict.4",
    "number": "official.1-strict.6",
    "judged": "official.2-strict.4",
    "decided": "strict.7",
}
"""Version of the scoring by the rule of a group."""
COMMON_DEVIATION = "Default generation is greedy with 256 new tokens, without a system prompt."


def lalm(kind: str, rule: str) -> dict[str, Any]:
    """``metadata.lalm`` that the members of a group share."""
    judged = rule == "judged"
    return {
        "benchmark": "dynamic_superb",
        "title": "-",
        "items": None,
        **scores(rule),
        "groups": [],
        "cluster": "file",
        "answer": ANSWERS.get(rule, "text"),
        "null_response": "error",
        "scorer": SCORERS.get(rule, "official.1"),
        "doc_fields": ["file", "instruction", "text", "label"],
        "required_fields": ["label"],
        "licence": "differs per set: see its data set card",
        "reference": "https://arxiv.org/abs/2309.09510"
        if kind == "exact"
        else "https://arxiv.org/abs/2411.05361",
        "protocol": PROTOCOLS[kind],
        "deviations": [COMMON_DEVIATION, *DEVIATIONS[kind]],
        "templates": {
            "default": {},
            "qwen2_audio": {"description": "You are a helpful assistant."},
        },
        "default_template": "default",
        "clean": "none",
        "cost": {
            "judge_calls_per_item": int(judged),
            **({"tokens_per_judge_call": 450} if judged else {}),
        },
        "judge": {
            "model": "gpt-4o",
            "retires": {
                "date": "2027-01-14",
                "source": "OpenAI, deprecations of its API, as reported on 2026-11-29",
            },
            "prompt": "judge_classification.md",
            "sampling": {"temperature": 0, "max_tokens": 512},
            "samples": 1,
            "repeats_if_unparsed": 1,
            "parse": "dynamic_superb.3",
        }
        if judged
        else None,
    }


def scores(rule: str) -> dict[str, Any]:
    """What ``metadata.lalm`` says about the metrics of a rule."""
    names = list(RULES[rule])
    return {
        "official": []
        if rule in ("number", "decided")
        else [name for name in names if name != "wer_marked"],
        "judged": names if rule == "judged" else [],
        "anchors": RULES[rule],
    }


def flow(value: Any) -> str:
    """A value as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def metric_list(rule: str) -> str:
    """The metrics of a rule as one line of YAML."""
    from metrics.registry import find

    entries = [
        f"{{metric: {name}, aggregation: !function scoring.aggregate, higher_is_better: {flow(find(name).higher_is_better)}}}"
        for name in RULES[rule]
    ]
    return f"[{', '.join(entries)}]"


def member(entry: Instance, task: str, rule: str, title: str, group_rule: str) -> str:
    """One inline task."""
    facts: dict[str, Any] = {"title": title}
    if rule == "exact":
        for word, family in ALIASES.items():
            if word in entry.instance:
                facts["aliases"] = family
    kind = "wer_unmarked" if entry.norm == "canonical_unmarked" else rule
    if kind != group_rule:
        facts |= {**scores(kind), "answer": ANSWERS.get(rule, "text")}
    if entry.unsupported and rule == "decided":
        facts["deviations"] = [
            COMMON_DEVIATION,
            *DEVIATIONS["decided"],
            f"The official reading is unsupported: {REASONS[entry.unsupported]}.",
        ]
    elif entry.unsupported:
        facts["unsupported"] = REASONS[entry.unsupported]
    params: dict[str, Any] = {"data_set": entry.hf, "rule": rule}
    if entry.commit:
        params["commit"] = entry.commit
    if not entry.has_audio:
        params["has_audio"] = False
    if entry.norm:
        params["norm"] = entry.norm
    lines = [f"- task: {task}", f"  dataset_kwargs: {flow(params)}"]
    if kind != group_rule:
        lines.append(f"  metric_list: {metric_list(kind)}")
    lines.append(f"  metadata: {{lalm: {flow(facts)}}}")
    return "\n".join(lines)


def group_file(name: str, kind: str, rule: str, members: list[str]) -> str:
    """A group file with inline tasks."""
    lines = [
        f"{HEADER}include: _dynamic_superb.yaml",
        f"group: {name}",
        f"metric_list: {metric_list(rule)}",
        "metadata:",
        "  version: 1.0",
        "  lalm:",
        *(f"    {key}: {flow(value)}" for key, value in lalm(kind, rule).items()),
        "task:",
        *members,
    ]
    return "\n".join(lines) + "\n"


def names_file(name: str, members: list[str]) -> str:
    """A group file of groups."""
    return f"{HEADER}group: {name}\ntask: {flow(members)}\n"


def phase_2_title(entry: Instance, rule: str) -> str:
    """One line for ``tasks list``."""
    note = f" ({entry.note})" if entry.note else ""
    name = f" = {entry.name}" if entry.name else ""
    what = TITLES.get(rule, entry.kind if entry.kind != "audio" else "audio output")
    return f"phase 2, {what}: {entry.instance}{name}{note}"


def files() -> dict[Path, str]:
    """Every generated file: path -> content."""
    from tasks.dynamic_superb.instances import instances, task_id

    def phase_1(*, speech: bool) -> list[str]:
        return [
            member(
                entry,
                task_id(entry.instance),
                "exact",
                f"phase 1, {DOMAINS[entry.domain]}, {'seen' if entry.seen else 'unseen'}: {entry.instance}",
                "exact",
            )
            for entry in instances()
            if entry.domain and (entry.domain != "AUD") == speech
        ]

    parts: dict[str, list[str]] = {"judged": [], "wer": [], "number": [], "decided": [], "none": []}
    for entry in instances():
        rule = {"classification": "judged", "regression": "number"}.get(entry.kind, entry.metric)
        rule = rule or ("none" if entry.unsupported == "audio_output" else "decided")
        group_rule = rule if rule in parts else "wer"
        task = task_id(entry.instance, "phase2" if entry.domain else "")
        title = phase_2_title(entry, rule)
        parts[group_rule].append(member(entry, task, rule, title, group_rule))
    one, two = "dynamic_superb_phase1", "dynamic_superb_phase2"
    made = {
        f"{one}_speech48": group_file(f"{one}_speech48", "exact", "exact", phase_1(speech=True)),
        f"{one}_audio": group_file(f"{one}_audio", "exact", "exact", phase_1(speech=False)),
        one: names_file(one, [f"{one}_speech48", f"{one}_audio"]),
        f"{two}_classification": group_file(
            f"{two}_classification", "judged", "judged", parts["judged"]
        ),
        f"{two}_sequence": group_file(f"{two}_sequence", "sequence", "wer", parts["wer"]),
        f"{two}_regression": group_file(f"{two}_regression", "number", "number", parts["number"]),
        f"{two}_decided": group_file(f"{two}_decided", "decided", "decided", parts["decided"]),
        two: names_file(
            two,
            [f"{two}_{part}" for part in ("classification", "sequence", "regression", "decided")],
        ),
        "dynamic_superb": names_file("dynamic_superb", [one, two]),
        "dynamic_superb_unsupported": group_file(
            "dynamic_superb_unsupported", "none", "none", parts["none"]
        ),
    }
    return {
        **{FOLDER / f"{name}.yaml": content for name, content in made.items()},
        ROOT / "leaderboards" / "dynamic_superb_instances.py": tree(),
    }


def tree() -> str:
    """The phase-1 tree as a module."""
    from tasks.dynamic_superb.instances import instances, task_id

    judged = sum(
        entry.kind == "classification" or entry.metric == "judged" for entry in instances()
    )
    lines = [
        '"""The 55 phase-1 instances of Dynamic-SUPERB: domain, and whether the official baselines were trained on them.',
        "",
        "Written by scripts/make_dynamic_superb_yaml.py from tasks/dynamic_superb/instances.yaml; edit those.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        f"DOMAINS: Final = {json.dumps(DOMAINS)}",
        '"""Domain code -> name."""',
        "",
        "PHASE_1: Final[dict[str, tuple[str, bool]]] = {",
        *(
            f"    {json.dumps(task_id(entry.instance))}: ({json.dumps(entry.domain)}, {entry.seen}),"
            for entry in instances()
            if entry.domain
        ),
        "}",
        '"""Task -> domain code, seen."""',
        "",
        f"PHASE_2_JUDGED: Final = {judged}",
        '"""Sets of phase 2 that a judge classifies."""',
    ]
    return _formatted("\n".join(lines) + "\n")


def _formatted(source: str) -> str:
    import subprocess

    return subprocess.run(
        [sys.executable, "-m", "ruff", "format", "-q", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout


def main() -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 on a difference"
    )
    check = parser.parse_args().check
    different = []
    for path, content in files().items():
        if path.is_file() and path.read_text(encoding="utf-8") == content:
            continue
        different.append(path.name)
        if not check:
            path.write_text(content, encoding="utf-8")
    for name in different:
        sys.stdout.write(f"{'differs' if check else 'written'}: {name}\n")
    return int(check and bool(different))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
