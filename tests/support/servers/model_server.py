"""An OpenAI-compatible server on loopback that answers by a script, faults included.

    with ModelServer([say("hello"), status(429, retry_after="2"), cut()]) as server:
        server.base_url, server.key, server.requests

Steps are used up in order; when none is left, `otherwise` answers. A request that no step fits is a 500.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from pygent.gateway.models.tokens import of_text

KEY = "sk-test-0123456789abcdef"


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] or "" for message in self.body["messages"])


@dataclass(frozen=True)
class Step:
    """A response; `body` None is a connection closed without an answer, `hang` an answer that never comes."""

    status: int = 200
    body: bytes | None = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    promised: int | None = None  # Content-Length, where it is a lie
    cut_after: int | None = None  # events of a stream after which the connection is closed
    events: tuple[bytes, ...] = ()  # the answer streamed, where that is not `body` in pieces
    stays: bool = False  # a streamed answer leaves the connection open


Script = Callable[[Request], Step]


def call(*calls: tuple[str, dict[str, Any] | str], text: str = "") -> Script:
    """An answer that wishes for tools: their names and arguments (a string goes out as it is)."""
    wishes = [
        {
            "id": f"call-{number}",
            "type": "function",
            "function": {
                "name": name,
                "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
            },
        }
        for number, (name, arguments) in enumerate(calls)
    ]
    return say(text, finish_reason="tool_calls", tool_calls=wishes)


def say(
    text: str, *, usage: dict[str, Any] | None = None, finish_reason: str = "stop", **message: Any
) -> Script:
    """An answer, cut to the request's `max_tokens`. `usage` {} leaves the usage out."""

    def step(request: Request) -> Step:
        limit = request.body.get("max_tokens") or request.body.get("max_completion_tokens") or 1 << 30
        cut_text, reason = text, finish_reason
        while of_text(cut_text) > limit:
            cut_text, reason = cut_text[:-1], "length"
        spoken = cut_text + "".join(wish["function"]["arguments"] for wish in message.get("tool_calls", ()))
        counted = {"prompt_tokens": of_text(request.prompt), "completion_tokens": of_text(spoken)}
        counted["total_tokens"] = sum(counted.values())
        answer = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1700000000,
            "model": f"{request.body['model']}-served",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": reason,
                    "message": {"role": "assistant", "content": cut_text, **message},
                }
            ],
        }
        if usage != {}:
            answer["usage"] = usage or counted
        return Step(body=json.dumps(answer).encode())

    return step


def status(http: int, message: str = "scripted", /, *, retry_after: str | None = None, **error: Any) -> Step:
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    body = {"error": {"message": message, "type": "scripted", **error}}
    return Step(http, json.dumps(body).encode(), headers)


def raw(body: bytes) -> Step:
    """A 200 with exactly this body: garbage, nothing, half of an answer."""
    return Step(body=body)


def cut() -> Step:
    """Half of an answer, then a closed connection."""
    return Step(body=b'{"choices": [{"mess', promised=4096)


def cut_stream(text: str, events: int = 2) -> Script:
    """The first events of a streamed answer, then a closed connection."""

    def step(request: Request) -> Step:
        whole = say(text)(request)
        return Step(body=whole.body, cut_after=events)

    return step


def refuse_connection() -> Step:
    """The connection is closed before any answer."""
    return Step(body=None)


def hang() -> Step:
    """No answer until the server is closed."""
    return Step(hang=True)


class ModelServer:
    def __init__(
        self,
        script: Iterable[Step | Script] = (),
        otherwise: Step | Script | None = None,
        *,
        streams: bool = True,
    ) -> None:
        """`streams`: answers are streamed to those who ask for that, as most endpoints do."""
        self.streams = streams
        self.key = KEY
        self.requests: list[Request] = []
        self.connections: set[Any] = set()  # addresses from which requests came
        self._script = list(script)
        self._otherwise = otherwise
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def environment(self) -> dict[str, str]:
        return {"OPENAI_API_KEY": self.key, "OPENAI_BASE_URL": self.base_url}

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Step:
        with self._lock:
            self.requests.append(request)
            step = self._script.pop(0) if self._script else self._otherwise
        if request.path != "/v1/chat/completions":
            return status(404, f"no such address: {request.path}")
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return status(401, "wrong key", code="invalid_api_key")
        if step is None:
            return status(500, "the script is at its end")
        return step(request) if callable(step) else step

    def wait_for_closing(self) -> None:
        self._closing.wait()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _events(body: bytes) -> list[bytes]:
    """A whole answer as the events of a stream; none where it is no answer."""
    try:
        whole = json.loads(body)
        choice = whole["choices"][0]
        message = choice["message"]
        content = message.get("content") or ""
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []
    if not isinstance(content, str):
        return []
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": content[start : start + 7]} for start in range(0, len(content), 7)]
    if "refusal" in message:
        deltas.append({"refusal": message["refusal"]})
    for index, wish in enumerate(message.get("tool_calls") or []):
        function = wish["function"]
        deltas.append({"tool_calls": [{**wish, "index": index, "function": {**function, "arguments": ""}}]})
        parts = function["arguments"]
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": parts[start : start + 9]}}]}
            for start in range(0, len(parts), 9)
        ]
    head = {key: whole[key] for key in ("id", "created", "model") if key in whole}
    chunks: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": choice.get("finish_reason")}]})
    if "usage" in whole:
        chunks.append({"choices": [], "usage": whole["usage"]})
    told = [json.dumps({**head, "object": "chat.completion.chunk", **chunk}).encode() for chunk in chunks]
    return [*told, b"[DONE]"]


def _handler(owner: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = json.loads(body)
            step = owner.answer(Request(self.path, headers, asked))
            owner.connections.add(self.client_address)
            if step.hang:
                owner.wait_for_closing()
            self.close_connection = True
            if step.hang or step.body is None:
                return
            streamed = owner.streams and asked.get("stream") is True and step.status == 200
            if streamed and (events := [*step.events] or _events(step.body)):
                self._stream(events if step.cut_after is None else events[: step.cut_after], step.stays)
                return
            self.send_response(step.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Connection", "close")
            length = len(step.body) if step.promised is None else step.promised
            self.send_header("Content-Length", str(length))
            for name, value in step.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(step.body)

        def _stream(self, events: list[bytes], stays: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header(*("Transfer-Encoding", "chunked") if stays else ("Connection", "close"))
            self.end_headers()
            for event in events:
                data = b"data: " + event + b"\n\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if stays else data)
            if stays:
                self.wfile.write(b"0\r\n\r\n")
                self.close_connection = False

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `requests` instead."""

    return Handler
