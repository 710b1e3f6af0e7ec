"""``harness data check`` on released data: what is whole has no finding, what was changed is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from harness.data.check import Finding, check_copy
from harness.task_loading.sources import benchmark_tasks
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
REAL = SHARED / "real" / "sakura"


def findings(folder: Path, *tasks: str) -> list[Finding]:
    wanted, _ = benchmark_tasks("sakura", tasks)
    report = check_copy("sakura", folder, wanted)
    return [finding for task in report.tasks for finding in task.findings]


def test_the_released_copy_lacks_clips_and_nothing_else() -> None:
    assert {finding.kind for finding in findings(REAL)} == {"missing_audio"}


def test_a_changed_answer_and_a_changed_label_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "Animal"
    folder.mkdir()
    shutil.copytree(REAL / "Animal" / "audio", folder / "audio")
    content = json.loads((REAL / "Animal" / "metadata.json").read_text(encoding="utf-8"))
    by_name = {key.rpartition("/")[2]: fields for key, fields in content.items()}
    present = sorted(path.name for path in (REAL / "Animal" / "audio").iterdir())
    answer, label = present[0], present[1]
    fields = by_name[answer]
    index = fields["single_instruction"].index("(a) ")
    option = fields["single_instruction"][index:].split(" (b)")[0].strip()
    other = fields["single_instruction"].split("(b) ")[1].split(" (c)")[0].strip()
    fields["single_answer"] = (
        f"(b) {other}" if fields["single_answer"].strip() == option else option
    )
    by_name[label]["attribute_label"] = "dragon"
    (folder / "metadata.json").write_text(json.dumps(content), encoding="utf-8")
    found = {
        (finding.kind, finding.message): set(finding.ids)
        for finding in findings(tmp_path, "sakura_animal_single")
    }
    changed = found["gold", "answer or label differ from the released ones"]
    assert changed == {f"Animal/{answer}#single", f"Animal/{label}#single"}
    assert found["label", "unknown label 'dragon'"] == {f"Animal/{label}#single"}
