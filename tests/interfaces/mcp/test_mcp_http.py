"""The server over streamable HTTP: who may ask, and clients of both protocol eras."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from typing import Any

import pytest
from mcp import Client

from tests.interfaces.mcp.conftest import Story, value
from tests.support.cli import pygent

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


def posted(port: int, body: str = json.dumps(LIST), **headers: str) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {"content-type": "application/json", "accept": "application/json, text/event-stream", **headers}
    try:
        asking.request("POST", "/mcp", body=body, headers=sent)
        return asking.getresponse().status
    finally:
        asking.close()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_clients_of_both_eras_are_told_the_same(story: Story, port: int, mode: str) -> None:
    async def talk() -> tuple[Any, Any, str]:
        async with Client(f"http://127.0.0.1:{port}/mcp", mode=mode) as client:
            status, best = (
                await value(client, "status", run=story.run),
                await value(client, "best", run=story.run),
            )
            read = await client.read_resource(f"pygent://variants/{story.best}/diff")
            return status, best, read.contents[0].text  # type: ignore[union-attr]

    status, best, diff = asyncio.run(talk())
    assert status["best"]["variant"] == story.best == best["variant"]["id"]
    told = pygent("archive", "diff", story.best, "--json", home=story.home).json
    assert told["diff"] in diff


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "pygent.example.org"}, 421),
        ({"host": "127.0.0.1.example.org:80"}, 421),
        ({"origin": "https://example.org"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 400),
    ],
)
def test_pages_of_other_sites_are_refused(port: int, headers: dict[str, str], status: int) -> None:
    assert posted(port, **headers) == status


def test_a_request_that_is_too_large_is_refused(port: int) -> None:
    assert posted(port, " " * (5 * 2**20) + json.dumps(LIST)) == 413


def test_only_loopback_is_served(story: Story) -> None:
    done = pygent("mcp", "serve", "--http", "--host", "0.0.0.0", home=story.home)
    assert done.code == 2
    assert "only loopback" in " ".join(done.err.split())


def test_a_port_in_use_is_one_line(story: Story) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        done = pygent("mcp", "serve", "--http", "--port", number, home=story.home)
    assert done.code == 1
    assert done.err == f"pygent: port {number} of 127.0.0.1 is in use: choose another with --port\n"
