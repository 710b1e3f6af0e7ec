"""Hazard: a secret in a manifest or a message, by whatever form it was given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.redaction import redact_argv, redact_text, redact_url, redact_value
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]
CANARY = "CANARY7f3a9b"
URLS = [
    f"http://user:{CANARY}@127.0.0.1:9/v1",
    f"http://user:p@{CANARY}@127.0.0.1:9/v1",
    f"http://user:p/{CANARY}@127.0.0.1:9/v1",
    f"http://{CANARY}@127.0.0.1:9/v1",
    f"http://127.0.0.1:9/v1?sig={CANARY}",
    f"http://127.0.0.1:9/v1?{CANARY}",
    f"http://127.0.0.1:9/v1?a=1&code={CANARY}#x",
    f"http://127.0.0.1:9/v1#{CANARY}",
    f"http://127.0.0.1:9/{CANARY}/v1",
    f"ftp://user:{CANARY}@h/v1",
]
VALUES = [
    *URLS,
    f"http://user:p {CANARY}@127.0.0.1:9/v1",
    f'{{"api_key": "{CANARY}"}}',
    f'{{"headers": {{"Authorization": "Bearer {CANARY}"}}}}',
    {"conf": [{"password": CANARY}]},
    {"headers": {"X-Api-Key": CANARY}},
    [f"token={CANARY}"],
    f"Bearer {CANARY}",
    "sk-" + CANARY,
    "hf_" + CANARY,
]
EVALUATE = ("evaluate", "openai:m", "-t", "quickstart_choice", "-L", "1", "-M", "max_retries=0")
LOCAL = ("-M", "base_url=http://127.0.0.1:9/v1")


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_no_value_keeps_its_secret(value: object) -> None:
    assert CANARY not in str(redact_value(value, "extra"))
    assert CANARY not in str(redact_value({"extra": {"deep": value}}))


@pytest.mark.parametrize(
    "name", ["api_key", "hf.token", "pat", "pwd", "auth_header", "bearer", "Cookie"]
)
def test_a_name_that_says_so_hides_anything(name: str) -> None:
    assert CANARY not in str(redact_value({name: CANARY, "b": {name: [CANARY]}}))
    assert CANARY not in "".join(redact_argv(["-M", f"dtype=x,{name}={CANARY},n=1"]))
    assert CANARY not in "".join(
        redact_argv([f"-M{name}={CANARY}", f"--model-args={name}={CANARY}"])
    )


@pytest.mark.parametrize("url", URLS)
def test_no_message_quotes_a_secret_of_a_url(url: str) -> None:
    assert CANARY not in redact_text(f"no answer from {url} after 3 attempts")
    assert CANARY not in redact_url(url)


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=512",
        "pass api_key_env=NAME",
        "export OPENAI_API_KEY=…",
        "keywords=a",
        "https://example.com/v1/chat",
        "https://example.com/openai/deployments/gpt-4o-mini",
        "the answer: key of C sharp",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(redact_text(text), str)
    assert isinstance(redact_argv([text])[0], str)


@pytest.mark.network
@pytest.mark.parametrize(
    "arguments",
    [
        [*EVALUATE, "-M", f"base_url={URLS[0]}"],
        [*EVALUATE, "-M", f"base_url={URLS[2]}"],
        [*EVALUATE, "-M", f"base_url={URLS[4]}"],
        [*EVALUATE, "-M", f"base_url={URLS[8]}"],
        [*EVALUATE, *LOCAL, "-M", f'extra_body={{"api_key": "{CANARY}"}}'],
        [*EVALUATE, *LOCAL, "-M", f"api_key_env={CANARY}"],
        [*EVALUATE, *LOCAL, "-J", f"base_url=http://h/v1?sig={CANARY}", "--judge", "none"],
        ["evaluate", f"openai:m?key={CANARY}", "-t", "quickstart_choice", "-L", "1", *LOCAL],
        [*EVALUATE, *LOCAL, "--data", f"quickstart=http://u:{CANARY}@h/"],
        ["evaluate", "mock:echo", "-t", "quickstart_choice", "-L", "1", "-M", f"pwd={CANARY}"],
    ],
    ids=lambda arguments: arguments[-1],
)
def test_no_file_and_no_output_holds_the_canary(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-key")
    run = tmp_path / "run"
    found = cli(*arguments, "-o", run)
    assert CANARY not in found.out + found.err
    for file in run.rglob("*") if run.exists() else ():
        if file.is_file():
            assert CANARY not in file.read_text(encoding="utf-8"), file.name


@pytest.mark.parametrize(
    "recipe",
    [
        f"model: mock:echo\nlimit: {{api_key: {CANARY}}}\n",
        f"model: mock:echo\nmodel_args: {{api_key: *{CANARY}}}\n",
        f"model: mock:echo\nmodel_args: {{api_key: !{CANARY} x}}\n",
        f"model: mock:echo\nmodel_args: [api_key={CANARY}]\n",
    ],
)
def test_a_wrong_recipe_does_not_show_its_keys(cli: Cli, tmp_path: Path, recipe: str) -> None:
    (tmp_path / "eval.yaml").write_text(recipe, encoding="utf-8")
    found = cli(
        "evaluate", "-t", "quickstart", "--config", tmp_path / "eval.yaml", "-o", tmp_path / "r"
    )
    assert found.code == 2 and CANARY not in found.err
