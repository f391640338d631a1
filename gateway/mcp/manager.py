"""All servers of a run behind a thread-safe interface: one event loop, one task per server."""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from pygent.gateway.mcp.connection import Connection, KnownTool, ToolUnansweredError
from pygent.gateway.mcp.mcp_config import Server
from pygent.gateway.mcp.pins import ToolPins
from pygent.gateway.mcp.tool_results import described, schema

_T = TypeVar("_T")
_LONGEST = 64  # characters of a function name in model APIs
_DESCRIPTION = 2000


class Manager:
    """Starts servers when they are first needed. Close it: their processes end with it."""

    def __init__(
        self, servers: Mapping[str, Server], pins: ToolPins | None = None, redact: Callable[[str], str] = str
    ) -> None:
        """`redact` removes secrets from the servers' answers."""
        self._loop = asyncio.new_event_loop()
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._thread = threading.Thread(target=self._loop.run_forever, name="mcp", daemon=True)
        self._thread.start()
        self._lock = threading.Lock()
        self._places: dict[str, tuple[str, str]] = {}
        pins = pins or ToolPins()
        self._connections: dict[str, Connection] = self._do(self._made(servers, pins, redact))

    async def _made(
        self, servers: Mapping[str, Server], pins: ToolPins, redact: Callable[[str], str]
    ) -> dict[str, Connection]:
        made = {name: Connection(name, one, pins, self._errors, redact) for name, one in servers.items()}
        self._tasks = [asyncio.create_task(one.run(), name=f"mcp {one.name}") for one in made.values()]
        return made

    @property
    def names(self) -> list[str]:
        return list(self._connections)

    def tools(self, servers: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """The tools of servers (all by default) as a model sees them, named `server__tool`.

        Servers that are down are started. Tools of a server that cannot start, and tools that changed, are
        left out.
        """
        wanted = [name for name in self._connections if servers is None or name in servers]
        found = self._do(self._listed(wanted))
        offered: list[dict[str, Any]] = []
        with self._lock:
            for server, tools in found.items():
                offered += [
                    {
                        "name": self._named(server, tool.name),
                        "description": described(tool.description, _DESCRIPTION),
                        "parameters": schema(tool.parameters),
                    }
                    for tool in tools
                    if not tool.changed
                ]
        return offered

    def known(self, server: str) -> list[KnownTool]:
        """All tools of one server, changed ones included. Raises `ToolUnansweredError`."""
        return self._do(self._tools_of(server))

    def ping(self, server: str) -> None:
        """Raise `ToolUnansweredError` if the server cannot be reached."""
        self._do(self._connections[server].ready())

    def call(self, tool: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        """Return the answer of `server__tool` in words, and whether it is an error.

        Raises `ToolUnansweredError`.
        """
        with self._lock:
            place = self._places.get(tool)
        if place is None:
            raise ToolUnansweredError(f"there is no tool {tool[:_LONGEST]}")
        connection = self._connections[place[0]]
        most = connection.server.pygent.calls_per_run
        if connection.calls >= most:
            raise ToolUnansweredError(
                f"server {place[0]} was called {most} times in this run, which is its limit"
            )
        return self._do(connection.call(place[1], arguments, tool))

    def of_attempt(self) -> AttemptTools:
        """The tools under an attempt's own limits."""
        return AttemptTools(self)

    def limit_of(self, tool: str) -> tuple[str, int]:
        """The server of a tool, and how often one attempt may call it."""
        with self._lock:
            server = self._places.get(tool, ("", ""))[0]
        known = self._connections.get(server)
        return server, 0 if known is None else known.server.pygent.calls_per_attempt

    def health(self) -> dict[str, dict[str, Any]]:
        """State (stopped, starting, up, broken), reason and calls of each server."""
        return {
            name: {"state": one.state, "reason": one.reason, "calls": one.calls, "tools": len(one.tools)}
            for name, one in self._connections.items()
        }

    def errors(self, most: int = 4000) -> str:
        """The end of the servers' standard error."""
        self._errors.flush()
        size = self._errors.seek(0, 2)
        self._errors.seek(max(0, size - most))
        return self._errors.read()

    def close(self) -> None:
        if not self._thread.is_alive():
            return

        async def end() -> None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._errors.close()

    async def _tools_of(self, name: str) -> list[KnownTool]:
        connection = self._connections[name]
        await connection.ready()
        return list(connection.tools.values())

    async def _listed(self, names: Sequence[str]) -> dict[str, list[KnownTool]]:
        async def one(name: str) -> list[KnownTool]:
            try:
                return await self._tools_of(name)
            except ToolUnansweredError:
                return []

        return dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))

    def _named(self, server: str, tool: str) -> str:
        """`server__tool` in the form that model APIs accept; one name per tool, and never shared."""
        name = re.sub(r"[^a-zA-Z0-9_-]", "_", f"{server}__{tool}")
        if len(name) > _LONGEST or self._places.get(name, (server, tool)) != (server, tool):
            mark = hashlib.sha256(f"{server}\0{tool}".encode()).hexdigest()[:8]
            name = f"{name[: _LONGEST - 9]}_{mark}"
        self._places[name] = (server, tool)
        return name

    def _do(self, work: Coroutine[Any, Any, _T]) -> _T:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except CancelledError:
            raise ToolUnansweredError("the servers are being closed") from None


class AttemptTools:
    """Implements `Tools` for one attempt."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._calls: dict[str, int] = {}

    def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        server, most = self._manager.limit_of(tool)
        self._calls[server] = self._calls.get(server, 0) + 1
        if server and self._calls[server] > most:
            return {
                "error": "budget_of_server",
                "text": f"{server} was called {most} times, the attempt's limit",
            }
        try:
            text, is_error = self._manager.call(tool, arguments)
        except ToolUnansweredError as fault:
            return {"error": "unanswered", "text": str(fault)}
        return {"text": text, "is_error": is_error}
