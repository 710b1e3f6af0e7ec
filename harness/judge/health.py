"""Judge health: how a judge graded the items whose grade is known (``harness.task_loading.judging.canaries``).

They are asked like any other item, and the agreement of the judge with them is shown with the scores, so
that a replaced, misconfigured or manipulated judge is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.core.judge_spec import CANARY
from harness.run.attempts import AttemptKey
from harness.run.files import JudgeHealth, JudgementRecord, WrongCanary
from harness.task_loading.task import YamlTask


def health(
    task: YamlTask,
    judge: str,
    asked: Sequence[str],
    judgements: Mapping[AttemptKey, list[JudgementRecord]],
) -> JudgeHealth | None:
    """Compare the grades that one judge gave with the known ones of one task.

    Args:
        task: the task.
        judge: id of the judge.
        asked: under which ids its replies lie; of a panel those of all its judges, which are counted each.
        judgements: judge replies by item.

    Returns:
        Agreement and the items that were graded wrong; ``None`` if the judge was not tested.
    """
    wrong: list[WrongCanary] = []
    tested = 0
    for canary in task.canaries:
        lines = judgements.get((task.spec.task, f"{CANARY}{canary.id}", 0), [])
        for one in asked:
            replies = [line["reply"] for line in lines if line["judge"] == one]
            if not replies:
                continue
            tested += 1
            reply = replies[0]
            grade = None if reply is None else task.judge_grade(canary.doc, reply)
            if grade not in canary.expect:
                name = canary.id if len(asked) == 1 else f"{canary.id} by {one.partition('@')[0]}"
                wrong.append({"id": name, "expected": list(canary.expect), "found": grade})
    if not tested:
        return None
    return {"judge": judge, "agreed": tested - len(wrong), "n": tested, "wrong": wrong}
