"""Hazards: a request leaves through a proxy that ``no_proxy`` forbids, a proxy learns a key, one of another kind is spoken to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.types import Response
from model_adapters.registry import create
from model_adapters.services.proxies import bypasses, proxy_for
from tests.support.runs.toy import write_tone
from tests.support.servers.service_adapters import SERVICES, request

network = pytest.mark.network
KEY = "canary-4711-key"
VARIABLES = [name for base in ("http", "https", "all", "no") for name in (f"{base}_proxy",)]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for service in SERVICES.values():
        for name in service.environment:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(service.variables[0], KEY)


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("10.0.0.0/8", "http://10.255.255.1:8000/v1", True),
        ("10.0.0.0/8", "http://11.0.0.1/v1", False),
        ("localhost,127.0.0.1,10.0.0.0/8", "http://10.1.1.1/v1", True),
        ("10.0.0.0/8", "http://10.evil.example/v1", False),
        ("10.1.1.1/8", "http://10.9.9.9/v1", True),
        ("192.168.1.5", "http://192.168.1.5/v1", True),
        ("192.168.1.5:8000", "http://192.168.1.5:8000/v1", True),
        ("192.168.1.5:8000", "http://192.168.1.5:9000/v1", False),
        ("fd00::/8", "http://[fd00::7]:8000/v1", True),
        ("[fd00::7]", "http://[fd00::7]:8000/v1", True),
        ("[fd00::7]:8000", "http://[fd00:0:0::7]:8000/v1", True),
        ("[fd00::7]:8000", "http://[fd00::7]:9000/v1", False),
        ("example.com", "https://api.example.com/v1", True),
        (".example.com", "https://api.example.com/v1", True),
        ("*.example.com", "https://api.example.com/v1", True),
        ("Example.COM.", "https://API.example.com./v1", True),
        ("example.com", "https://badexample.com/v1", False),
        ("example.com:443", "https://example.com/v1", True),
        ("example.com:80", "https://example.com/v1", False),
        ("gpu-1 gpu-2", "http://gpu-2:8000/v1", True),
        ("*", "https://anywhere.example/v1", True),
        ("", "https://anywhere.example/v1", False),
        (",, ,", "https://anywhere.example/v1", False),
        ("not/a/network,300.1.1.1/99", "http://10.0.0.1/v1", False),
    ],
)
def test_what_no_proxy_names(no_proxy: str, url: str, direct: bool) -> None:
    assert bypasses(url, no_proxy) is direct
    environment = {"all_proxy": "http://proxy:3128", "NO_PROXY": no_proxy}
    assert (proxy_for(url, environment) is None) is direct


def test_which_variable_counts() -> None:
    both = {
        "https_proxy": "http://small:1",
        "HTTPS_PROXY": "http://big:1",
        "ALL_PROXY": "http://all:1",
    }
    assert proxy_for("https://a.example", both) == "http://small:1"
    assert proxy_for("http://a.example", both) == "http://all:1"
    assert proxy_for("https://a.example", {"https_proxy": " ", "all_proxy": "http://all:1"})
    assert proxy_for("http://localhost:1/v1", both) is None
    taken_from_a_header = {"HTTP_PROXY": "http://evil:1", "REQUEST_METHOD": "GET"}
    assert proxy_for("http://a.example", taken_from_a_header) is None


@pytest.mark.parametrize(
    "value",
    [
        "socks5://127.0.0.1:1080",
        "socks4a://me:pass-word@proxy:1",
        "127.0.0.1:3128",
        "proxy",
        "http://",
        "http://me:pass/word@proxy:1",
        "http://proxy:99999",
        "http://proxy:x",
        "http://pro\nxy:1",
    ],
)
@pytest.mark.parametrize("variable", ["https_proxy", "ALL_PROXY"])
def test_any_other_proxy_is_refused_by_name_and_not_shown(variable: str, value: str) -> None:
    with pytest.raises(UsageError, match=variable) as caught:
        proxy_for("https://service.example/v1", {variable: value})
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("name", [*SERVICES, "cascade"])
def test_every_adapter_refuses_it_before_anything_is_sent(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "gemini":
        pytest.importorskip("google.genai", reason="needs the extra gemini")
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    target = SERVICES[name].target if name in SERVICES else "cascade:openai:whisper-1"
    with pytest.raises(UsageError, match="all_proxy"):
        create(target, {"base_url": "http://service.invalid"}).open()


# --- canaries ----------------------------------------------------------------------------------


@contextmanager
def proxy() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that refuses everything; gives its URL and the heads that it got."""
    heads: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                heads.append(connection.recv(65_536).split(b"\r\n\r\n")[0])
                connection.sendall(
                    b"HTTP/1.1 502 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heads
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)


def ask(name: str, url: str, clip: Path) -> Response:
    """What an adapter makes of one request to a service behind a URL."""
    target = SERVICES[name].target if name in SERVICES else "cascade:openai:whisper-1"
    path = SERVICES[name].path if name in SERVICES else "/v1"
    adapter = create(target, {"base_url": url + path, "max_retries": 0, "timeout": 20.0})
    adapter.open()
    (found,) = adapter.generate_batch([request("a", clip)])
    adapter.close()
    return found


@network
@pytest.mark.parametrize("name", [*SERVICES, "cascade"])
def test_a_proxy_sees_the_host_and_never_the_key(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An https service is reached through CONNECT; an http one without a proxy that ``no_proxy`` forbids."""
    if name == "gemini":
        pytest.importorskip("google.genai", reason="needs the extra gemini")
    tone = write_tone(tmp_path / "tone.wav")
    (tmp_path / ".netrc").write_text("default login netrc-canary password netrc-canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with proxy() as (url, heads):
        monkeypatch.setenv("https_proxy", url.replace("http://", "http://me:proxy-word@"))
        monkeypatch.setenv("http_proxy", url)
        monkeypatch.setenv("no_proxy", "203.0.113.0/24")
        found = ask(name, "https://service.invalid", tone)
        assert found.error is not None
        assert heads and all(head.startswith(b"CONNECT service.invalid:443") for head in heads)
        assert b"canary" not in b"".join(heads)
        assert b"Basic bWU6cHJveHktd29yZA==" in heads[0]  # its own password, and no other
        assert "proxy-word" not in found.error.message and KEY not in found.error.message
        before = len(heads)
        found = ask(name, "http://service.invalid", tone)
        assert found.error is not None and len(heads) == before + 1
        assert heads[-1].startswith(b"POST http://service.invalid/")
        assert b"netrc" not in heads[-1]
