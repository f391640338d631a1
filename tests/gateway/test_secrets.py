"""Keys in what goes through the door: none of them is written down, and none reaches a box."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pygent.archive.records import Usage
from pygent.archive.store import ArchiveStore
from pygent.evolution.models.attempt_gateways import AttemptGateways, AttemptLimits
from pygent.gateway.model_api import Completion, Model, Request
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.gateway.run_account import RunAccount
from pygent.gateway.secrets import MARK, Redactor
from pygent.gateway.transcripts import Transcripts
from pygent.prompts.message import ToolCall
from tests.support.servers.doors import Memory
from tests.support.servers.model_server import KEY, ModelServer, say

MADE_UP = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLOCK = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"
SHAPES = {
    "OpenAI": f"sk-proj-{MADE_UP[:40]}",
    "OpenAI, old": f"sk-{MADE_UP[:48]}",
    "Anthropic": f"sk-ant-api03-{MADE_UP[:40]}-AA",
    "OpenRouter": f"sk-or-v1-{'0123456789abcdef' * 4}",
    "GitHub": f"ghp_{MADE_UP[:36]}",
    "GitHub, app": f"ghs_{MADE_UP[:36]}",
    "GitHub, refresh": f"ghr_{MADE_UP[:36]}",
    "GitHub, fine": f"github_pat_{MADE_UP[:22]}_{MADE_UP[:59]}",
    "GitLab": f"glpat-{MADE_UP[:20]}",
    "AWS": "AKIAIOSFODNN7EXAMPLE",
    "AWS, for a session": "ASIAIOSFODNN7EXAMPLE",
    "AWS, secret": "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "Google": f"AIza{MADE_UP[:35]}",
    "Google, token": f"ya29.{MADE_UP[:40]}",
    "Google, client": f"GOCSPX-{MADE_UP[:28]}",
    "Slack, bot": f"xoxb-123456789012-{MADE_UP[:24]}",
    "Slack, app": f"xapp-1-A0123456789-{MADE_UP[:24]}",
    "Slack, hook": f"https://hooks.slack.com/services/T00000000/B00000000/{MADE_UP[:24]}",
    "Stripe": f"sk_live_{MADE_UP[:24]}",
    "Hugging Face": f"hf_{MADE_UP[:34]}",
    "npm": f"npm_{MADE_UP[:36]}",
    "PyPI": f"pypi-{MADE_UP}{MADE_UP}",
    "SendGrid": f"SG.{MADE_UP[:22]}.{MADE_UP[:43]}",
    "Azure": f";AccountKey={MADE_UP[:60]}==",
    "JWT": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{MADE_UP[:43]}",
    "bearer": f"Authorization: Bearer {MADE_UP[:30]}",
    "bearer, lower": f"authorization: bearer {MADE_UP[:30]}",
    "basic": "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWUgMTIz",
    "address": "postgres://alice:open-sesame-123@db.example/app",
    "address without a name": "redis://:open-sesame-123@cache.example:6379/0",
    "key": f"-----BEGIN PRIVATE KEY-----\n{BLOCK}-----END PRIVATE KEY-----",
    "RSA": f"-----BEGIN RSA PRIVATE KEY-----\n{BLOCK}-----END RSA PRIVATE KEY-----",
    "OpenSSH": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{BLOCK}-----END OPENSSH PRIVATE KEY-----",
    "PGP": f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{BLOCK}-----END PGP PRIVATE KEY BLOCK-----",
    "a key that is cut off": f"-----BEGIN PRIVATE KEY-----\n{BLOCK}",
}
OWN = 'Pa"ss/word\\of é mine 42'  # of no known shape, and with all that JSON and addresses write otherwise


SEEN = (
    "open-sesame",
    "wJalr",
    "MIIEv",
    "BKcw",
    "YWxpY2U6",
    "AKIAIO",
    "ASIAIO",
    "0123456789abcdef" * 2,
    MADE_UP[:15],
)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("around", ["{}", "it is {}, you know", "'{}'", '{{"a": "{}"}}', "KEY={}\nb", "({})"])
def test_a_key_of_a_known_shape_is_taken_out_of_any_text(name: str, around: str) -> None:
    for text in (around.format(SHAPES[name]), json.dumps(around.format(SHAPES[name]))):
        told = Redactor()(text)
        assert MARK in told
        assert [part for part in SEEN if part in told] == []


@pytest.mark.parametrize(
    "text",
    [
        "task-scheduler-for-many-workers and disk-usage-by-folder-and-user",
        "a basic understanding of bearer bonds",
        'url = f"https://{user}:{password}@{host}/"',
        "see https://example.com:8080/path and mailto:a@b.example",
        "token = tokenizer.next_token()\npassword = compute_password(user)",
        "eyJ is how a token begins",
        "if line.startswith('-----BEGIN PRIVATE KEY-----'):",
        "sg.some_long_attribute_name.other_long_attribute_name",
        "def sk_learn(x): return x",
    ],
)
def test_what_only_resembles_a_key_stays_as_it_is(text: str) -> None:
    assert Redactor()(text) == text


def spellings() -> dict[str, str]:
    data = OWN.encode()
    return {
        "as it is": f"it is {OWN}.",
        "JSON": json.dumps({"a": OWN}),
        "JSON with other letters": json.dumps({"a": OWN}, ensure_ascii=False),
        "JSON with slashes": json.dumps({"a": OWN}).replace("/", "\\/"),
        "JSON, each letter": '{"a": "' + "".join(f"\\u{ord(char):04X}" for char in OWN) + '"}',
        "an address": f"https://example.com/?q={quote(OWN, safe='')}",
        "base64": base64.b64encode(data).decode(),
        "base64 behind a name": base64.b64encode(b"alice:" + data).decode(),
        "base64 within": base64.b64encode(b"x" * 4 + data + b"yy").decode(),
        "base64 for addresses": base64.urlsafe_b64encode(b"??>" + data).decode(),
        "hexadecimal": data.hex(),
        "HEXADECIMAL": data.hex().upper(),
    }


@pytest.mark.parametrize("name", spellings())
def test_the_user_s_own_keys_are_known_by_value_however_they_are_written(name: str) -> None:
    text = spellings()[name]
    told = Redactor.of({"SERVICE_TOKEN": OWN})(text)
    assert MARK in told
    assert Redactor.of({"HOME": OWN})(text) == text
    assert "word" not in told.replace("password", "")


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "GITHUB_PAT", "DB_PASS", "PGPASSWORD", "SENTRY_DSN", "HTTP_AUTH", "my_secret"]
)
def test_variables_that_are_secret_by_name(name: str) -> None:
    assert Redactor.of({name: "of no known shape"})("it is of no known shape") == f"it is {MARK}"


@pytest.mark.parametrize("name", ["PATH", "PWD", "HOME", "PATTERN", "COMPASS"])
def test_variables_that_are_not(name: str) -> None:
    assert Redactor.of({name: "/usr/bin:/bin"})("/usr/bin:/bin") == "/usr/bin:/bin"


class Says:
    """A model with one answer."""

    name = "says"

    def __init__(self, answer: Completion) -> None:
        self.answer = answer

    def complete(self, request: Request) -> Completion:
        return self.answer

    def close(self) -> None: ...


class LeakyTools:
    def __init__(self, text: str) -> None:
        self.text = text

    def call(self, tool: str, arguments: Any) -> dict[str, Any]:
        return {"text": self.text, "is_error": False}


class Leaky:
    """MCP servers whose one tool answers with a text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def tools(self, servers: Any = None) -> list[dict[str, Any]]:
        return []

    def of_attempt(self) -> LeakyTools:
        return LeakyTools(self.text)


def through(home: Path, model: Model, *messages: dict[str, Any], text: str = "") -> tuple[list[Any], str]:
    """The answers to messages of a box, and all that is then on disk or in the journal, in one string."""
    archive = ArchiveStore.open(home)
    transcripts = Transcripts(archive, Redactor.of({"MY_KEY": OWN}))
    servers: Any = Leaky(text)
    doors = AttemptGateways(
        model,
        transcripts,
        RunAccount(),
        max_tokens=4096,
        temperature=0.8,
        limits=AttemptLimits(),
        servers=servers,
    )
    memory = Memory()
    door = doors.open(memory, seed=1)
    answers = [door.handle(message) for message in messages]
    kept = [json.loads(one) for one in memory.kept.values()]
    texts = [
        archive.texts.get(message["text"]) for one in kept for message in one["request"].get("messages", ())
    ]
    texts += [archive.texts.get(one["request"]["about"]) for one in kept if "about" in one["request"]]
    return answers, json.dumps([answers, kept, texts], ensure_ascii=False)


ASKED = {"op": "complete", "messages": [{"role": "user", "content": "what is the key?"}]}


@pytest.mark.parametrize("secret", [SHAPES["Anthropic"], OWN])
def test_a_key_that_comes_in_pieces_of_a_stream_is_found_in_the_whole(secret: str, tmp_path: Path) -> None:
    text = f"The key is {secret} , keep it."
    with ModelServer([say(text)]) as server:
        model = OpenAIModel("test", KEY, server.base_url, 10.0)
        answers, kept = through(tmp_path, model, ASKED)
        model.close()
    assert answers[0]["text"] == f"The key is {MARK} , keep it."
    assert secret not in kept
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in kept


def test_no_part_of_a_message_or_of_an_answer_keeps_a_key(tmp_path: Path) -> None:
    spelled = "".join(f"\\u{ord(char):04x}" for char in OWN)
    calls = (ToolCall(f"id {OWN}", f"name {OWN}", f'{{"a": "{spelled}"}}'),)
    model = Says(Completion(f"text {OWN}", Usage(), "stop", f"model {OWN}", calls))
    asked = {
        "op": "complete",
        "messages": [
            {"role": "system", "content": f"system {OWN}"},
            {"role": "assistant", "content": f"said {OWN}", "calls": [list(calls[0].__dict__.values())]},
            {"role": "tool", "content": f"answered {OWN}", "call_id": f"id {OWN}"},
        ],
        "tools": [{"name": "t", "description": OWN, "parameters": {"type": "object", "title": OWN}}],
        "schema": {"description": OWN},
    }
    call = {"op": "mcp", "tool": "t", "arguments": {OWN: [OWN]}}
    look = {"op": "archive", "what": "search", "query": OWN}
    answers, kept = through(tmp_path, model, asked, call, look, text=f"result {OWN}")
    assert answers[0]["text"] == f"text {MARK}"
    assert "error" not in answers[1]
    for form in (OWN, json.dumps(OWN)[1:-1], spelled, OWN[:10]):
        assert form not in kept
        assert json.dumps(form)[1:-1] not in kept
