"""docs/how-to/mcp-server.md: what it gives to paste starts a server, and its tables name what there is."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.interfaces.mcp.conftest import ROOT, Story, asked, command, value

PAGE = (ROOT / "docs" / "how-to" / "mcp-server.md").read_text()
UVX = ["--from", "pygent-factory", "pygent"]


def pasted() -> list[dict[str, Any]]:
    """The server of each JSON form on the page."""
    forms = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)]
    return [(form.get("mcpServers") or form["servers"])["pygent"] for form in forms]


def started(
    program: str, arguments: list[str], run: str, env: dict[str, str] | None = None
) -> tuple[set[str], str]:
    server = StdioServerParameters(command=program, args=arguments, cwd=str(ROOT), env=env)

    async def talk() -> tuple[set[str], str]:
        async with Client(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            return names, (await value(client, "status", run=run))["run"]

    return asyncio.run(talk())


def test_there_is_a_form_for_three_clients() -> None:
    assert len(pasted()) == 3
    for server in pasted():
        assert (server["command"], server["args"][:3]) == ("uvx", UVX)


@pytest.mark.parametrize("server", pasted(), ids=["claude", "cursor", "vscode"])
def test_what_is_pasted_starts_a_server(server: dict[str, Any], story: Story) -> None:
    options = server["args"][3:]
    home = options[options.index("--home") + 1]
    assert Path(home).name == ".pygent"
    program, *first = command(story.home)
    arguments = [*first[:2], *(str(story.home) if word == home else word for word in options)]
    names, run = started(program, arguments, story.run)
    assert run == story.run
    assert ("apply" in names) == ("--allow-apply" in options)


@pytest.mark.campaign
def test_uvx_starts_it_from_what_is_built_here(story: Story) -> None:
    beside = Path(sys.executable).parent
    uvx = shutil.which("uvx", path=f"{beside}{os.pathsep}{os.environ['PATH']}")
    if uvx is None:
        pytest.fail("NOT TESTED: no uvx on the path", pytrace=False)
    arguments = ["--from", str(ROOT), "pygent", "--home", str(story.home), "mcp", "serve"]
    assert started(uvx, arguments, story.run, env=as_pip_is_set_up())[1] == story.run


def as_pip_is_set_up() -> dict[str, str]:
    """uv reads no settings of pip; where packages come from, it is to be told."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True
    )
    index = {"UV_DEFAULT_INDEX": told.stdout.strip()} if told.returncode == 0 else {}
    return {**os.environ, "UV_SYSTEM_CERTS": "1", **index}


def test_the_tables_name_every_tool_resource_and_prompt(story: Story) -> None:
    async def talk(client: Client) -> tuple[set[str], set[str], set[str]]:
        return (
            {tool.name for tool in (await client.list_tools()).tools},
            {one.uri_template for one in (await client.list_resource_templates()).resource_templates},
            {prompt.name for prompt in (await client.list_prompts()).prompts},
        )

    tools, templates, prompts = asked(story, talk, allow_apply=True)
    section = PAGE[PAGE.index("## Tools") : PAGE.index("## Resources and prompts")]
    cells = re.findall(r"^\| (`[^|]+) \|", section, flags=re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == tools
    assert set(re.findall(r"`(pygent://[^`]+)`", PAGE)) == templates
    assert all(f"`{name}`" in PAGE for name in prompts)
