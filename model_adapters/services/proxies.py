"""Which proxy a request to a service takes: read from the environment by one rule, for every client.

``http_proxy``, ``https_proxy`` and ``all_proxy`` name proxies, in small letters before capitals. ``no_proxy`` names what is
reached without one: hosts with their sub-domains, hosts with a port, addresses, networks (``10.0.0.0/8``), or ``*``. A
server on this machine never needs one. Only http and https proxies are supported; any other is refused with its
variable, for a client that took it for one of these would send requests to it in clear text.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from harness.errors import UsageError
from model_adapters.services.credentials import is_loopback

_PORTS: Final = {"http": 80, "https": 443}


def proxy_for(url: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return the URL of the proxy for a service, ``None`` for none.

    Args:
        url: the service's.
        environment: default is the process's.

    Raises:
        UsageError: the variable names no http or https proxy.

    >>> proxy_for("http://gpu:8000/v1", {"http_proxy": "http://proxy:3128"})
    'http://proxy:3128'
    >>> proxy_for("http://10.1.2.3/v1", {"http_proxy": "http://proxy:3128", "no_proxy": "10.0.0.0/8"}) is None
    True
    """
    found = os.environ if environment is None else environment
    scheme = urlsplit(url).scheme
    if is_loopback(url) or bypasses(url, _value(found, "no_proxy")[1]):
        return None
    for name in (f"{scheme}_proxy", "all_proxy"):
        variable, value = _value(found, name)
        if value:
            return _checked(variable, value)
    return None


def bypasses(url: str, no_proxy: str) -> bool:
    """Return whether ``no_proxy`` says that a URL is reached without a proxy.

    >>> bypasses("https://api.lab.example/v1", "lab.example"), bypasses("https://xlab.example/v1", "lab.example")
    (True, False)
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    port = parts.port or _PORTS.get(parts.scheme)
    return any(_matches(rule, host, port) for rule in re.split(r"[,\s]+", no_proxy.lower()) if rule)


def _matches(rule: str, host: str, port: int | None) -> bool:
    if rule == "*":
        return True
    address = _address(host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(rule.strip("[]"), strict=False)
        except ValueError:
            pass  # not a network: perhaps an address with a port
    name, colon, number = rule.rpartition(":")
    if colon and number.isdecimal():
        if int(number) != port:
            return False
        rule = name
    rule = rule.strip("[]").removeprefix("*").strip(".")
    if address is not None:
        return _address(rule) == address
    return bool(rule) and (host == rule or host.endswith(f".{rule}"))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _value(environment: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return a variable as it is spelled there, and its value; empty if it is not set."""
    for variable in (name, name.upper()):
        if variable == "HTTP_PROXY" and "REQUEST_METHOD" in environment:
            continue  # a web server took it from a header of whoever asks
        if value := environment.get(variable, "").strip():
            return variable, value
    return name, ""


def _checked(variable: str, value: str) -> str:
    """Return the URL of a proxy; it may hold a password, so it is never shown."""
    try:
        parts = urlsplit(value)
        is_url = bool(parts.hostname) and "://" in value and (parts.port or 1) > 0
    except ValueError:
        parts, is_url = urlsplit(""), False
    if is_url and parts.scheme in _PORTS and value.isprintable():
        return value
    kind = f"of kind {parts.scheme!r}" if is_url else "that is not a URL such as http://HOST:PORT"
    raise UsageError(
        f"the environment variable {variable} names a proxy {kind}",
        where=variable,
        hint="only http and https proxies are supported; name one, or unset it, or add the host to no_proxy",
    )


def certificates(url: str) -> ssl.SSLContext | bool:
    """Return the certificates to trust for a URL: of ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, else those of ``certifi``."""
    if not url.startswith("https:"):
        return True
    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
