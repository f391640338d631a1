"""The inspector's command line, as people use it to try a server out."""

from __future__ import annotations

import pytest

from tests.interfaces.mcp.conftest import ROOT, Story, command
from tests.support.servers.node import Programs

pytestmark = pytest.mark.campaign


@pytest.fixture
def over_http(port: int) -> list[str]:
    return [f"http://127.0.0.1:{port}/mcp", "--transport", "http"]


@pytest.fixture(params=["stdio", "http"])
def server(request: pytest.FixtureRequest, story: Story) -> list[str]:
    """What leads the inspector to the story's archive."""
    if request.param == "http":
        return list(request.getfixturevalue("over_http"))
    return command(story.home, "--allow-apply")


def test_it_lists_tools_whose_schemas_every_client_can_take(npm: Programs, server: list[str]) -> None:
    told = npm.inspector(*server, "--method", "tools/list", "--strict", cwd=ROOT)
    names = {tool["name"] for tool in told["tools"]}
    assert {"start_run", "search", "diff", "bench_patch", "approve", "apply", "rollback"} <= names


def test_it_calls_tools(npm: Programs, server: list[str], story: Story) -> None:
    call = [*server, "--method", "tools/call", "--tool-name"]
    found = npm.inspector(*call, "search", "--tool-arg", f"run={story.run}", "status=champion", cwd=ROOT)
    assert story.best in {row["id"] for row in found["structuredContent"]["variants"]}


def test_it_reads_resources_and_prompts(npm: Programs, over_http: list[str], story: Story) -> None:
    read = ["--method", "resources/read", "--uri", f"pygent://variants/{story.best}/report"]
    report = npm.inspector(*over_http, *read, cwd=ROOT)["contents"][0]
    assert (report["mimeType"], story.best in report["text"]) == ("text/markdown", True)
    listed = npm.inspector(*over_http, "--method", "resources/templates/list", cwd=ROOT)["resourceTemplates"]
    assert len(listed) == 4
    ask = ["--method", "prompts/get", "--prompt-name", "explain_lineage", "--prompt-args"]
    prompt = npm.inspector(*over_http, *ask, f"variant={story.best}", cwd=ROOT)
    assert story.best in prompt["messages"][0]["content"]["text"]
