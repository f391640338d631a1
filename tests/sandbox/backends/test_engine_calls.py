"""Calls of the engine: connections are kept, and one that the engine has closed is not used again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import docker
import pytest

from pygent.sandbox.backends.engine_calls import EngineAwayError, EngineCalls, EngineRefusalError

Answers = Callable[..., EngineCalls]


def http(status: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@pytest.fixture
def connections() -> list[list[str]]:
    """The first line of each request, by connection."""
    return []


@pytest.fixture
def closed() -> SimpleQueue[int]:
    """The number of each connection that the engine has closed."""
    return SimpleQueue()


@pytest.fixture
def engine(tmp_path: Path, connections: list[list[str]], closed: SimpleQueue[int]) -> Iterator[Answers]:
    """Makes an engine that gives these answers to each connection in turn, and then closes it."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"{tmp_path}/s")
    server.listen()
    serving: list[threading.Thread] = []

    def serve(answers: tuple[list[bytes], ...]) -> None:
        for one in answers:
            link, _ = server.accept()
            connections.append([])
            with link:
                for answer in one:
                    connections[-1].append(link.recv(1 << 16).decode().partition("\r\n")[0])
                    link.sendall(answer)
            closed.put(len(connections))

    def made(*answers: list[bytes]) -> EngineCalls:
        serving.append(threading.Thread(target=serve, args=(answers,)))
        serving[0].start()
        found: Any = docker.DockerClient(base_url=f"unix://{tmp_path}/s", version="1.41").api
        return EngineCalls(found)

    yield made
    for thread in serving:
        thread.join()
    server.close()


def test_a_connection_is_kept(engine: Answers, connections: list[list[str]]) -> None:
    calls = engine([http("200 OK", '{"Id": "a"}'), http("204 No Content", "")])
    assert calls.call("POST", "/containers/create") == {"Id": "a"}
    assert calls.call("POST", "/containers/a/start") == {}
    assert connections == [
        ["POST /v1.41/containers/create HTTP/1.1", "POST /v1.41/containers/a/start HTTP/1.1"]
    ]
    calls.close()


def test_a_connection_that_the_engine_has_closed_is_replaced(
    engine: Answers, connections: list[list[str]], closed: SimpleQueue[int]
) -> None:
    calls = engine([http("200 OK", "{}")], [http("200 OK", "[]")])
    assert calls.call("GET", "/first") == {}
    assert closed.get(timeout=30) == 1
    assert calls.call("GET", "/second") == {}
    assert connections == [["GET /v1.41/first HTTP/1.1"], ["GET /v1.41/second HTTP/1.1"]]
    calls.close()


def test_a_refusal_has_the_engines_words(engine: Answers) -> None:
    calls = engine([http("404 Not Found", '{"message": "No such\\nimage: i"}'), http("500 No", "torn")])
    with pytest.raises(EngineRefusalError, match=r"^No such image: i$") as missing:
        calls.call("POST", "/containers/create")
    assert missing.value.is_missing
    with pytest.raises(EngineRefusalError, match=r"^torn$") as torn:
        calls.call("GET", "/info")
    assert not torn.value.is_missing
    calls.close()


def test_an_engine_that_goes_in_a_call_is_away(engine: Answers) -> None:
    calls = engine([b""])
    with pytest.raises(EngineAwayError, match="the engine does not answer: Remote end closed"):
        calls.call("GET", "/info")


def test_a_container_that_cannot_be_attached_to_is_a_refusal(engine: Answers) -> None:
    calls = engine([http("409 Conflict", '{"message": "it is paused"}')])
    with pytest.raises(EngineRefusalError, match="it is paused"):
        calls.attach("a")


def test_an_attached_stream_is_a_socket_that_does_not_block(engine: Answers) -> None:
    calls = engine([b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"])
    with calls.attach("a") as stream:
        assert not stream.getblocking()
