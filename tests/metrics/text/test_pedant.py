"""PEDANT on a model of our own: every step of the rule, and files that are not the model's."""

from __future__ import annotations

import hashlib
import math
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from metrics.text import pedant
from metrics.text.contractions import build_table, expand

WORDS = {"cls": 0, "sep": 1, "vinci": 2, "who": 3, "is": 4, "what": 5}
IDF = [1.0, 1.0, 2.0, 1.5, 1.25, 3.0]
WEIGHTS = [1.0, 2.0, -4.0, 0.5, 0.25, -1.0]
FEATURES = [-0.5, -4.0, -1.0]
TABLE = {"whats": "what is", "dont": "do not", "whos": "who is the"}


def model() -> pedant.Pedant:
    weights = np.array([*WEIGHTS, *FEATURES])
    return pedant.Pedant(WORDS, np.array(IDF), weights, 0.75, TABLE)


def test_the_sum_is_the_one_worked_out_by_hand() -> None:
    # text: [CLS] vinci [SEP] leonardo da vinci [SEP] what is [SEP]; "da" and "leonardo" are no words of the model
    counts = {"cls": 1, "sep": 3, "vinci": 2, "what": 1, "is": 1}
    values = {word: count * IDF[WORDS[word]] for word, count in counts.items()}
    norm = math.sqrt(sum(value * value for value in values.values()))
    linear = sum(value / norm * WEIGHTS[WORDS[word]] for word, value in values.items())
    precision, recall = 1.0, 1 / 3
    f1 = 2 * precision * recall / (precision + recall)
    want = linear - 0.5 * f1 - 4.0 * precision - 1.0 * recall + 0.75
    found = model().decision("Leonardo da Vinci", "Vinci!", "What's")
    assert found == pytest.approx(want, abs=1e-12)


def test_the_substring_decides_before_the_model() -> None:
    assert model().is_right("no", "I know.", "?") and pedant.contains("", "anything")
    assert not model().is_right("The Nile", "the Rhine", "who")


def test_the_question_keeps_the_articles_that_its_contractions_bring() -> None:
    texts = expand(pedant.normalize("Who's the one"), TABLE)
    assert texts == "who is the one"  # normalised before, not after


def test_words_are_compared_after_a_second_normalisation() -> None:
    # "dont" becomes "do not" on both sides of the word sets
    assert model().decision("do not", "dont", "") < model().decision("do not", "xyz", "")


def test_word_borders_are_those_of_the_regex_package() -> None:
    assert (
        pedant.normalize("a\u0301b a\u0301") == "a\u0301b a\u0301"
    )  # a mark belongs to its letter
    assert pedant.normalize("a\u00b2") == "\u00b2"  # a superscript digit does not
    assert pedant.normalize("an\u203fb the_x") == "an\u203fb thex"
    assert pedant.normalize("\u201cthe\u201d") == "\u201c \u201d"


@pytest.mark.parametrize(
    "text", ["The cat's a cat", "AN  apple, the\u2028pear!", "the the", "", "a²"]
)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert pedant.normalize(pedant.normalize(text)) == pedant.normalize(text)


def test_an_empty_reply_is_wrong_unless_the_reference_is_empty() -> None:
    assert not model().is_right("Paris", "", "who")
    assert model().is_right("!?", "", "who")


def write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of our own in the two files' form."""
    stream = pickle.dumps({"vocabulary_": WORDS, "_v": 1}, protocol=4)
    start = stream.index(b"\x8c\x0bvocabulary_")
    stream = stream[start:].replace(b"\x8c\x02_v", b"h\x00", 1)
    vectorizer = b"#" * 8 + struct.pack("<6d", *IDF) + stream
    classifier = b"#" * 16 + struct.pack("<9d", *WEIGHTS, *FEATURES) + struct.pack("<d", 0.75)
    files = []
    for name, content in (("lr_classifier", classifier), ("tf-idf_vectorizer", vectorizer)):
        (folder / name).write_bytes(content)
        files.append(pedant.ModelFile(name, len(content), hashlib.sha256(content).hexdigest()))
    monkeypatch.setattr(pedant, "FILES", tuple(files))
    monkeypatch.setattr(pedant, "WORDS", len(WORDS))
    monkeypatch.setattr(pedant, "WEIGHTS_AT", 16)
    monkeypatch.setattr(pedant, "INTERCEPT_AT", 16 + 9 * 8)
    monkeypatch.setattr(pedant, "IDF_AT", 8)
    monkeypatch.setattr(pedant, "VOCABULARY_AT", 8 + 6 * 8)
    monkeypatch.setattr(pedant, "packaged_table", lambda: TABLE)
    pedant.load.cache_clear()


def test_the_files_are_read_at_fixed_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, monkeypatch)
    read = pedant.load(tmp_path)
    assert (dict(read.index), read.idf.tolist(), read.intercept) == (WORDS, IDF, 0.75)
    assert read.weights.tolist() == [*WEIGHTS, *FEATURES]
    pedant.load.cache_clear()


def test_another_file_is_refused_before_anything_of_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, monkeypatch)
    with (tmp_path / "lr_classifier").open("ab") as file:
        file.write(b"x")
    with pytest.raises(pedant.PedantError, match=r"not PEDANT 0\.2\.17's.*0\.2\.30 and later"):
        pedant.load(tmp_path)
    (tmp_path / "lr_classifier").unlink()
    with pytest.raises(pedant.PedantError, match="No such file"):
        pedant.load(tmp_path)


def test_nothing_is_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("unpickled")

    write(tmp_path, monkeypatch)
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    assert pedant.load(tmp_path).intercept == 0.75
    pedant.load.cache_clear()


def test_contractions_overlap_and_borders() -> None:
    table = build_table(
        {"it's": "it is", "can't've": "can not have"}, {"'ll": " will"}, {"im": "I am"}
    )
    assert table["cantve"] == table["can’t’ve"] == "can not have" and "its" not in table
    assert expand("im im1 _im xim imé", table) == "i am im1 _im xim i amé"
    assert expand("cant've", table) == "can not have"
    assert expand("", table) == ""
