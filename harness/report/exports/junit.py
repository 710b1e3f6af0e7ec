"""A run as JUnit XML, for the test page of a CI: a suite per task, a case per item and repeat.

A case fails where the first metric of its task says 0 in the strict reading; an item that failed is an error, one that was not judged is skipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from harness.core import inert
from harness.core.scoring import Reading
from harness.run.files import SampleRecord
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView
from metrics.registry import METRICS

ABOUT: Final = "a suite per task and a case per item, for the test page of a CI"
SUFFIX: Final = ".xml"
NEEDS_METRICS: Final = True
"""Facts of metrics are looked up, also of those that a task registers."""
_READING: Final[Reading] = "strict"
_MOST: Final = 2_000


def write(view: RunView, path: Path) -> None:
    """Write the items of a run as test cases."""
    root = ElementTree.Element("testsuites", name=_clean(view.name))
    suites: dict[str, ElementTree.Element] = {}
    counts: dict[str, dict[str, int]] = {}
    for sample in view.samples():
        name = sample["task"]
        if name not in suites:
            suites[name] = ElementTree.SubElement(root, "testsuite", name=_clean(name))
            counts[name] = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
        kind = _case(suites[name], sample)
        counts[name]["tests"] += 1
        if kind is not None:
            counts[name][kind] += 1
    for name, suite in suites.items():
        for key, count in counts[name].items():
            suite.set(key, str(count))
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(count[key] for count in counts.values())))
    ElementTree.indent(root)
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    write_atomically(path, [content], private=True)


def _case(suite: ElementTree.Element, sample: SampleRecord) -> str | None:
    """Add a test case; return what it counts as besides a test."""
    repeat = f" #{sample['repeat']}" if sample["repeat"] else ""
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_clean(sample["task"]),
        name=_clean(f"{sample['id']}{repeat}"),
        time=f"{sample['seconds']:.3f}",
    )
    if sample["outcome"] == "error" and sample["error"] is not None:
        error = sample["error"]
        ElementTree.SubElement(
            case, "error", type=_clean(error["kind"]), message=_clean(error["message"])
        )
        return "errors"
    metric, score = _score(sample)
    if metric is None:
        ElementTree.SubElement(case, "skipped", message="not judged")
        return "skipped"
    if score is not None and not _is_wrong(metric, score):
        return None
    text = f"reference: {sample['reference']!r}\nreply: {sample.get('response')!r}"
    failure = ElementTree.SubElement(case, "failure", message=_clean(f"{metric} {score:g}"))
    failure.text = _clean(text)
    return "failures"


def _score(sample: SampleRecord) -> tuple[str | None, float | None]:
    for metric, readings in sample["scores"].items():
        score = readings.get(_READING)
        if score is not None:
            return metric, score
    return None, None


def _is_wrong(metric: str, score: float) -> bool:
    """Return whether a score is the worst on a scale of shares, or any error at all."""
    return score <= 0 if METRICS[metric].higher_is_better else score > 0


def _clean(text: Any) -> str:
    return inert.xml(str(text)[:_MOST])
