"""Hazards: a table as a spreadsheet of another language or system writes it, and clips by the names of that system."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import InputFileError, MissingDataError
from harness.types import Documents
from tasks.declared import load
from tests.support import clips
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]
TABLE = 'id,audio,text\na,sub/1.wav,one\nb,sub/2.wav,"zwei, und \u201emehr\u201c"\n'
LINES = [("a", "one"), ("b", "zwei, und \u201emehr\u201c")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("1", "2"):
        write(tmp_path / "sub" / f"{name}.wav")
    return tmp_path


def write(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    clips.write(path, clips.tone(0.1, 440.0, 8000, level=0.3), 8000)


def read(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Documents:
    (folder / name).write_bytes(content.encode(encoding))
    return load(lalm={"rule": "transcript", "data": {"path": name}}, folder=folder)["test"]


@pytest.mark.parametrize(
    ("change", "name", "encoding"),
    [
        (lambda text: text.replace(",sub", ";sub").replace(",one", ";one").replace(",audio,", ";audio;").replace(',"', ';"'), "a.csv", "utf-8-sig"),
        (lambda text: text.replace(",sub", "\t" + "sub").replace(",one", "\tone").replace(",audio,", "\taudio\t").replace(',"', '\t"'), "a.csv", "utf-16"),
        (lambda text: "sep=,\n" + text, "a.csv", "utf-8"),
        (lambda text: text, "a.tsv", "utf-8"),
        (lambda text: "\n\n" + text.replace("\n", "\r\n") + "\r\n", "a.csv", "utf-8"),
        (lambda text: text.replace("\n", "\r"), "a.csv", "utf-8"),
        (lambda text: text.replace("/", "\\"), "a.csv", "utf-8"),
    ],
)  # fmt: skip
def test_the_same_items_from_every_spreadsheet(
    folder: Path, change: Callable[[str], str], name: str, encoding: str
) -> None:
    found = read(folder, name, change(TABLE), encoding)
    assert [(doc["_id"], doc["text"]) for doc in found] == LINES
    assert [doc["_audio"][0].info.sampling_rate for doc in found] == [8000, 8000]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
def test_letters_that_a_system_takes_apart_are_the_same_name(
    folder: Path, form: str, stored: str
) -> None:
    write(folder / unicodedata.normalize(stored, "Größe 1.wav"))
    text = f"id,audio,text\na,{unicodedata.normalize(form, 'Größe 1.wav')},one\n"
    assert len(read(folder, "a.csv", text)) == 1


def test_a_name_of_windows_does_not_leave_the_folder(folder: Path) -> None:
    write(folder / "x.wav")
    inner = folder / "sub"
    with pytest.raises(InputFileError, match=r"a\.csv:2: .*outside the folder"):
        read(inner, "a.csv", "id,audio,text\na,..\\x.wav,one\n")


def test_the_place_of_what_is_wrong_is_that_of_the_file(folder: Path) -> None:
    with pytest.raises(InputFileError, match=r"a\.csv:3: not UTF-8"):
        read(folder, "a.csv", TABLE.replace("zwei", "zwölf").replace("\u201e", "").replace("\u201c", ""), "cp1252")  # fmt: skip
    with pytest.raises(InputFileError, match=r"a\.csv:4: the line has fewer than the 3 cells"):
        read(folder, "a.csv", "sep=;\nid;audio;text\na;sub/1.wav;one\nb;sub/2.wav\n")


def test_an_absent_clip_is_named_with_its_line(folder: Path) -> None:
    found = read(folder, "a.csv", TABLE + "c,no.wav,x\nd,nor.wav,y\n")
    assert found.info.warnings == (f"2 clips are absent, the first: no.wav ({folder}/a.csv:4)",)


def test_recordings_of_a_phone_are_told_what_to_do(folder: Path, cli: Cli) -> None:
    phone = folder / "phone"
    phone.mkdir()
    (phone / "s1.m4a").write_bytes(b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + b"\0" * 400)
    with pytest.raises(MissingDataError, match="ffmpeg"):
        load(lalm={"rule": "transcript", "data": {"path": "phone"}}, folder=folder)
    (phone / "items.csv").write_text("audio,text\ns1.m4a,hello\n")
    done = cli("evaluate", "mock:echo", "--items", phone / "items.csv", "-o", folder / "run")
    assert done.code == 3 and "MPEG-4 audio (m4a): convert it" in done.err
