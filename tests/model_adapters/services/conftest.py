"""The services that every test of a service adapter runs against."""

from __future__ import annotations

import pytest

from tests.support.servers.service_adapters import SERVICES, Service


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> Service:
    """Each adapter of a service."""
    if request.param == "gemini":
        pytest.importorskip("google.genai", reason="needs the extra gemini")
    return SERVICES[request.param]
