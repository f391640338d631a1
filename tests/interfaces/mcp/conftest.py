"""A finished run to serve, clients to its server, and the protocol's own programs."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import ElicitResult

from pygent.interfaces.mcp.mcp_server import make_server
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.support.cli import pygent
from tests.support.runs import wait_until
from tests.support.servers.node import Programs, programs_or_skip

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Served:
    """An archive to serve, and a run of it."""

    home: Path
    run: str


class Story:
    """A finished run in a git repository of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.target = write_small_target(folder / "target")
        self.home = folder / "home"
        source = self.target / "src"
        for command in (
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "."],
            ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "begin"],
        ):
            subprocess.run(["git", "-C", str(source), *command], check=True)
        done = pygent(
            "evolve",
            self.target,
            *("--seed", 3, "--evaluations", 400, "--until", 1, "--selector", "best", "--json"),
            home=self.home,
        )
        self.run = done.json["run"]
        self.best = done.json["best"]["variant"]

    @property
    def source(self) -> str:
        return (self.target / "src" / "ranges.py").read_text()


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
        return Story(tmp_path_factory.mktemp("story"))


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())


def asked(
    story: Story | Served,
    talk: Callable[[Client], Coroutine[Any, Any, Any]],
    *,
    allow_apply: bool = False,
    **options: Any,
) -> Any:
    """What `talk` gives, held with a server in this process."""

    async def held() -> Any:
        server = make_server(story.home, "Ada", allow_apply=allow_apply)
        async with Client(server, **options) as client:
            return await talk(client)

    return asyncio.run(held())


def answering(confirm: bool, heard: list[str]) -> Callable[..., Any]:
    async def elicited(context: Any, params: Any) -> ElicitResult:
        heard.append(params.message)
        return ElicitResult(action="accept", content={"confirm": confirm})

    return elicited


async def value(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content[0].text)  # type: ignore[union-attr]


def command(home: Path, *options: str) -> list[str]:
    """`pygent mcp serve` of this checkout."""
    return [sys.executable, "-m", "pygent", "--home", str(home), "mcp", "serve", *options]


def over_stdio(home: Path, *options: str, env: dict[str, str] | None = None) -> StdioServerParameters:
    program, *arguments = command(home, *options)
    return StdioServerParameters(command=program, args=arguments, cwd=str(ROOT), env=env)


def listening(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def port(story: Story) -> Iterator[int]:
    """Where the story's archive is served over HTTP, by a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    with subprocess.Popen(
        command(story.home, "--http", "--port", str(number), "--allow-apply"),
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    ) as served:
        try:
            wait_until(lambda: listening(number) or served.poll() is not None)
            yield number
        finally:
            served.terminate()


@pytest.fixture(scope="session")
def npm() -> Programs:
    return programs_or_skip()
