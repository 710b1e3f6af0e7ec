"""Hazards of ``vllm:``: dropped or cut audio, a request that fails its neighbours, an argument that is ignored.

vLLM itself is a stub (``stubs/vllm_stub.py``), written from release 0.33.0 and compared with it in ``test_vllm_stub``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.errors import (
    AdapterError,
    MissingDependencyError,
    UnknownNameError,
    UsageError,
)
from model_adapters.vllm.adapter import VLLMAdapter
from tests.model_adapters.stubs.vllm_stub import World, installed
from tests.support.models.vllm_requests import COMMIT, HUB, Opened, answer, clip, request

# --- opening -----------------------------------------------------------------------------------


def test_without_vllm_the_pip_command_is_said(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    adapter = VLLMAdapter(
        str(checkpoint), dtype="float16", no_such_argument=1
    )  # nothing is imported yet
    with pytest.raises(MissingDependencyError, match=r"pip install 'lalm-harness\[vllm\]'"):
        adapter.open()


def test_a_release_without_tokenization_kwargs_is_too_old(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed():
        monkeypatch.setattr(sys.modules["vllm"].LLM, "chat", lambda self, messages: None)
        with pytest.raises(MissingDependencyError, match="too old"):
            VLLMAdapter(str(checkpoint)).open()


def test_names_are_those_of_the_installed_vllm(make: Opened, world: World) -> None:
    with pytest.raises(UnknownNameError, match="did you mean: tensor_parallel_size") as caught:
        make(tensor_paralel_size=2)
    assert "max_audio_seconds" in str(caught.value) and "vLLM 0.33.0" in str(caught.value)
    with pytest.raises(UnknownNameError, match="did you mean: enable_thinking"):
        make(enable_thinkng=True)
    for hidden in ("_api_process_count", "kwargs", "model"):
        with pytest.raises(UnknownNameError):
            make(**{hidden: 1})
    assert not world.made
    make(tensor_parallel_size=2, max_model_len=2048, gpu_memory_utilization=0.5)
    made = world.made[0].arguments
    assert (made.tensor_parallel_size, made.max_model_len, made.gpu_memory_utilization) == (
        2,
        2048,
        0.5,
    )


def test_own_arguments_are_checked_before_anything_is_loaded(checkpoint: Path) -> None:
    for wrong in (
        {"max_clips": "two"},
        {"enable_thinking": 1},
        {"reasoning_marks": "<think>"},
        {"chat_template": "no/such/file"},
        {"chat_template_kwargs": "[1]"},
        {"chat_template_kwargs": "{"},
    ):
        with pytest.raises(UsageError):
            VLLMAdapter(str(checkpoint), **wrong)


def test_json_arguments(make: Opened, world: World) -> None:
    make(limit_mm_per_prompt='{"image": 0}', max_clips=2, mm_processor_kwargs='{"window": 30}')
    made = world.made[0].arguments
    assert made.limit_mm_per_prompt == {"image": 0, "audio": 2}
    assert made.mm_processor_kwargs == {"window": 30}
    with pytest.raises(UsageError, match="not JSON"):
        make(mm_processor_kwargs="{window: 30}")
    with pytest.raises(UsageError, match="max_clips"):
        make(limit_mm_per_prompt='{"audio": 3}', max_clips=2)


def test_a_value_that_vllm_refuses_is_the_users_fault(make: Opened) -> None:
    with pytest.raises(UsageError, match="-M dtype: vLLM refuses the value 'float64'"):
        make(dtype="float64")


def test_a_checkpoint_that_cannot_be_loaded(make: Opened, checkpoint: Path) -> None:
    with pytest.raises(AdapterError, match="cannot load the checkpoint: OSError"):
        make("organisation/no-such")
    with pytest.raises(UsageError, match="no such checkpoint folder"):
        make("./no/such/folder")
    (checkpoint / "config.json").write_text(json.dumps({"model_type": "llama", "hidden_size": 8}))
    with pytest.raises(AdapterError, match="no audio encoder"):
        make()
    (checkpoint / "config.json").unlink()
    with pytest.raises(AdapterError, match=r"no config\.json"):
        make()
    (checkpoint / "params.json").write_text("{}")  # Mistral's own form
    make()


def test_clips_stay_between_their_texts(make: Opened, world: World) -> None:
    make()
    assert world.made[0].arguments.interleave_mm_strings is True


def test_log_goes_to_stderr_unless_the_user_says_otherwise(
    make: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--json`` writes to stdout, where vLLM logs by default."""
    import os

    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "DEBUG")
    monkeypatch.delenv("VLLM_LOGGING_STREAM", raising=False)
    make()
    assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stderr"
    assert os.environ["VLLM_LOGGING_LEVEL"] == "DEBUG"


@pytest.mark.parametrize(
    ("files", "rate"),
    [
        ({"preprocessor_config.json": {"sampling_rate": 24_000}}, 24_000),
        ({"preprocessor_config.json": {}, "processor_config.json": {"audio": {"sampling_rate": 8000}}}, 8000),
        ({"preprocessor_config.json": {"sampling_rate": "fast"}}, 16_000),
    ],
)  # fmt: skip
def test_clips_have_the_rate_that_the_processor_names(
    make: Opened, checkpoint: Path, files: dict[str, Any], rate: int
) -> None:
    for name, content in files.items():
        (checkpoint / name).write_text(json.dumps(content))
    assert make().info.sampling_rate == rate  # type: ignore[attr-defined]
    assert make(sampling_rate=11_025).info.sampling_rate == 11_025  # type: ignore[attr-defined]


# --- code of a checkpoint ----------------------------------------------------------------------


def test_code_of_a_hub_model_needs_its_commit(
    make: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: World
) -> None:
    fetched = []

    def download(repo: str, name: str, revision: str) -> str:
        from huggingface_hub.errors import EntryNotFoundError

        fetched.append((repo, name, revision))
        if name != "config.json":
            raise EntryNotFoundError("none")
        return str(tmp_path / "fetched.json")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    (tmp_path / "fetched.json").write_text(json.dumps({"auto_map": {"AutoConfig": "code.Config"}}))
    for revision in (None, "main", COMMIT[:12], COMMIT.upper()):
        given = {} if revision is None else {"revision": revision}
        with pytest.raises(UsageError, match="pinned commit"):
            make(HUB, trust_remote_code=True, **given)
    assert not fetched and not world.made
    make(HUB, trust_remote_code=True, revision=COMMIT)
    assert {(repo, revision) for repo, _, revision in fetched} == {(HUB, COMMIT)}
    made = world.made[0].arguments
    assert (made.trust_remote_code, made.revision, made.code_revision) == (True, COMMIT, COMMIT)
    for other in ("tokenizer", "code_revision", "tokenizer_revision", "hf_config_path"):
        with pytest.raises(UsageError, match=f"not together with {other}"):
            make(HUB, trust_remote_code=True, revision=COMMIT, **{other: "organisation/other"})
    elsewhere = {"auto_map": {"AutoTokenizer": ["organisation/other--code.Tokenizer", None]}}
    (tmp_path / "fetched.json").write_text(json.dumps(elsewhere))
    with pytest.raises(UsageError, match="another repository"):
        make(HUB, trust_remote_code=True, revision=COMMIT)


def test_code_in_a_folder(make: Opened, checkpoint: Path) -> None:
    plain = make().info.fingerprint  # type: ignore[attr-defined]
    (checkpoint / "code.py").write_text("A = 1")
    first = make(trust_remote_code=True).info.fingerprint  # type: ignore[attr-defined]
    (checkpoint / "code.py").write_text("A = 2")
    second = make(trust_remote_code=True).info.fingerprint  # type: ignore[attr-defined]
    assert len({plain, first, second}) == 3
    nested = {"processor": {"auto_map": {"AutoProcessor": "organisation/other--code.Processor"}}}
    (checkpoint / "processor_config.json").write_text(json.dumps(nested))
    with pytest.raises(UsageError, match=r"lies in another repository, organisation/other"):
        make(trust_remote_code=True)
    make()  # not looked at


# --- LoRA --------------------------------------------------------------------------------------


def test_lora(make: Opened, tmp_path: Path, world: World) -> None:
    folder = tmp_path / "lora"
    with pytest.raises(UsageError, match="not a folder with a LoRA adapter"):
        make(lora=str(folder))
    folder.mkdir()
    config = {"r": 9, "rank_pattern": {"layer": 40}}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter_model.safetensors").write_bytes(b"1")
    base = make()
    tuned = make(lora=str(folder))
    made = world.made[-1].arguments
    assert made.enable_lora and made.max_lora_rank == 64
    one = request(clip(), "What is it?")
    assert answer(tuned, one).text != answer(base, one).text
    fingerprint = tuned.info.fingerprint  # type: ignore[attr-defined]
    assert fingerprint != base.info.fingerprint  # type: ignore[attr-defined]
    (folder / "adapter_model.safetensors").write_bytes(b"22")
    assert make(lora=str(folder)).info.fingerprint != fingerprint  # type: ignore[attr-defined]
    (folder / "adapter_config.json").write_text(json.dumps({"r": 1024}))
    with pytest.raises(UsageError, match="ranks up to 512"):
        make(lora=str(folder))


# --- identity and end --------------------------------------------------------------------------


def test_what_changes_the_fingerprint(make: Opened, checkpoint: Path) -> None:
    def fingerprint(**arguments: Any) -> str:
        return str(make(**arguments).info.fingerprint)  # type: ignore[attr-defined]

    plain = fingerprint()
    assert plain.startswith("vllm:") and fingerprint() == plain
    same: list[dict[str, Any]] = [
        {"tensor_parallel_size": 2, "gpu_memory_utilization": 0.5, "enforce_eager": True},
        {"max_clips": 4},
        {"max_audio_seconds": 20.0},
        {"seed": 3},
    ]
    assert {fingerprint(**one) for one in same} == {plain}
    changed: list[dict[str, Any]] = [
        {"dtype": "float16"},
        {"quantization": "fp8"},
        {"max_model_len": 2048},
        {"mm_processor_kwargs": '{"a": 1}'},
        {"sampling_rate": 8000},
        {"reasoning_marks": "[A] [B]"},
        {"reasoning_marks": "<think> </think>"},  # stop strings count in the answer only
    ]
    assert len({plain, *(fingerprint(**one) for one in changed)}) == len(changed) + 1
    (checkpoint / "model.safetensors").write_bytes(b"1")
    assert fingerprint() != plain


def test_the_fingerprint_of_a_hub_model_is_its_commit(
    make: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    adapter = make(HUB, world={"commit": COMMIT})
    assert adapter.info.fingerprint == f"vllm:{HUB}@{COMMIT}"  # type: ignore[attr-defined]
    # Mistral's own configuration has no commit; the folder of the hub's cache has.
    stored = tmp_path / "snapshots" / COMMIT / "params.json"
    monkeypatch.setattr(
        "huggingface_hub.try_to_load_from_cache",
        lambda repo, name, revision: str(stored) if name == "params.json" else None,
    )
    adapter = make(HUB, world={"commit": None})
    assert adapter.info.fingerprint == f"vllm:{HUB}@{COMMIT}"  # type: ignore[attr-defined]


def test_close_ends_the_engine(make: Opened, world: World) -> None:
    adapter = make()
    assert world.alive == 1
    adapter.close()
    assert world.alive == 0
    adapter.close()
    with pytest.raises(UsageError, match="not open"):
        answer(adapter, request(clip(), "a"))


# --- the command -------------------------------------------------------------------------------


def test_evaluate(cli: Any, checkpoint: Path, tmp_path: Path) -> None:
    with installed():
        run = ("evaluate", f"vllm:{checkpoint}", "-t", "quickstart_choice", "-L", "3")
        found = cli(*run, "-M", "dtype=float16", "--batch-size", "64", "-o", tmp_path / "run")
        assert found.code == 0, found.err
        lines = (tmp_path / "run" / "responses.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        assert len(lines) == 3
        assert all(json.loads(line)["usage"]["prompt_tokens_details"] for line in lines)
        found = cli(*run, "-M", "dtpe=float16", "-o", tmp_path / "typo")
        assert (found.code, "did you mean: dtype" in found.err) == (2, True)
    with installed(deaf=True):
        found = cli(*run, "-o", tmp_path / "deaf")
        assert found.code == 4 and "Traceback" not in found.err
    with installed(die_after=5):
        found = cli(*run, "-o", tmp_path / "dead")
        assert found.code == 4 and "engine died" in found.err
