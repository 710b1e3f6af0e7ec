"""Hazards: rows that move or change when they go to a file, a full disk, threads, equal elements that are not found."""

from __future__ import annotations

import random
import threading
from array import array
from collections import Counter
from typing import Any

import pytest

from harness.core.keys import data_hash, item_keys
from harness.core.scratch.database import Scratch
from harness.core.scratch.repeated import repeated
from harness.core.scratch.rows import Rows
from harness.errors import StorageError

MANY, FEWER = 100_003, 33_000
"""More rows than stay in memory, and more words than are counted one by one."""


def test_rows_are_the_same_in_memory_and_in_a_file() -> None:
    rows = Rows(32)
    for number in range(MANY):
        rows.extend(b"%032d" % number)
    assert len(rows) == MANY
    for number in (0, 1, 32_767, 32_768, 65_536, MANY - 1, -1):
        assert rows[number] == b"%032d" % (number % MANY)
    for number in (5, MANY - 2):
        rows[number] = b"x" * 32
    assert rows[5] == rows[MANY - 2] == b"x" * 32
    assert rows[4] == b"%032d" % 4 and rows[6] == b"%032d" % 6 and len(rows) == MANY
    with pytest.raises(IndexError):
        rows[MANY]


def test_a_full_folder_for_temporary_files_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    rows = Rows(1 << 20)
    with pytest.raises(StorageError, match="No space left") as error:
        rows.extend(bytes(1 << 20))
    assert "TMPDIR" in str(error.value.hint)
    table = Scratch("CREATE TABLE rows (row BLOB)")
    table.write("PRAGMA max_page_count = 3", ())
    with pytest.raises(StorageError, match="full"):
        table.write_all("INSERT INTO rows VALUES (?)", ((bytes(4000),) for _ in range(9)))


def test_a_table_takes_more_than_its_memory_from_any_thread() -> None:
    table = Scratch("CREATE TABLE rows (number INTEGER PRIMARY KEY, row BLOB)")
    found: list[Any] = []

    def work(part: int) -> None:
        for number in range(part, 12_000, 4):
            table.write("INSERT INTO rows VALUES (?, ?)", (number, b"%01000d" % number))
            row = table.one("SELECT row FROM rows WHERE number = ?", (number,))
            found.append(row == (b"%01000d" % number,))

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 12_000
    rows = table.rows("SELECT number, row FROM rows ORDER BY row DESC")
    assert [number for number, _ in rows] == list(range(11_999, -1, -1))


@pytest.mark.parametrize("count", [50, MANY])
def test_repeated_words_are_found_in_order(count: int) -> None:
    draw = random.Random(count)
    words = array("q", (draw.randrange(-(2**62), 2**62) for _ in range(count)))
    for place, other in ((7, 3), (40, 3), (count - 1, 9)):
        words[place] = words[other]
    counts = Counter(words)
    assert repeated(words) == [place for place, word in enumerate(words) if counts[word] > 1]
    assert repeated(words) == [3, 7, 9, 40, count - 1]


def test_equal_documents_among_many_are_told_apart() -> None:
    docs = [{"_id": str(n), "question": str(n % (FEWER - 5))} for n in range(FEWER)]
    keys = item_keys("t", docs, ("question",))
    assert len(keys) == FEWER == len(set(keys))
    few = item_keys("t", [docs[0], docs[FEWER - 5]], ("question",))
    assert keys[0] == few[0] and keys[FEWER - 5] == few[1] != few[0]


def test_the_hash_of_many_documents_is_that_of_any_order() -> None:
    docs = [{"_id": f"i{n}", "question": str(n)} for n in range(12_000)]
    mixed = random.Random(3).sample(docs, len(docs))
    assert data_hash(docs, ("question",)) == data_hash(mixed, ("question",))
    assert data_hash(docs[1:], ("question",)) != data_hash(docs, ("question",))
