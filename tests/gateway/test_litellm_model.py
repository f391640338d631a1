"""Another provider's protocol through litellm: answers, tool calls, cached tokens and faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pygent.gateway.model_api import Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.connect import connect
from pygent.gateway.models.litellm_model import LitellmModel, api_messages
from pygent.gateway.models.prices import Price
from pygent.gateway.run_account import Budgeted, RunAccount
from pygent.prompts.message import Message, ToolCall, ToolSpec

KEY = "sk-ant-test-0123456789"
ASK = (Message("system", "You add."), Message("user", "1 + 1?"))
VIEW = ToolSpec("view", "Shows a file.", {"type": "object", "properties": {"path": {"type": "string"}}})


class Anthropic:
    """A loopback server that speaks Anthropic's messages API; the next answer is set by the test."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status, self.content = 200, [{"type": "text", "text": "2"}]
        self.kept, self.refusal = 0, ""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                right = self.headers.get("x-api-key") == KEY
                refused = owner.refusal in owner.asked[-1] and owner.refusal
                status = 400 if refused else owner.status if right else 401
                body = owner.answer() if status == 200 else owner.fault()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Tests read `asked` instead."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self) -> bytes:
        usage = {
            "input_tokens": 30,
            "output_tokens": 5,
            "cache_read_input_tokens": 70,
            "cache_creation_input_tokens": self.kept,
        }
        told = {"id": "m1", "type": "message", "role": "assistant", "model": "claude-served", "usage": usage}
        return json.dumps({**told, "content": self.content, "stop_reason": "end_turn"}).encode()

    def fault(self) -> bytes:
        error = {"type": "rate_limit_error", "message": "slow down"}
        if self.refusal:
            text = f"`{self.refusal}` is deprecated for this model."
            error = {"type": "invalid_request_error", "message": text}
        return json.dumps({"type": "error", "error": error}).encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Anthropic]:
    made = Anthropic()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def model(server: Anthropic, monkeypatch: pytest.MonkeyPatch) -> LitellmModel:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_BASE", f"http://127.0.0.1:{server.server.server_address[1]}")
    server.status, server.content = 200, [{"type": "text", "text": "2"}]
    server.kept, server.refusal = 0, ""
    return LitellmModel("anthropic/claude-haiku-4-5", {"ANTHROPIC_API_KEY": KEY}, timeout=20)


def test_an_answer_with_its_usage_cached_tokens_included(model: LitellmModel, server: Anthropic) -> None:
    answer = model.complete(Request(ASK, 50, 0.2))
    assert answer.text == "2"
    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens, answer.usage.completion_tokens) == (
        100,
        70,
        5,
    )
    assert server.asked[-1]["max_tokens"] == 50


def test_tools_go_there_and_calls_come_back(model: LitellmModel, server: Anthropic) -> None:
    server.content = [{"type": "tool_use", "id": "t1", "name": "view", "input": {"path": "a.py"}}]
    answer = model.complete(Request(ASK, 50, 0.2, tools=(VIEW,)))
    assert [(call.id, call.name, json.loads(call.arguments)) for call in answer.calls] == [
        ("t1", "view", {"path": "a.py"})
    ]
    assert server.asked[-1]["tools"][0]["name"] == "view"


MARK = {"type": "ephemeral"}


def test_the_head_that_stays_the_same_is_marked_for_the_cache(model: LitellmModel, server: Anthropic) -> None:
    model.complete(Request(ASK, 50, 0.2))
    sent = server.asked[-1]
    assert [part.get("cache_control") for part in sent["system"]] == [MARK]
    assert "cache_control" not in json.dumps(sent["messages"])


def test_a_conversation_that_grows_is_marked_at_its_end(model: LitellmModel, server: Anthropic) -> None:
    calls = tuple(ToolCall(id, "view", "{}") for id in ("a", "b"))
    results = tuple(Message("tool", f"seen {id}", call_id=id) for id in ("a", "b"))
    begun = model.complete(Request(ASK, 50, 0.2, tools=(VIEW,)))
    assert server.asked[-1]["messages"][-1]["content"][-1]["cache_control"] == MARK
    messages = (*ASK, Message("assistant", begun.text, calls), *results)
    model.complete(Request(messages, 50, 0.2, tools=(VIEW,)))
    sent = server.asked[-1]
    marks = [part.get("cache_control") for message in sent["messages"] for part in message["content"]]
    assert marks == [*[None] * (len(marks) - 1), MARK]
    assert sent["system"][-1]["cache_control"] == MARK


def test_no_other_provider_is_told_what_to_cache() -> None:
    plain = [{"role": "system", "content": "You add."}, {"role": "user", "content": "1 + 1?"}]
    assert api_messages("mistral/mistral-small", Request(ASK, 50, 0.2, tools=(VIEW,))) == plain
    assert api_messages("bedrock/anthropic.claude-3", Request(ASK, 50, 0.2)) != plain


def test_what_the_cache_keeps_is_read_back_and_costs_extra(model: LitellmModel, server: Anthropic) -> None:
    server.kept = 20
    priced = Budgeted(model, RunAccount(), Price(input=1.0, output=0.0, cached=0.1, cache_write=2.0))
    answer = priced.complete(Request(ASK, 50, 0.2))
    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens, answer.cache_written) == (120, 70, 20)
    assert answer.usage.dollars == pytest.approx((30 * 1.0 + 70 * 0.1 + 20 * 2.0) / 1e6)


def test_an_option_that_anthropic_refuses_is_left_out_from_then_on(
    model: LitellmModel, server: Anthropic
) -> None:
    server.refusal, before = "temperature", len(server.asked)
    assert [model.complete(Request(ASK, 50, 0.2)).text for _ in "ab"] == ["2", "2"]
    assert ["temperature" in one for one in server.asked[before:]] == [True, False, False]


def test_a_temperature_of_none_is_not_sent(model: LitellmModel, server: Anthropic) -> None:
    model.complete(Request(ASK, 50, None))
    assert "temperature" not in server.asked[-1]


@pytest.mark.parametrize(("status", "kind"), [(429, Kind.RATE_LIMIT), (529, Kind.SERVER), (401, Kind.AUTH)])
def test_faults_have_their_kind_and_no_key(
    model: LitellmModel, server: Anthropic, status: int, kind: Kind
) -> None:
    server.status = status
    with pytest.raises(ModelError) as caught:
        model.complete(Request(ASK, 50, 0.2))
    assert caught.value.kind is kind
    assert KEY not in str(caught.value)
    assert ("ANTHROPIC_API_KEY" in str(caught.value)) == (kind is Kind.AUTH)


def test_the_name_decides_which_door(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="ANTHROPIC_API_KEY is not set"):
        connect("anthropic/claude-haiku-4-5", RunAccount(tokens=1000), environment={})
    with pytest.raises(ModelError, match="OPENAI_API_KEY is not set"):
        connect("gpt-4.1-mini", RunAccount(tokens=1000), environment={})
    everything = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    assert connect("anthropic/claude-haiku-4-5", RunAccount(tokens=1000), environment=everything).name


def test_a_file_of_variables_around_the_packages_does_not_say_where_keys_are_sent(tmp_path: Path) -> None:
    """litellm looks for `.env` from its own folder upwards: where an environment lies in a project, there."""
    (tmp_path / ".env").write_text("ANTHROPIC_API_BASE=https://example.org\n")
    packages = tmp_path / "env" / "packages"
    packages.mkdir(parents=True)
    found = find_spec("litellm")
    assert found is not None
    (packages / "litellm").symlink_to(Path(str(found.origin)).parent)
    program = tmp_path / "program.py"
    program.write_text(
        "from pygent.gateway.models.litellm_model import _imported\nimport os\n"
        "print(_imported().__file__, os.environ.get('ANTHROPIC_API_BASE'))\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LITELLM")}
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**environment, "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [f"{packages}/litellm/__init__.py", "None"], done.stderr
