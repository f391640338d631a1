"""Our side of the protocol, tried by its own conformance suite: the client scenarios that apply."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.servers.node import Programs, programs_or_skip

pytestmark = pytest.mark.campaign

ROOT = Path(__file__).parents[3]
APPLY = (
    "initialize",
    "tools_call",
    "sse-retry",
    "request-metadata",
    "http-standard-headers",
    "http-custom-headers",
    "http-invalid-tool-headers",
    "json-schema-ref-no-deref",
    "json-schema-2020-12-preservation",
)
CLIENT = f"{sys.executable} -m tests.support.servers.conformance_client"


@pytest.fixture(scope="module")
def npm() -> Programs:
    return programs_or_skip()


@pytest.mark.parametrize("scenario", APPLY)
def test_a_scenario_of_the_conformance_suite_passes(
    npm: Programs, scenario: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    told = npm.conformance("client", "--command", CLIENT, "--scenario", scenario, "--timeout", 60_000)
    assert "OVERALL: PASSED" in told, told[-2000:]
    assert " 0 failed, 0 warnings" in told
