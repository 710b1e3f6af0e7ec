"""A local batch API in OpenAI's form: files, batches, and answers by a function of the request's body.

    with BatchServer(answer) as server:
        ...  server.base_url; server.batches and server.uploads are what it saw

A batch is ``in_progress`` for ``looks`` looks; ``fault`` is what becomes of it: ``None`` (completed), ``failed``, ``expired`` (every second request
is answered), or ``errors`` (every second request is in the error file). ``refuse`` is an HTTP status for every request; ``stuck`` makes a batch and never says so,
``drops`` breaks so many connections, one of a batch that was made too. ``packed`` makes both files of the lines that would be in the first;
``gone`` are kinds of files that cannot be downloaded; ``forgotten`` are batches and kinds of files that it answers 404 for, so many times; ``unlisted`` is the status of its list.
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Self

Answer = Callable[[Mapping[str, Any]], str]
Pack = Callable[[list[dict[str, Any]]], tuple[bytes, bytes]]


class BatchServer:
    """The server, on a thread of its own."""

    def __init__(self, answer: Answer, *, looks: int = 2, fault: str | None = None, refuse: int = 0) -> None:  # fmt: skip
        self.answer, self.looks, self.fault, self.refuse = answer, looks, fault, refuse
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, int] = {}
        self.uploads: list[list[dict[str, Any]]] = []
        self.keys: set[str] = set()
        self.chats = 0
        self.stuck, self.drops, self.made = False, 0, threading.Event()
        self.packed: Pack | None = None
        self.gone: set[str] = set()
        self.forgotten: dict[str, int] = {}
        self.unlisted = 0
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def base_url(self) -> str:
        """Its address up to ``/v1``."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def keep(self, content: bytes) -> dict[str, Any]:
        """Keep an uploaded file."""
        name = f"file-{len(self.files)}"
        self.files[name] = content
        return {"id": name, "object": "file", "purpose": "batch"}

    def make(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Make a batch of a file."""
        name = f"batch_{len(self.batches)}"
        lines = [json.loads(line) for line in self.files[wanted["input_file_id"]].split(b"\n") if line]  # fmt: skip
        assert wanted["endpoint"] == "/v1/chat/completions" and wanted["completion_window"] == "24h"
        assert all(line["method"] == "POST" and line["url"] == wanted["endpoint"] for line in lines)
        self.uploads.append(lines)
        self.batches[name] = {"id": name, "status": "in_progress", "lines": lines, "input_file_id": wanted["input_file_id"]}  # fmt: skip
        self.made.set()
        return self.state(name)

    def look(self, name: str) -> dict[str, Any]:
        """Answer one look at a batch; it ends after ``looks`` of them."""
        self.seen[name] = self.seen.get(name, 0) + 1
        batch = self.batches[name]
        if self.seen[name] > self.looks and batch["status"] == "in_progress":
            self._end(batch)
        return self.state(name)

    def state(self, name: str) -> dict[str, Any]:
        """Return a batch as the service shows it."""
        return {key: value for key, value in self.batches[name].items() if key != "lines"}

    def _end(self, batch: dict[str, Any]) -> None:
        batch["status"] = self.fault if self.fault in ("failed", "expired") else "completed"
        good, bad = [], []
        for position, line in enumerate(batch["lines"]):
            if self.fault == "failed" or (self.fault in ("expired", "errors") and position % 2):
                body = {"error": {"message": "no room", "code": "server_error"}}
                failed = {"status_code": 500, "body": body}
                bad.append({"custom_id": line["custom_id"], "response": failed, "error": None})
                continue
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": self.answer(line["body"])}}  # fmt: skip
            body = {"id": "c", "model": line["body"]["model"], "choices": [choice], "usage": {"prompt_tokens": 20, "completion_tokens": 9}}  # fmt: skip
            good.append({"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None})  # fmt: skip
        if self.fault == "failed":
            return
        packed = [b"\n".join(json.dumps(one).encode() for one in lines) for lines in (good[::-1], bad)]  # fmt: skip
        if self.packed is not None:
            packed = [*self.packed(good)]
        batch["output_file_id"] = self.keep(packed[0])["id"]
        if packed[1] and self.fault in (None, "errors"):
            batch["error_file_id"] = self.keep(packed[1])["id"]


class _Handler(http.server.BaseHTTPRequestHandler):
    owner: BatchServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a look at a batch, or the content of a file."""
        parts = self.path.split("/")
        if self.owner.refuse:
            self._send(self.owner.refuse, b'{"error": {"message": "no"}}')
        elif parts[2].partition("?")[0] == "batches" and len(parts) == 3 and self.owner.unlisted:
            self._send(self.owner.unlisted, b'{"error": {"message": "no list"}}')
        elif parts[2].partition("?")[0] == "batches" and len(parts) == 3:
            states = [self.owner.state(name) for name in reversed(self.owner.batches)]
            self._send(200, json.dumps({"object": "list", "data": states}).encode())
        elif parts[2] == "batches":
            if self._drop():
                return
            if self._forgets(parts[3]):
                self._send(404, b'{"error": {"message": "no such batch"}}')
                return
            self._send(200, json.dumps(self.owner.look(parts[3])).encode())
        elif any(parts[3] == batch.get(kind) for kind in self.owner.gone for batch in self.owner.batches.values()):  # fmt: skip
            self._send(503, b"{}")
        elif any(parts[3] == batch.get(kind) and self._forgets(kind) for kind in [*self.owner.forgotten] for batch in self.owner.batches.values()):  # fmt: skip
            self._send(404, b'{"error": {"message": "no such file"}}')
        else:
            self._send(200, self.owner.files[parts[3]])

    def do_POST(self) -> None:
        """Take a file, or make a batch."""
        self.owner.keys.add(self.headers["Authorization"])
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.owner.refuse:
            self._send(self.owner.refuse, b'{"error": {"message": "no"}}')
        elif self.path.endswith("/files"):
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = {p.get_param("name", header="content-disposition"): p for p in BytesParser(policy=HTTP).parsebytes(head + data).iter_parts()}  # type: ignore[attr-defined]  # fmt: skip
            assert parts["purpose"].get_content().strip() == "batch"
            self._send(200, json.dumps(self.owner.keep(parts["file"].get_payload(decode=True))).encode())  # fmt: skip
        elif self.path.endswith("/batches"):
            made = json.dumps(self.owner.make(json.loads(data))).encode()
            if not self.owner.stuck and not self._drop():
                self._send(200, made)
        else:
            self.owner.chats += 1
            self._send(404, b"{}")

    def _drop(self) -> bool:
        """Break the connection, as often as the owner says."""
        if not self.owner.drops:
            return False
        self.owner.drops -= 1
        self.close_connection = True
        return True

    def _forgets(self, name: str) -> bool:
        """Tell whether the owner has forgotten something, once more."""
        left = self.owner.forgotten.get(name, 0)
        self.owner.forgotten[name] = max(0, left - 1)
        return left > 0

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
