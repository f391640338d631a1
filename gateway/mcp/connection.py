"""One server, supervised: started on demand, restarted with backoff, its tools kept up to date."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from pygent.gateway.mcp.mcp_config import Server
from pygent.gateway.mcp.pins import ToolPins, digest
from pygent.gateway.mcp.tool_results import told
from pygent.prompts.quote import line

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import Tool

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0  # seconds until a failed server is tried again
MOST_PROGRESS = 10.0  # a call that reports progress may take this many times its time-out
PATIENCE = 2.0  # seconds that a call waits for a server that is about to be tried again
MOST_TOOLS = 500
MOST_PAGES = 100  # of a tool list


class ToolUnansweredError(Exception):
    """A call without an answer; the text says why. `server` means that the server is at fault."""

    def __init__(self, text: str, *, server: bool = False) -> None:
        super().__init__(text)
        self.server = server


@dataclass(frozen=True)
class KnownTool:
    """A tool as it is now. `changed`: it differs from what was approved, or first seen."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    digest: str
    changed: bool


class Connection:
    """Lives in the manager's event loop. `run` is its one task; everything else runs in other tasks there."""

    def __init__(
        self, name: str, server: Server, pins: ToolPins, errors: IO[str], redact: Callable[[str], str]
    ) -> None:
        self.name = name
        self.server = server
        self.state = "stopped"
        self.reason = ""
        self.calls = 0
        self.tools: dict[str, KnownTool] = {}
        self._pins = pins
        self._errors = errors
        self._redact = redact
        self._stale = False
        self._refreshing: asyncio.Task[None] | None = None
        self._failures = 0
        self._retry_at = 0.0
        self._wanted = asyncio.Event()
        self._settled = asyncio.Event()
        self._broken = asyncio.Event()
        self._client: Client | None = None

    async def run(self) -> None:
        """Until cancelled: wait to be needed, connect, stay connected until it breaks."""
        while True:
            await self._wanted.wait()
            await asyncio.sleep(max(0.0, self._retry_at - time.monotonic()))
            self.state, self.reason = "starting", ""
            self._broken.clear()
            try:
                await self._connected()
            except (Exception, BaseExceptionGroup) as error:  # job border: what a transport raises
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError from error  # a transport had wrapped it in a group
                self.reason = self.reason or line(_cause(error), 200)
            was_up, self._client = self.state == "up" or self._broken.is_set(), None
            self._failures += 1
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self._failures - 1))
            self._retry_at = time.monotonic() + wait
            self.state = "broken"
            if not was_up:  # waiting callers get an error; a server that was lost is started again for them
                self._wanted.clear()
                self._settled.set()
            log.warning("MCP server %s: %s; it may be tried again in %.1f s", self.name, self.reason, wait)

    async def _connected(self) -> None:
        from mcp import Client

        async with contextlib.AsyncExitStack() as held:
            starting = asyncio.timeout(self.server.pygent.start_seconds)
            async with starting:
                client = await held.enter_async_context(
                    Client(self._transport(), message_handler=self._notified, read_timeout_seconds=None)
                )
                await self._list(client)
            self._client = client
            self.state = "up"
            self._wanted.clear()
            self._settled.set()
            listening = asyncio.create_task(self._listen(client))
            try:
                await self._broken.wait()
            finally:
                listening.cancel()

    def _transport(self) -> Any:
        from mcp.client.stdio import StdioServerParameters, stdio_client

        server = self.server
        if server.command is not None:
            command = StdioServerParameters(
                command=server.command, args=list(server.args), env=dict(server.env), cwd=server.cwd
            )
            return stdio_client(command, errlog=self._errors)  # type: ignore[arg-type]
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        return streamable_http_client(
            str(server.url), http_client=httpx2.AsyncClient(headers=dict(server.headers), timeout=300.0)
        )

    async def _notified(self, message: Any) -> None:
        """Handle notifications of handshake protocols. However many come, one list is read at a time."""
        if type(message).__name__ == "ToolListChangedNotification" and self._client is not None:
            self._stale = True
            if self._refreshing is None or self._refreshing.done():
                self._refreshing = asyncio.create_task(self._refresh(self._client))

    async def _refresh(self, client: Client) -> None:
        while self._stale:
            self._stale = False
            await self._list_again(client)

    async def _listen(self, client: Client) -> None:
        """Receive the change events of protocols that have a stream for them."""
        with contextlib.suppress(Exception):  # including: the server's protocol has none
            async with client.listen(tools_list_changed=True) as events:
                async for _ in events:
                    await self._list_again(client)

    async def _list_again(self, client: Client) -> None:
        with contextlib.suppress(Exception):  # a server that fails to list keeps its old tools
            async with asyncio.timeout(self.server.pygent.start_seconds):
                await self._list(client)

    async def _list(self, client: Client) -> None:
        found: dict[str, KnownTool] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor, cache_mode="bypass")
            for tool in page.tools:
                if self._is_allowed(tool) and len(found) < MOST_TOOLS:
                    found[tool.name] = self._known(tool)
            cursor = page.next_cursor
            if not cursor:
                break
        self.tools = found

    def _is_allowed(self, tool: Tool) -> bool:
        allowed = self.server.pygent.tools
        return allowed is None or tool.name in allowed

    def _known(self, tool: Tool) -> KnownTool:
        mark = digest(tool.name, tool.description or "", tool.input_schema)
        changed = self._pins.is_changed(self.name, tool.name, mark)
        return KnownTool(tool.name, tool.description or tool.name, tool.input_schema, mark, changed)

    async def ready(self) -> Client:
        """The server's client; starts the server if it is not up. Raises `ToolUnansweredError`."""
        if self._client is None:
            left = self._retry_at - time.monotonic()
            if left > PATIENCE and self.state == "broken":
                raise ToolUnansweredError(
                    f"server {self.name} is down ({self.reason}); it may be asked again in {left:.0f} s"
                )
            self._settled.clear()
            self._wanted.set()
            await self._settled.wait()
        if self._client is None:
            raise ToolUnansweredError(f"server {self.name} cannot be reached: {self.reason}", server=True)
        return self._client

    async def call(self, tool: str, arguments: Mapping[str, Any], shown: str) -> tuple[str, bool]:
        """Return the answer in words, and whether it is an error. Raises `ToolUnansweredError`."""
        client = await self.ready()
        known = self.tools.get(tool)
        if known is None:
            raise ToolUnansweredError(f"server {self.name} has no tool {tool} any more")
        if known.changed:
            raise ToolUnansweredError(
                f"{tool} of server {self.name} is not what was approved: see `pygent mcp tools {self.name}`"
            )
        self.calls += 1
        allowed = self.server.pygent
        deadline = time.monotonic() + allowed.call_seconds
        latest = time.monotonic() + MOST_PROGRESS * allowed.call_seconds

        async def go_on(progress: float, total: float | None, message: str | None) -> None:
            nonlocal deadline
            deadline = min(latest, time.monotonic() + allowed.call_seconds)

        work = asyncio.create_task(client.call_tool(tool, dict(arguments), progress_callback=go_on))
        broken = asyncio.create_task(self._broken.wait())
        try:
            while not work.done() and not broken.done() and (left := deadline - time.monotonic()) > 0:
                await asyncio.wait((work, broken), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise ToolUnansweredError(
                    f"no answer within {allowed.call_seconds:g} s"
                    if not broken.done()
                    else "the server has gone"
                )
            result = work.result()
        except ToolUnansweredError:
            raise
        except Exception as error:  # noqa: BLE001  # job border: whatever a server answers
            if _is_lost(error):
                self.reason = line(_cause(error), 200) or "the connection was lost"
                self._client = None
                self._broken.set()
                raise ToolUnansweredError(
                    f"server {self.name} was lost: {self.reason}", server=True
                ) from None
            return f"{shown} failed: {line(_cause(error), 400)}", True
        finally:
            work.cancel()
            broken.cancel()
        self._failures = 0
        return told(result, shown, allowed.result_chars, self._redact), bool(result.is_error)


def _is_lost(error: BaseException) -> bool:
    """Whether the connection itself is gone, judged by the errors of the SDK and its transports."""
    name, text = type(error).__name__, str(error).lower()
    return "closed" in text or name in (
        "ClosedResourceError",
        "BrokenResourceError",
        "EndOfStream",
        "ConnectError",
    )


def _cause(error: BaseException) -> str:
    """Describe the first cause within a group."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return "it did not start in time"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
