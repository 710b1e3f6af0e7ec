"""Pages that the site makes of other files: one per benchmark, the Python reference, and the list of benchmarks in the navigation.

The page of a benchmark warns from 90 days before its judge ends. Run by mkdocs (plugin gen-files); not a command.
"""

from __future__ import annotations

from pathlib import Path

import mkdocs_gen_files

import harness
from harness.evaluation.doctor import judge_notes

ROOT = Path(__file__).resolve().parents[1]

for readme in sorted((ROOT / "tasks").glob("*/README.md")):
    name = readme.parent.name
    title, _, rest = readme.read_text(encoding="utf-8").partition("\n")
    warnings = [f'\n!!! warning "Judge"\n\n    {note}\n' for note in judge_notes(name)]
    with mkdocs_gen_files.open(f"benchmarks/{name}.md", "w") as page:
        page.write("".join([title, "\n", *warnings, rest and f"\n{rest.lstrip()}"]))
    mkdocs_gen_files.set_edit_path(f"benchmarks/{name}.md", f"../tasks/{name}/README.md")

with mkdocs_gen_files.open("reference/api.md", "w") as page:
    page.write(
        "# Python, by name\n\nWhat `import harness` offers; [python.md](../python.md) shows it at work.\n\n"
    )
    for exported in harness.__all__:
        if exported != "__version__":
            place = "harness.errors" if exported == "HarnessError" else "harness.api"
            page.write(f"::: {place}.{exported}\n\n")
