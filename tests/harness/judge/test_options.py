"""What ``-J`` says of a judge: the same sampling arguments as a task's block, and whole prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import TaskFileError, UsageError
from harness.judge.options import judge_options
from harness.settings import Settings
from harness.task_loading.judging.block import parse_judge
from harness.task_loading.judging.sampling import SAMPLING, over

VALUES: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 64,
    "max_completion_tokens": 64,
    "frequency_penalty": 0.1,
    "presence_penalty": -0.1,
    "seed": 3,
    "reasoning_effort": "low",
}


def options(**arguments: Any) -> Any:
    settings = Settings(model="mock:echo", tasks=(), output_path=Path("run"), judge_args=arguments)
    return judge_options(settings, has_replies=False, ask=False)


def block(folder: Path, **sampling: Any) -> Any:
    (folder / "p.md").write_text("# user\nQ: {question} A: {response}\n")
    given = {"model": "m-1", "prompt": "p.md", "parse": "sakura.1", "sampling": sampling}
    return parse_judge(given, folder, lambda *keys: ".".join(keys))


@pytest.mark.parametrize("name", SAMPLING)
def test_every_sampling_argument_is_taken_in_yaml_and_on_the_command_line(
    name: str, tmp_path: Path
) -> None:
    value = VALUES[name]
    assert options(**{name: value}).sampling == {name: value}
    assert block(tmp_path, **{name: value}).sampling == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", "hot"), ("max_tokens", 0), ("seed", 1.5), ("reasoning_effort", 3), ("top_p", True)],
)  # fmt: skip
def test_a_wrong_value_is_refused_in_both(name: str, value: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"-J {name}: .*expected"):
        options(**{name: value})
    with pytest.raises(TaskFileError, match=f"sampling.{name}: .*expected"):
        block(tmp_path, **{name: value})


def test_a_limit_replaces_the_task_s_whatever_its_name() -> None:
    """Both in one body is an error of the service, 400."""
    own = {"max_tokens": 64, "seed": 1}
    assert over(own, {"max_completion_tokens": 9}) == {"max_completion_tokens": 9, "seed": 1}
    assert over(own, {"seed": 2}) == {"max_tokens": 64, "seed": 2}


@pytest.mark.parametrize(
    ("given", "missing"), [("price_in", "price_out"), ("price_out", "price_in")]
)
def test_one_price_alone_is_refused(given: str, missing: str) -> None:
    """The other half of the cost would be free, and a budget twice as large as it says."""
    with pytest.raises(UsageError, match=f"-J {given}: {given} without {missing}") as found:
        options(**{given: 2.5})
    assert f"-J {missing}=" in str(found.value.hint)
    assert options(price_in=2.5, price_out=0).prices == (2.5, 0)
    assert options().prices is None
