"""The protocol's conformance suite against the server: what the docs say of its scenarios is so."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.interfaces.mcp.conftest import ROOT
from tests.support.servers.node import Programs

pytestmark = pytest.mark.campaign

ERAS = ("2025-11-25", "2026-07-28")


@cache
def documented() -> tuple[dict[str, set[str]], set[str]]:
    """Of docs/how-to/mcp-server.md: scenarios that apply, with the checks left out; and those that do not."""
    page = (ROOT / "docs" / "how-to" / "mcp-server.md").read_text()
    section = page[page.index("These apply, and pass:") :]
    apply, _, others = section.partition("These do not apply:")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|(.*)\|$", apply, flags=re.MULTILINE)
    return {name: set(re.findall(r"`([^`]+)`", rest)) for name, rest in rows}, set(
        re.findall(r"`([^`]+)`", others)
    )


@pytest.fixture(scope="module")
def checks(
    npm: Programs, port: int, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, list[dict[str, str]]]:
    """All checks of all scenarios in both eras, by scenario."""
    found: dict[str, list[dict[str, str]]] = {}
    for era in ERAS:
        folder = tmp_path_factory.mktemp("conformance")
        url = f"http://localhost:{port}/mcp"
        npm.conformance("server", "--url", url, "--suite", "all", "--spec-version", era, "-o", folder)
        for file in Path(folder).glob("*/checks.json"):
            name = re.sub(r"^server-|-\d{4}-\d\d-\d\dT.*$", "", file.parent.name)
            found.setdefault(name, []).extend(json.loads(file.read_text()))
    return found


def test_the_docs_know_every_scenario_of_the_suite(npm: Programs) -> None:
    listed = npm.conformance("list").partition("Client scenarios")[0]
    applying, others = documented()
    assert not applying.keys() & others
    assert set(re.findall(r"^  - (\S+)", listed, flags=re.MULTILINE)) == applying.keys() | others


@pytest.mark.parametrize("scenario", sorted(documented()[0]))
def test_scenarios_that_apply_pass(checks: Mapping[str, list[dict[str, str]]], scenario: str) -> None:
    by_status: dict[str, set[str]] = {}
    for check in checks[scenario]:
        by_status.setdefault(check["status"], set()).add(check["id"])
    assert by_status["SUCCESS"]
    assert by_status.get("FAILURE", set()) == documented()[0][scenario]
