"""Live events of a run: server-sent events, or WebSocket for clients that prefer it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from pygent.archive.records import ArchiveError
from pygent.interfaces.views import run_views
from pygent.interfaces.views.json_fields import json_value
from pygent.interfaces.web.archive_reader import ArchiveReader

POLL_SECONDS = 1.0
STILL_SECONDS = 15.0  # of silence, after which a stream sends a sign of life


def routes(reader: ArchiveReader) -> list[Route | WebSocketRoute]:
    async def events(request: Request) -> Response:
        try:
            run = await run_in_threadpool(reader.read.runs.find, request.path_params["run"])
        except ArchiveError as error:
            return JSONResponse({"error": str(error)}, 404)
        return StreamingResponse(_stream(reader, run), media_type="text/event-stream")

    async def socket(socket: WebSocket) -> None:
        try:
            run = await run_in_threadpool(reader.read.runs.find, socket.path_params["run"])
        except ArchiveError:
            await socket.close(1008)
            return
        await socket.accept()
        try:
            async for change in changes(reader, run):
                if change is not None:
                    await socket.send_text(json.dumps(change, default=json_value))
        except WebSocketDisconnect:
            return

    return [
        Route("/api/runs/{run}/events", events, methods=["GET"]),
        WebSocketRoute("/api/runs/{run}/socket", socket),
    ]


async def _stream(reader: ArchiveReader, run: str) -> AsyncIterator[bytes]:
    async for change in changes(reader, run):
        if change is None:
            yield b": still here\n\n"
        else:
            yield f"event: run\ndata: {json.dumps(change, default=json_value)}\n\n".encode()


@dataclass(frozen=True)
class Now:
    """What a page compares to see whether it is out of date."""

    run: str
    state: str
    attempts: int
    decisions: int


async def changes(reader: ArchiveReader, run: str) -> AsyncIterator[Now | None]:
    """The state at once and after each change; None as a sign of life in between."""
    before: Now | None = None
    silent = 0.0
    while True:
        now = await run_in_threadpool(_now, reader, run)
        if now != before:
            before, silent = now, 0.0
            yield now
        elif silent >= STILL_SECONDS:
            silent = 0.0
            yield None
        await anyio.sleep(POLL_SECONDS)
        silent += POLL_SECONDS


def _now(reader: ArchiveReader, run: str) -> Now:
    attempts, decisions = reader.read.browse.version(run)
    state = run_views.head(reader.home, reader.read.runs.get(run)).state
    return Now(run, state, attempts, decisions)
