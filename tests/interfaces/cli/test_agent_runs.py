"""Runs in which the agent proposes: through its stages and tools, in boxes, against a model's server."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

import pytest

from pygent.archive.store import ArchiveStore
from pygent.gateway.transcripts import exchanges
from pygent.sandbox.backends.engine import connect
from tests.support.agent_script import SPEED_UP, by_plan
from tests.support.cli import pygent
from tests.support.runs import containers_of
from tests.support.servers.model_server import ModelServer, Request, Step, status
from tests.support.trusting import trusted

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def sped_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, ModelServer]:
    """A run of the agent on `text_distance` that finds a faster algorithm, and the server that it asked."""
    home = tmp_path_factory.mktemp("agent") / "home"
    with ModelServer(otherwise=by_plan(SPEED_UP)) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        options = ["--proposer", "agent", "--model", "planner", "--tokens", "400000", "--window", "1"]
        servers = home.parent / "mcp.json"
        time = {"command": sys.executable, "args": ["-m", "mcp_server_time"]}
        servers.write_text(json.dumps({"mcpServers": {"time": time}}))
        options += ["--mcp-config", str(trusted(servers))]
        done = pygent(
            "evolve", "text_distance", *options, "--evaluations", "1", "--seed", "7", "--json", home=home
        )
    assert done.code == 0, done.err
    return home, done.json["run"], server


def test_the_agent_goes_through_all_stages_and_ends_with_an_accepted_speed_up(
    sped_up: tuple[Path, str, ModelServer],
) -> None:
    home, run, _ = sped_up
    with ArchiveStore.open(home, read_only=True) as archive:
        best = archive.variants.best(run)
        assert best is not None
        assert best.status in ("accepted", "champion")
        assert best.score is not None
        assert best.score > 2
        assert (best.proposer, best.operator) == ("agent", "default")
        assert best.note == "bit-parallel columns instead of a matrix"
        told = exchanges(archive, archive.variants.records(best.id))
    stages = [exchange.stage for exchange in told if exchange.op == "complete"]
    assert list(dict.fromkeys(stages)) == ["analysis", "plan", "execute", "reflect"]
    assert [exchange.op for exchange in told if exchange.op != "complete"] == [
        "inputs", "archive", "mcp", "evaluate", "evaluate"
    ]  # fmt: skip
    results = {m.content for exchange in told for m in exchange.messages if m.role == "tool"}
    assert any("Answer of time__get_current_time" in text and "UTC" in text for text in results)
    assert any("By line" in text and "text_distance.py" in text for text in results)
    assert any(text.startswith("[exit code 0]\n3\n") for text in results)
    assert any(
        "Score:" in text and "Side by side with the program you began with" in text for text in results
    )
    assert best.usage.calls == len(stages)


def test_what_was_exchanged_is_in_the_archive_as_it_was(sped_up: tuple[Path, str, ModelServer]) -> None:
    home, run, server = sped_up
    with ArchiveStore.open(home, read_only=True) as archive:
        best = archive.variants.best(run)
        assert best is not None
        told = [one for one in exchanges(archive, archive.variants.records(best.id)) if one.op == "complete"]
        assert archive.verify() == []
    asked = [request.body["messages"] for request in server.requests]
    for exchange in told:
        sent = [(message.role, message.content) for message in exchange.messages]
        assert sent in [[(one["role"], one["content"] or "") for one in messages] for messages in asked]


def test_a_replay_asks_nobody_and_gives_the_same_source(
    sped_up: tuple[Path, str, ModelServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, run, server = sped_up
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    before = len(server.requests)
    done = pygent("evolve", "text_distance", "--replay", run[:6], "--json", home=home)
    assert done.code == 0, done.err
    assert len(server.requests) == before
    with ArchiveStore.open(home, read_only=True) as archive:
        ours, theirs = (
            [(one.attempt, one.tree, one.note, one.usage) for one in archive.variants.list_(run=name)]
            for name in (run, done.json["run"])
        )
    assert ours == theirs


def everything_in(pid: int) -> bytes:
    """All that a process holds: its environment, its arguments, where its descriptors lead, its memory, and
    the scratch space that it sees."""
    place = Path(f"/proc/{pid}")
    parts = [(place / "environ").read_bytes(), (place / "cmdline").read_bytes()]
    parts += [os.readlink(fd).encode() for fd in (place / "fd").iterdir()]
    with (place / "mem").open("rb", buffering=0) as memory:
        for row in (place / "maps").read_text().splitlines():
            area, rights, *_ = row.split()
            start, end = (int(number, 16) for number in area.split("-"))
            if rights.startswith("rw") and end - start < 1 << 28:
                memory.seek(start)
                with contextlib.suppress(
                    OSError
                ):  # pages that nobody has touched, or that are hidden even from us
                    parts.append(memory.read(end - start))
    for folder, _, names in os.walk(place / "root" / "tmp"):
        parts += [Path(folder, name).read_bytes() for name in names if Path(folder, name).is_file()]
    return b"\0".join(parts)


def test_no_key_no_proxy_and_no_address_is_in_the_box_while_the_agent_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = "http://user:proxy-password-77@127.0.0.1:9"
    found: list[bytes] = []

    def look(request: Request) -> Step:
        if not found and any(message["role"] == "tool" for message in request.body["messages"]):
            client = connect()
            for id in containers_of(os.getpid()):
                top = client.api.top(id, "-o pid")["Processes"]
                found.extend(everything_in(int(row[0])) for row in top)
            client.close()
        return by_plan(SPEED_UP)(request)

    with ModelServer(otherwise=look) as server:
        for name, value in {**server.environment, "HTTPS_PROXY": proxy, "https_proxy": proxy}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-0123456789-secret")
        options = ["--proposer", "agent", "--model", "planner", "--tokens", "400000", "--attempts", "1"]
        done = pygent("evolve", "text_distance", *options, "--window", "1", "--json", home=tmp_path / "home")
    assert done.code == 0, done.err
    assert any(b"text_distance.py" in held for held in found)  # the search does find what is there
    everything = b"".join(found)
    for secret in (server.key, "proxy-password-77", "sk-ant-0123456789-secret", server.base_url, "OPENAI_"):
        assert secret.encode() not in everything


def test_an_attempt_that_was_cut_short_goes_on_from_its_paid_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, paid = tmp_path / "home", 4
    refused = status(401, "the key has run out", code="invalid_api_key")

    def answer(request: Request) -> Step:
        return by_plan(SPEED_UP)(request) if len(first.requests) <= paid else refused

    options = ["--proposer", "agent", "--profile", "direct", "--model", "planner", "--tokens", "400000"]
    with ModelServer(otherwise=answer) as first:
        for name, value in first.environment.items():
            monkeypatch.setenv(name, value)
        ended = pygent("evolve", "text_distance", *options, "--attempts", "1", "--window", "1", home=home)
    assert ended.code == 1
    assert "401" in ended.err
    with ArchiveStore.open(home, read_only=True) as archive:
        (run,) = archive.runs.list_()
    with ModelServer(otherwise=by_plan(SPEED_UP)) as second:
        for name, value in second.environment.items():
            monkeypatch.setenv(name, value)
        assert pygent("resume", run.id, home=home).code == 0
    with ArchiveStore.open(home, read_only=True) as archive:
        made = next(one for one in archive.variants.list_(run=run.id) if one.attempt == 1)
        told = [one for one in exchanges(archive, archive.variants.records(made.id)) if one.op == "complete"]
    assert made.tree is not None
    assert len(told) == paid + len(second.requests)
    assert len(told[paid].messages) > len(told[paid - 1].messages)
    assert made.usage.calls == len(told)
