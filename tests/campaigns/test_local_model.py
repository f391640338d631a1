"""The model that needs no key: installed by the product's own command, served, asked, and ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent.gateway.local.model_server import LocalServer
from pygent.gateway.model_api import Request
from pygent.gateway.model_errors import ModelError
from pygent.gateway.models.connect import connect
from pygent.gateway.run_account import RunAccount
from pygent.prompts.message import Message
from tests.support.cli import pygent

pytestmark = pytest.mark.campaign
CACHE = Path(__file__).parents[2] / ".cache" / "models"


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYGENT_MODELS", str(CACHE))
    done = pygent("models", "install", "local")
    assert done.code == 0, done.err
    assert pygent("models", "list", "--json").json["local"]["installed"] is True


@pytest.fixture
def server() -> Iterator[LocalServer]:
    made = LocalServer()
    yield made
    made.close()


def test_it_answers_and_counts() -> None:
    model = connect("local", RunAccount(), environment={})
    ask = (Message("user", "Name a fruit."),)
    try:
        free = model.complete(Request(ask, 20, 0.0, 1))
    finally:
        model.close()
    assert free.text.strip()
    assert 0 < free.usage.completion_tokens <= 20
    assert free.usage.prompt_tokens > 0
    assert free.usage.dollars == 0


def test_nobody_else_may_ask_it_and_closing_ends_its_process(server: LocalServer) -> None:
    assert server.address.startswith("http://127.0.0.1:")
    assert server.cpu_seconds > 0
    from pygent.gateway.models.openai_model import OpenAIModel

    stranger = OpenAIModel("local", "wrong-key-0123", server.address, 10)
    with pytest.raises(ModelError, match="401"):
        stranger.complete(Request((Message("user", "?"),), 5, 0))
    stranger.close()
    pid = server._process.pid
    server.close()
    assert not os.path.exists(f"/proc/{pid}")


def test_an_unattended_run_in_which_it_proposes(tmp_path: Path) -> None:
    """What comes of eight attempts is not known; each has its cost, and its reason if nothing came of it."""
    arguments = ("--model", "local", "--attempts", 8, "--tokens", 100_000, "--seed", 1)
    done = pygent("evolve", "text_distance", *arguments, "--json", home=tmp_path)
    assert done.code == 0, done.err
    baseline, *tried = pygent("archive", "list", "--order", "attempt", "--json", home=tmp_path).json
    assert baseline["status"] == "valid"
    assert [one["proposer"] for one in tried] == ["llm"] * 8
    assert all(one["reason"] for one in tried if one["status"] in ("gated_out", "failed"))
    assert all(one["usage"]["completion_tokens"] > 0 for one in tried)
