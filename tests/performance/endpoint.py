"""An OpenAI-compatible endpoint on loopback for measuring: asynchronous, so that waiting costs nothing."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

Answer = Callable[[int], str]


@dataclass(frozen=True)
class Exchange:
    """When a request had arrived and when its answer was written, by `time.monotonic`."""

    began: float
    ended: float


class Endpoint:
    """Serves on a separate thread; requests are numbered from 1 in order of arrival."""

    def __init__(
        self,
        answer: Answer,
        *,
        seconds: Callable[[int], float] = lambda number: 0.0,
        arrived: Callable[[int], None] = lambda number: None,
    ) -> None:
        """`answer` and `seconds` say what request `number` gets and when; `arrived` is called first."""
        self.exchanges: list[Exchange] = []
        self.arrivals: list[float] = []
        self._answer, self._seconds, self._arrived = answer, seconds, arrived
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def base_url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    @property
    def environment(self) -> dict[str, str]:
        return {"OPENAI_API_KEY": "sk-bench-0123456789abcdef", "OPENAI_BASE_URL": self.base_url}

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 24)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The requests of one connection, which stays open."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
                body = json.loads(await reader.readexactly(int(fields["content-length"])))
                writer.write(await self._answered(body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answered(self, body: dict[str, Any]) -> bytes:
        began = time.monotonic()
        self.arrivals.append(began)
        number = len(self.arrivals)
        self._arrived(number)
        if seconds := self._seconds(number):
            await asyncio.sleep(seconds)
        told = _told(body, self._answer(number))
        self.exchanges.append(Exchange(began, time.monotonic()))
        return told


def _told(body: dict[str, Any], text: str) -> bytes:
    """The answer over HTTP, streamed in one piece if that was asked."""
    usage = {"prompt_tokens": 500, "completion_tokens": 50, "total_tokens": 550}
    head = {"id": "chatcmpl-1", "created": 1700000000, "model": body["model"]}
    message = {"role": "assistant", "content": text}
    if not body.get("stream"):
        choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = json.dumps({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
        return _http("application/json", whole)
    chunks = [
        {"choices": [{"index": 0, "delta": message, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": usage},
    ]
    events = [json.dumps({**head, "object": "chat.completion.chunk", **chunk}) for chunk in chunks]
    return _http("text/event-stream", "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]))


def _http(kind: str, text: str) -> bytes:
    payload = text.encode()
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(payload)}\r\n\r\n".encode()
        + payload
    )
