"""A loopback hub: as much of the hub's protocol as its client uses for data sets.

Data sets are dictionaries of path to bytes; every change is a commit of its own. Listing and resolving work
by branch and by commit; large files answer with a redirect and an LFS digest, as the real hub does, and
take ``Range`` requests. ``cut`` breaks a download off, ``hold`` lets it hang, ``asked`` says what was asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

CARD = b"---\nconfigs:\n- config_name: default\n  data_files:\n  - split: test\n    path: data/test-*\n---\n# Own\n"
_SMALL = (".md", ".json", ".jsonl", ".csv", ".txt")


def files(folder: Path) -> dict[str, bytes]:
    """Path -> content of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@dataclass
class Hub:
    """State of the loopback hub.

    Attributes:
        url: value for ``HF_ENDPOINT``.
        store: where large files lie; another host name, as with the real hub.
        cut: after how many bytes the next download of content breaks off, once.
        hold: after how many bytes every download of content hangs until ``release`` is set.
        asked: (method, path, range header) of all requests.
    """

    url: str = ""
    store: str = ""
    cut: int | None = None
    hold: int | None = None
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    branches: dict[tuple[str, str], str] = field(default_factory=dict)
    commits: dict[tuple[str, str], dict[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def commit(self, repo: str, files: dict[str, bytes], branch: str = "main") -> str:
        """Put a data set's files on a branch; returns the commit."""
        listing = sorted(
            (path, hashlib.sha256(content).hexdigest()) for path, content in files.items()
        )
        commit = hashlib.sha1(json.dumps([repo, listing]).encode()).hexdigest()
        self.branches[repo, branch] = commit
        self.commits[repo, commit] = dict(files)
        self.blobs |= {hashlib.sha256(content).hexdigest(): content for content in files.values()}
        return commit

    def ranges(self) -> list[str]:
        """Range headers of all requests for the content of large files that had one."""
        return [header for _, path, header in self.asked if header and path.startswith("/lfs/")]

    def contents(self) -> list[str]:
        """Paths whose content was asked for."""
        return [path for method, path, _ in self.asked if method == "GET" and "/api/" not in path]

    @contextlib.contextmanager
    def serve(self) -> Iterator[Hub]:
        """Answer requests until the block ends."""
        handler = type("Handler", (_Handler,), {"hub": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.store = f"http://localhost:{server.server_port}"
        try:
            yield self
        finally:
            self.release.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def use(self, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
        """Point the client of this process here; its settings are read when it is imported."""
        from huggingface_hub import constants

        resolve = "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", self.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", self.url + resolve)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)

    def environment(self, cache: Path) -> dict[str, str]:
        """Environment that points a process of its own here."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(cache),
            "HF_HUB_CACHE": str(cache / "hub"),
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None: ...

    def do_GET(self) -> None:
        path = unquote(self.path.split("?")[0])
        self.hub.asked.append((self.command, path, self.headers.get("Range")))
        parts = path.strip("/").split("/")
        if parts[0] == "lfs":
            self._content(self.hub.blobs[parts[1]], {"ETag": f'"{parts[1]}"'})
        elif parts[:2] == ["api", "datasets"] and len(parts) >= 4:
            self._listing("/".join(parts[2:4]), parts[4:])
        elif parts[0] == "datasets" and parts[3:4] == ["resolve"]:
            self._resolve("/".join(parts[1:3]), parts[4:])
        else:
            self._refuse("RepoNotFound")

    do_HEAD = do_GET  # noqa: N815

    def _revision(self, repo: str, parts: list[str]) -> tuple[str | None, list[str]]:
        """(commit, further path) of a path that starts with a branch, which may hold slashes."""
        for length in range(1, len(parts) + 1):
            name = "/".join(parts[:length])
            commit = self.hub.branches.get((repo, name), name)
            if (repo, commit) in self.hub.commits:
                return commit, parts[length:]
        return None, []

    def _listing(self, repo: str, parts: list[str]) -> None:
        if not any(known == repo for known, _ in self.hub.branches):
            return self._refuse("RepoNotFound")
        commit, _ = self._revision(repo, parts[1:] or ["main"])
        if commit is None:
            return self._refuse("RevisionNotFound")
        files = self.hub.commits[repo, commit]
        if parts[:1] == ["tree"]:
            return self._json([self._entry(path, content) for path, content in files.items()])
        siblings = [{"rfilename": path} for path in files]
        return self._json({"id": repo, "sha": commit, "siblings": siblings})

    @staticmethod
    def _entry(path: str, content: bytes) -> dict[str, Any]:
        header = b"blob %d\0" % len(content)
        entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content)}
        entry["oid"] = hashlib.sha1(header + content).hexdigest()
        if not path.endswith(_SMALL):
            digest = hashlib.sha256(content).hexdigest()
            entry["lfs"] = {"oid": digest, "size": len(content), "pointerSize": 134}
            entry["oid"] = hashlib.sha1(digest.encode()).hexdigest()
        return entry

    def _resolve(self, repo: str, parts: list[str]) -> None:
        commit, rest = self._revision(repo, parts)
        path = "/".join(rest)
        content = self.hub.commits.get((repo, commit or ""), {}).get(path)
        if commit is None or content is None:
            return self._refuse("EntryNotFound" if commit else "RevisionNotFound")
        entry = self._entry(path, content)
        headers = {"X-Repo-Commit": commit, "ETag": f'"{entry["oid"]}"'}
        if "lfs" not in entry:
            return self._content(content, headers)
        digest = entry["lfs"]["oid"]
        headers |= {"X-Linked-ETag": f'"{digest}"', "X-Linked-Size": str(len(content))}
        return self._send(302, b"", headers | {"Location": f"{self.hub.store}/lfs/{digest}"})

    def _content(self, content: bytes, headers: dict[str, str]) -> None:
        wanted = self.headers.get("Range")
        status = 200
        if wanted:
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            headers = headers | {
                "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"
            }
            content, status = content[start:], 206
        self._send(status, content, headers | {"Accept-Ranges": "bytes"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        cut, hold = self.hub.cut, self.hub.hold
        with contextlib.suppress(ConnectionError):
            if cut is not None and len(body) > cut:
                self.hub.cut = None
                self.wfile.write(body[:cut])
                self.close_connection = True
            elif hold is not None and len(body) > hold:
                self.wfile.write(body[:hold])
                self.wfile.flush()
                self.hub.release.wait(60)
                self.close_connection = True
            else:
                self.wfile.write(body)

    def _json(self, content: Any) -> None:
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _refuse(self, code: str) -> None:
        self._send(404, b"{}", {"X-Error-Code": code, "Content-Type": "application/json"})
