"""``harness compare A B --control``: which items a model gets right without listening, and what may explain it.

A is a run, B one of the same model without audio. An item is right if its score of the first metric of its task is the best there is. What is
said about an item is what the two runs show, not a cause: the reply is the one that the model gives to many items without audio; the right answer
is the most frequent one of the task; or neither, so question and options gave it away, or luck did. How many items luck explains is chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from harness.comparison.two_runs.reading import prompt_text
from harness.core import inert
from harness.errors import UsageError
from harness.report.listening import gain_text, gains_of
from harness.run.reader import RunView
from leaderboards.listening.gain import UNHEARD, Gain, control_of
from metrics.registry import find

_HABIT: Final = 0.25
"""Share of the items of a task to which a model gives one reply without audio, from which on it is a habit."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """An item that is right without audio.

    Attributes:
        id: its id.
        repeat: number of the reply.
        prompt: the prompt that was sent without audio.
        reference: the right answer.
        response: the reply without audio.
        heard: the reply with audio.
        right_heard: whether that is right too.
        why: what the runs show.
    """

    id: str
    repeat: int
    prompt: str
    reference: str
    response: str
    heard: str
    right_heard: bool
    why: str


@dataclass(frozen=True, slots=True)
class TaskListening:
    """One task with audio and without.

    Attributes:
        gain: value, value without audio, their difference.
        both: replies that are right in both runs.
        heard: right with audio alone.
        misled: right without audio alone.
        neither: right in no run.
        guessed: replies that guessing would get right, ``None`` where chance is not known.
        items: those that are right without audio.
    """

    gain: Gain
    both: int
    heard: int
    misled: int
    neither: int
    guessed: float | None
    items: tuple[Unheard, ...]


@dataclass(frozen=True)
class Listening:
    """A run set against the same model's run without audio."""

    name: str
    other: str
    tasks: tuple[TaskListening, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        tasks = []
        for one in self.tasks:
            plain = asdict(one)
            gain = plain.pop("gain")
            del gain["shares"]
            tasks.append({**gain, **plain})
        return {"run": self.name, "without_audio": self.other, "tasks": tasks}

    def lines(self, items: int = 5) -> Iterator[str]:
        """Yield the report for people, with this many items of each task."""
        yield f"{self.name} with audio, {self.other} without"
        for one in self.tasks:
            yield ""
            yield from _lines(one, items)


def listening(view: RunView, other: RunView, tasks: list[str] | None = None) -> Listening:
    """Set a run against the same model's run without audio.

    Args:
        view: the run.
        other: the run without audio.
        tasks: names or benchmarks; default: all that both have.

    Raises:
        UsageError: another model, or no task that ran without audio and otherwise alike.
        InputFileError: a samples file is missing or damaged.
    """
    if view.manifest["model"]["fingerprint"] != other.manifest["model"]["fingerprint"]:
        raise UsageError(
            f"{view.name} and {other.name} are runs of different models",
            where="--control",
            hint="the second run is of the same model, with harness evaluate … --control no-audio",
        )
    found: dict[str, Gain] = {}
    for gain in gains_of(view, [other]):
        wanted = tasks is None or {gain.task, view.tasks[gain.task]["benchmark"]} & {*tasks}
        if wanted and _counts_items(gain):
            found.setdefault(gain.task, gain)
    if not found:
        there = sorted(
            {control_of(task["signature_parts"]) or "as it is" for task in other.tasks.values()}
        )
        raise UsageError(
            f"no task of {view.name} ran without audio and otherwise alike in {other.name} ({', '.join(there)})",
            where="--control",
            hint=f"the second run has --control {' or '.join(UNHEARD)}; compare other runs without --control",
        )
    heard = _replies(view, found)
    bare = _replies(other, found)
    made = tuple(_task(gain, heard[task], bare[task]) for task, gain in found.items())
    return Listening(view.name, other.name, made)


def _counts_items(gain: Gain) -> bool:
    return find(gain.metric).family in ("proportion", "mean", "ratio", "error")


_Key = tuple[str, int]


@dataclass(slots=True)
class _Reply:
    id: str
    response: str
    reference: str
    prompt: str
    right: bool


_Replies = dict[_Key, _Reply]


def _replies(view: RunView, gains: Mapping[str, Gain]) -> dict[str, _Replies]:
    found: dict[str, _Replies] = {task: {} for task in gains}
    for record in view.samples():
        gain = gains.get(record["task"])
        if gain is None:
            continue
        score = record["scores"].get(gain.metric, {}).get("strict")
        if score is None:
            continue
        best = 1.0 if find(gain.metric).higher_is_better else 0.0
        found[gain.task][record["item_key"], record["repeat"]] = _Reply(
            str(record["id"]),
            str(record.get("response") or ""),
            _plain(record["reference"]),
            prompt_text(record["messages"]),
            score == best,
        )
    return found


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " | ".join(map(_plain, value))
    return "" if value is None else str(value)


def _task(gain: Gain, heard: _Replies, bare: _Replies) -> TaskListening:
    shared = [(key, one, bare[key]) for key, one in heard.items() if key in bare]
    said = Counter(_form(other.response) for _, _, other in shared)
    answers = Counter(one.reference for _, one, _ in shared)
    counts = Counter((one.right, other.right) for _, one, other in shared)
    items = tuple(
        Unheard(
            one.id,
            key[1],
            other.prompt,
            one.reference,
            other.response,
            one.response,
            one.right,
            _why(other, said, answers, len(shared)),
        )
        for key, one, other in shared
        if other.right
    )
    return TaskListening(
        gain,
        counts[True, True],
        counts[True, False],
        counts[False, True],
        counts[False, False],
        None if gain.chance is None else gain.chance * len(shared),
        items,
    )


def _why(reply: _Reply, said: Counter[str], answers: Counter[str], n: int) -> str:
    times = said[_form(reply.response)]
    if n > 1 and times > 1 and times >= _HABIT * n:
        return f"a habit: the reply to {times} of {n} items without audio"
    most = max(answers.values())
    if most > 1 and answers[reply.reference] == most and most * len(answers) > 1.5 * n:
        return f"the most frequent answer: right for {most} of {n} items"
    return "question and options, or luck"


def _form(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .()[]")


def _lines(one: TaskListening, most: int) -> Iterator[str]:
    gain = one.gain
    scale = 100 if find(gain.metric).is_percent else 1
    yield f"{gain.task}  {gain.metric} {scale * gain.value:.2f} with audio: {gain_text(gain)}"
    yield (
        f"  right in both {one.both}, with audio alone {one.heard}, without audio alone {one.misled}, in neither {one.neither}"
    )
    right = one.both + one.misled
    if one.guessed is not None:
        yield f"  right without audio: {right} of {gain.n}; guessing gets {one.guessed:.1f}"
    reasons = Counter(item.why for item in one.items)
    for why, count in reasons.most_common():
        yield f"  {count} x {why}"
    for item in one.items[:most]:
        number = f", reply {item.repeat}" if item.repeat else ""
        yield f"  right without listening: {inert.line(item.id)}{number} ({item.why})"
        yield f"    prompt:        {_short(item.prompt)}"
        yield f"    reference:     {_short(item.reference)}"
        yield f"    without audio: {_short(item.response)}"
        yield f"    with audio:    {_short(item.heard)}{'' if item.right_heard else '  (wrong)'}"
    if len(one.items) > most:
        yield f"  … and {len(one.items) - most} more (--items, --json)"


def _short(text: str, limit: int = 240) -> str:
    line = inert.line(" ".join(text.split()))
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
