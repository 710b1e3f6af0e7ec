"""The shared judge cache: several processes, torn lines, one file per judge."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import StorageError
from harness.judge.cache import JudgeCache
from tests.support.runs.toy import jsonl

WRITER = """
import sys
from pathlib import Path
from harness.judge.cache import JudgeCache
cache, own = JudgeCache(Path(sys.argv[1]), "m"), sys.argv[2]
for number in range(100):
    cache.put({"key": f"shared-{number}", "reply": own})
    cache.put({"key": f"{own}-{number}", "reply": own * 50})
"""


def line(key: str, reply: str = "yes") -> dict[str, str]:
    return {"key": key, "reply": reply}


def test_what_one_writes_another_finds(tmp_path: Path) -> None:
    one, other = JudgeCache(tmp_path / "c", "gpt-4o"), JudgeCache(tmp_path / "c", "gpt-4o")
    assert other.get("a") is None
    one.put(line("a"))
    assert other.get("a") == line("a")
    other.put(line("a", "no"))  # the first reply stays
    assert one.get("a") == line("a") and len(jsonl(one.path)) == 1


def test_judges_do_not_share(tmp_path: Path) -> None:
    names = ["gpt-4o", "gpt-4o-mini", "org/model", "org_model", "x" * 300]
    caches = [JudgeCache(tmp_path, name) for name in names]
    assert len({cache.path for cache in caches}) == len(names)
    caches[2].put(line("a"))
    assert caches[3].get("a") is None and caches[4].path.parent == tmp_path


def test_a_torn_line_is_ignored_and_cut(tmp_path: Path) -> None:
    cache = JudgeCache(tmp_path, "m")
    cache.put(line("a"))
    with cache.path.open("ab") as file:
        file.write(b'{"key": "b", "rep')
    fresh = JudgeCache(tmp_path, "m")
    assert fresh.get("a") == line("a") and fresh.get("b") is None
    fresh.put(line("c"))
    cache.put(line("d"))
    assert [one["key"] for one in jsonl(cache.path)] == ["a", "c", "d"]


def test_lines_of_something_else_are_skipped(tmp_path: Path) -> None:
    cache = JudgeCache(tmp_path, "m")
    cache.path.write_text('{"key": 3}\n{"key": "a", "reply": null}\n')
    assert cache.get("a") is None
    cache.put(line("a"))
    assert cache.get("a") == line("a")


def test_several_processes_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    processes = [subprocess.Popen([*command, own]) for own in ("p", "q", "r")]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    keys = [one["key"] for one in jsonl(JudgeCache(tmp_path, "m").path)]
    assert len(keys) == len(set(keys)) == 400


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="judge cache"):
        JudgeCache(tmp_path / "file" / "c", "m")


def changed(path: Path, **fields: object) -> None:
    path.write_text("".join(json.dumps({**one, **fields}) + "\n" for one in jsonl(path)))


@pytest.mark.parametrize(
    "fields",
    [
        {"reply": "Judgement: correct"}, {"reply": ""}, {"reply": 5}, {"model": "other"}, {"check": None},
        {"key": "b"}, {"finish": [1]}, {"reply": "x" * 5_000_000},
    ],
)  # fmt: skip
def test_a_forged_or_empty_entry_counts_for_nothing(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    one = JudgeCache(tmp_path, "m")
    one.put(line("a", "no"))
    changed(one.path, **fields)
    assert one.get("a") is None  # also where it was indexed before
    fresh = JudgeCache(tmp_path, "m")
    assert fresh.get("a") is None and fresh.get("b") is None
    fresh.put(line("a", "yes"))
    assert JudgeCache(tmp_path, "m").get("a") == line("a", "yes")


@pytest.mark.parametrize(
    "garbage", [b"null\n", b"garbage\n", b"[" * 100_000 + b"\n", b"\0\0\n", b"\xff\xfe\n"]
)
def test_garbage_is_skipped(tmp_path: Path, garbage: bytes) -> None:
    path = JudgeCache(tmp_path, "m").path
    path.write_bytes(garbage)
    cache = JudgeCache(tmp_path, "m")
    assert cache.get("a") is None
    cache.put(line("a"))
    assert JudgeCache(tmp_path, "m").get("a") == line("a")


@pytest.mark.parametrize("suffix", [".jsonl", ".lock"])
def test_nothing_is_written_through_a_link(tmp_path: Path, suffix: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious, without a newline", encoding="utf-8")
    JudgeCache(tmp_path / "c", "m").path.with_suffix(suffix).symlink_to(victim)
    with pytest.raises(StorageError, match="link"):
        JudgeCache(tmp_path / "c", "m")
    assert victim.read_text(encoding="utf-8") == "precious, without a newline"


def test_a_cache_is_the_users_own(tmp_path: Path) -> None:
    cache = JudgeCache(tmp_path, "m")
    cache.put(line("a"))
    assert cache.path.stat().st_mode & 0o777 == 0o600
