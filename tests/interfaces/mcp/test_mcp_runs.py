"""Runs that MCP clients start: they outlive their client, obey any other, and tell why they cannot begin."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from pygent.archive.locks import is_alive, owner
from pygent.testing.small_target import write_small_target
from tests.interfaces.mcp.conftest import Served, asked, over_stdio, refusal, value
from tests.support.runs import committed, wait_until

NO_ENGINE = {"DOCKER_HOST": "tcp://127.0.0.1:9"}


def talked(
    home: Path, talk: Callable[[Client], Coroutine[Any, Any, Any]], env: dict[str, str] | None = None
) -> Any:
    """With a server process of its own, which ends with the conversation."""

    async def held() -> Any:
        async with Client(over_stdio(home, env={**os.environ, **(env or {})})) as client:
            return await talk(client)

    return asyncio.run(held())


@pytest.mark.parametrize("wait", [True, False])
def test_a_run_that_cannot_begin_says_why(tmp_path: Path, wait: bool) -> None:
    target = str(write_small_target(tmp_path / "target"))

    async def talk(client: Client) -> tuple[str, Any]:
        wanted = {"target": target, "evaluations": 3, "sandbox": "docker", "wait": wait}
        said = await refusal(client, "start_run", **wanted)
        return said, (await value(client, "list_runs"))["runs"]

    said, runs = talked(tmp_path / "home", talk, NO_ENGINE)
    assert "no Docker engine answers at tcp://127.0.0.1:9" in said
    assert [run["state"] for run in runs] == ["dead"]


@pytest.fixture
def ended(tmp_path: Path) -> Iterator[list[str]]:
    """Runs to be killed at the end, whatever became of the test."""
    runs: list[str] = []
    yield runs
    for run in runs:
        if is_alive(tmp_path / "home", run) and (pid := owner(tmp_path / "home", run)):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.bubblewrap
def test_a_run_outlives_its_client_and_obeys_the_next(
    slow_target: Path, tmp_path: Path, ended: list[str]
) -> None:
    home = tmp_path / "home"

    async def begin(client: Client) -> Any:
        wanted = {"target": str(slow_target), "minutes": 5, "sandbox": "bubblewrap", "proposer": "mutate"}
        return await value(client, "start_run", **wanted)

    begun = talked(home, begin)
    run = begun["run"]
    ended.append(run)
    assert begun["state"] == "running"
    wait_until(lambda: committed(home) > 2)

    async def steer(client: Client) -> Any:
        again = await refusal(client, "resume_run", run=run)
        return again, await value(client, "pause_run", run=run[:5])

    again, paused = asked(Served(home, run), steer)
    assert "is already running" in again
    assert "asked to pause" in paused["said"]
    wait_until(lambda: not is_alive(home, run))
    done = committed(home)

    async def finish(client: Client) -> Any:
        before = await value(client, "status", run=run)
        resumed = await value(client, "resume_run", run=run, minutes=6)
        return before, resumed, await value(client, "stop_run", run=run)

    before, resumed, stopped = asked(Served(home, run), finish)
    assert (before["state"], before["stopped_by"]) == ("paused", "pause")
    assert resumed["state"] == "running"
    assert "asked to stop" in stopped["said"]
    wait_until(lambda: not is_alive(home, run))
    after = asked(Served(home, run), lambda client: value(client, "status", run=run))
    assert (after["state"], after["stopped_by"]) == ("finished", "stop")
    assert sum(after["statuses"].values()) >= done
