"""The hub path against a loopback hub: real client, real HTTP, parquet on a branch of its own."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from harness.errors import MissingDataError
from tasks.hub import rows, snapshot, split_files

MAIN, CONVERTED = "a" * 40, "c" * 40


class Hub(BaseHTTPRequestHandler):
    """As much of the hub's protocol as ``snapshot_download`` asks for."""

    trees: ClassVar[dict[str, dict[str, bytes]]]
    aliases: ClassVar[dict[str, str]] = {
        "main": MAIN,
        "refs/convert/parquet": CONVERTED,
        "refs%2Fconvert%2Fparquet": CONVERTED,
    }

    def log_message(self, *_: Any) -> None: ...

    def _commit(self, name: str) -> str | None:
        commit = self.aliases.get(name, name)
        return commit if commit in self.trees else None

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/api/datasets/own/data/revision/"):
            commit = self._commit(path.split("/revision/")[1])
            if commit:
                files = [{"rfilename": name} for name in self.trees[commit]]
                body = {"id": "own/data", "sha": commit, "siblings": files}
                return self._send(200, json.dumps(body).encode())
        if path.startswith("/api/datasets/own/data/tree/"):
            commit = self._commit(path.split("/tree/")[1])
            if commit:
                entries = [
                    {
                        "type": "file",
                        "path": name,
                        "size": len(content),
                        "oid": hashlib.sha1(content).hexdigest(),
                    }
                    for name, content in self.trees[commit].items()
                ]
                return self._send(200, json.dumps(entries).encode())
        if path.startswith("/datasets/own/data/resolve/"):
            commit, _, name = path.split("/resolve/")[1].partition("/")
            content = self.trees.get(commit, {}).get(name)
            if content is not None:
                digest = hashlib.sha256(content).hexdigest()
                return self._send(200, content, ETag=f'"{digest}"', X_Repo_Commit=commit)
        return self._send(404, b"{}", X_Error_Code="RepoNotFound")

    do_HEAD = do_GET  # noqa: N815


def parquet(tmp_path: Path) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "made.parquet"
    pq.write_table(pa.table({"id": ["x"], "audio": [{"bytes": b"clip", "path": "x.wav"}]}), file)
    return file.read_bytes()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    from huggingface_hub import constants

    class OwnHub(Hub):
        trees: ClassVar[dict[str, dict[str, bytes]]] = {}

    server = ThreadingHTTPServer(("127.0.0.1", 0), OwnHub)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        endpoint + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    yield OwnHub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.network
def test_parquet_of_the_split_comes_down_with_its_commit(hub: type[Hub], tmp_path: Path) -> None:
    content = parquet(tmp_path)
    hub.trees = {
        MAIN: {"data/test-0.parquet": content, "data/train-0.parquet": b"", "README.md": b""}
    }
    found = snapshot("own/data", split="test", benchmark="sakura")
    assert found.revision == MAIN
    assert [path.name for path in found.files] == ["test-0.parquet"]
    assert [(row.values, row.audio_name) for row in rows(found.files)] == [({"id": "x"}, "x.wav")]


@pytest.mark.network
def test_a_data_set_without_parquet_is_taken_from_the_converted_branch(
    hub: type[Hub], tmp_path: Path
) -> None:
    content = parquet(tmp_path)
    hub.trees = {MAIN: {"x.wav": b"clip"}, CONVERTED: {"default/test/0000.parquet": content}}
    found = snapshot("own/data", split="test", benchmark="sakura")
    assert found.revision == CONVERTED
    assert len(found.files) == 1


@pytest.mark.network
def test_an_unknown_data_set_names_the_copy_as_the_cure(hub: type[Hub]) -> None:
    with pytest.raises(
        MissingDataError, match=r"cannot fetch the hub data set own/other"
    ) as caught:
        snapshot("own/other", split="test", benchmark="mmau")
    assert "--data mmau=FOLDER" in str(caught.value)


def test_files_of_a_split_by_name_or_folder(tmp_path: Path) -> None:
    for name in ("test-0.parquet", "b/test/0.parquet", "train-0.parquet", "c/test.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    found = [str(path.relative_to(tmp_path)) for path in split_files(tmp_path, "test")]
    assert found == ["b/test/0.parquet", "c/test.parquet", "test-0.parquet"]
    assert split_files(tmp_path, "validation") == ()
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "0000.parquet").touch()
    assert len(split_files(tmp_path / "plain", "test")) == 1
