"""Hazards: code run while YAML is read, includes, keys that are silently ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import TaskFileError, UsageError
from harness.task_loading.index import INDEX_FILE, load_index, render_index, scan
from harness.task_loading.places import tasks_root
from harness.task_loading.schema import parse_task
from harness.task_loading.task import YamlTask
from harness.task_loading.yaml_file import load_yaml
from harness.types import FunctionRef
from tests.support.runs.toy import TOY

GOOD = (TOY / "toy.yaml").read_text()


def parse(path: Path, text: str) -> object:
    path.write_text(text)
    return parse_task(load_yaml(path))


def test_functions_are_inert(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("x: !function os.system\n")
    assert load_yaml(path).data["x"] == FunctionRef("os", "system", path)


def test_python_tags_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("x: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(TaskFileError, match=r"t\.yaml:1"):
        load_yaml(path)


def test_includes_merge_shallowly_and_the_child_wins(tmp_path: Path) -> None:
    (tmp_path / "_base.yaml").write_text("a: {x: 1, y: 2}\nb: 1\n")
    path = tmp_path / "t.yaml"
    path.write_text("include: _base.yaml\na: {x: 5}\n")
    file = load_yaml(path)
    assert file.data == {"a": {"x": 5}, "b": 1}
    assert file.where("b").endswith("_base.yaml:2")
    assert file.where("a", "x").endswith("t.yaml:2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("include: t.yaml\n", "includes itself"),
        ("include: absent.yaml\n", "t.yaml:1: included file 'absent.yaml' does not exist"),
        ("a: [1\n", "invalid YAML"),
        ("- a\n", "expected a mapping"),
        ("x: !function nodot\n", "module.name"),
        (
            'x: "\\ud800"\n',
            "invalid YAML",
        ),  # half a surrogate pair: only PyYAML's own scanner takes it
    ],
)
def test_unreadable_files(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(text)
    with pytest.raises(TaskFileError, match=message):
        load_yaml(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "output_type: generate_until",
            "output_typ: generate_until",
            r"t\.yaml:4: unknown key 'output_typ'",
        ),
        ("    scorer: official.1", "    scorr: official.1", "did you mean 'scorer'"),
        ("    answer: text", "    answer: essay", r"t\.yaml:\d+: metadata.lalm.answer is 'essay'"),
        ("    items: null", "    items: many", "expected integer or null"),
        ("generate_until", "multiple_choice", "generate_until"),
        ("fewshot_config: {samples: []}", "fewshot_config: {}", "samples"),
        ("until: [], ", "", "explicit 'until'"),
        ("metric: accuracy", "metric: acc", "lm-eval's own"),
        ("official: [accuracy]", "official: [f2]", "not in metric_list"),
        ("custom_dataset: !function toy_data.load", "custom_dataset: toy", "!function"),
        ("    licence: none\n", "", "metadata.lalm.licence is missing"),
        (
            "      polite: {",
            "      polite: {sytem: x, ",
            "unknown key 'metadata.lalm.templates.polite.sytem'",
        ),
        ("      default: {}", "      other: {}", "default_template 'default' is not in templates"),
    ],
)
def test_the_schema_names_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(TaskFileError, match=message):
        parse(tmp_path / "t.yaml", GOOD.replace(old, new))


ALIASES = "    aliases: "


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ("[angry]", r"t\.yaml:\d+: metadata.lalm.aliases is \['angry'\], expected mapping"),
        (
            "{Anger.: angry}",
            r"t\.yaml:\d+: metadata.lalm.aliases.Anger. is 'angry', expected a list",
        ),
        ("{Anger.: []}", r"metadata.lalm.aliases.Anger. is \[\], expected a list of texts"),
        (
            "{Anger.: [30]}",
            "metadata.lalm.aliases.Anger. holds 30, expected text: put it in quotes",
        ),
        ("{Anger.: [' ']}", "holds ' ', expected text"),
        ("{30: [thirty]}", "has the key 30, expected text"),
        ("{a: [same], b: [Same]}", "holds 'Same', which is also a form of 'a'"),
    ],
)
def test_aliases_are_lists_of_texts_of_one_label_each(
    tmp_path: Path, aliases: str, message: str
) -> None:
    assert "    licence: none\n" in GOOD
    with pytest.raises(TaskFileError, match=message):
        parse(
            tmp_path / "t.yaml",
            GOOD.replace("    licence: none\n", f"    licence: none\n{ALIASES}{aliases}\n"),
        )


def test_aliases_reach_the_declaration(tmp_path: Path) -> None:
    added = f"    licence: none\n{ALIASES}{{Anger.: [angry, furious]}}\n"
    spec = parse(tmp_path / "t.yaml", GOOD.replace("    licence: none\n", added))
    assert spec.aliases == {"Anger.": ("angry", "furious")}
    assert parse(tmp_path / "u.yaml", GOOD).aliases == {}


def test_code_outside_the_harness_needs_trust() -> None:
    spec = parse_task(load_yaml(TOY / "toy.yaml"))
    with pytest.raises(UsageError, match="--trust-task-code"):
        YamlTask(spec).documents()
    assert len(YamlTask(spec, trusted=True).documents()) == 10


def test_a_missing_module_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(GOOD)
    with pytest.raises(TaskFileError, match=r"toy_data\.py does not exist"):
        YamlTask(parse_task(load_yaml(path)), trusted=True).documents()


def test_the_index_is_up_to_date() -> None:
    index = scan(tasks_root(), tasks_root())
    assert INDEX_FILE.read_text(encoding="utf-8") == render_index(index), (
        "run: python -m harness.task_loading.index"
    )


def test_names_groups_and_patterns_resolve() -> None:
    index = load_index()
    assert len(index.resolve(["quickstart"])) == 5
    assert [entry.task for entry in index.resolve(["quickstart_number,quickstart_choice"])] == [
        "quickstart_number",
        "quickstart_choice",
    ]
    assert len(index.resolve(["sakura_*_single", "sakura"])) == 8
    for entry in index.tasks.values():
        assert entry.path.is_file(), entry


def test_a_task_declared_twice(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD)
    with pytest.raises(TaskFileError, match="declared twice"):
        scan(tmp_path)


def test_every_built_in_yaml_parses() -> None:
    assert set(scan(tasks_root(), tasks_root()).tasks) == set(load_index().tasks)


def test_prompted_tasks_are_tasks() -> None:
    """``harness.types.Task`` says what the engine knows of a task; the YAML implementation has it."""
    from harness.task_loading.prompts import PromptedTask
    from harness.types import Task

    spec = parse_task(load_yaml(TOY / "toy.yaml"))
    task = PromptedTask(spec, trusted=True)
    for name in (name for name in vars(Task) if not name.startswith("_")):
        assert hasattr(task, name), name
    doc = task.documents()[0]
    assert task.messages(doc)[-1].role == "user"
    assert task.score(doc, task.reference(doc), None).metrics["accuracy"]["strict"].stats == {
        "correct": 1,
        "n": 1,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("until: [], max_gen_toks: 1e3", r"t\.yaml:\d+: max_gen_toks: .*'1e3'"),
        ('until: [], max_gen_toks: "64"', "write 64, without quotes"),
        ("until: [], max_gen_toks: 64, max_tokens: 65", "names of one thing"),
        ("until: [], do_sample: false, temperature: 0.7", "contradict each other"),
        ("until: [5]", "list of texts"),
        ("until: [], do_sample: 'no'", "true or false"),
    ],
)
def test_generation_arguments_are_checked_with_file_and_line(
    tmp_path: Path, given: str, message: str
) -> None:
    """Else the model is loaded before anybody notices, or an adapter reads them as it likes."""
    line = "generation_kwargs: {until: [], do_sample: false, max_gen_toks: 16}"
    assert line in GOOD
    with pytest.raises(TaskFileError, match=message):
        parse(tmp_path / "t.yaml", GOOD.replace(line, f"generation_kwargs: {{{given}}}"))


def test_a_template_s_generation_arguments_are_checked_and_stay_a_level_of_their_own(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.yaml"
    text = GOOD.replace(
        "    templates:\n",
        "    templates:\n      long: {generation_kwargs: {max_new_tokens: VALUE}}\n",
    )
    assert "VALUE" in text
    with pytest.raises(TaskFileError, match=r"t\.yaml:\d+: max_new_tokens: .*'1e3'"):
        parse(path, text.replace("VALUE", "1e3"))
    spec = parse(path, text.replace("VALUE", "900"))
    assert spec.templates["long"].generation == {"max_new_tokens": 900}  # type: ignore[attr-defined]
    assert spec.generation["max_gen_toks"] == 16  # type: ignore[attr-defined]
