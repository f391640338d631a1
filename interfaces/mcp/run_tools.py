"""Tools that start, control and follow runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from pygent.interfaces.common.background_runs import Launched
from pygent.interfaces.common.grouped_parameters import RunSettings
from pygent.interfaces.mcp import answer_models
from pygent.interfaces.mcp.read_tools import RunId, run_status
from pygent.interfaces.mcp.tool_context import ToolContext
from pygent.interfaces.mcp.tool_options import with_run_settings
from pygent.prompts.quote import line

SPENDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
STEERS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
LIMITS = (
    "attempts",
    "evaluations",
    "minutes",
    "tokens",
    "dollars",
    "calls",
)  # each of these is sure to end a run
POLL_SECONDS = 0.5
START_SECONDS = 10.0  # for the sandbox to open; a run that needs longer is reported as starting

Wait = Annotated[
    bool, Field(description="answer only when the run has ended, and send progress notifications meanwhile")
]


def register(server: MCPServer, context: ToolContext) -> None:
    @server.tool(annotations=SPENDS)
    @with_run_settings("start_run", approval="champions")
    async def start_run(
        ctx: Context[Any, Any],
        target: Annotated[str, Field(description="name of a bundled target, or folder with a target.toml")],
        settings: RunSettings,
        wait: Wait = False,
    ) -> answer_models.RunStatusAnswer:
        """Start a run that evolves a target, in a separate process. At least one budget is required."""
        if all(settings[name] is None for name in LIMITS):
            raise ToolError(f"a run needs a budget: give one of {', '.join(LIMITS)}")
        launched = await anyio.to_thread.run_sync(lambda: _started(context, {**settings, "target": target}))
        return await _followed(ctx, context, launched, f"run {launched.run} started", wait=wait)

    @server.tool(annotations=SPENDS)
    @with_run_settings("resume_run")
    async def resume_run(
        ctx: Context[Any, Any], run: RunId, settings: RunSettings, wait: Wait = False
    ) -> answer_models.RunStatusAnswer:
        """Continue a run that was paused, has ended, or whose process is gone.

        Budgets count from the start of the run; those left out stay as they were.
        """
        launched = await anyio.to_thread.run_sync(lambda: _resumed(context, run, settings))
        return await _followed(ctx, context, launched, f"run {launched.run} resumed", wait=wait)

    @server.tool(annotations=STEERS)
    def pause_run(run: RunId) -> answer_models.RunStatusAnswer:
        """Ask a run to finish the work in progress and pause; resume_run continues it."""
        return _requested(context, run, "pause")

    @server.tool(annotations=STEERS)
    def stop_run(run: RunId) -> answer_models.RunStatusAnswer:
        """Ask a run to finish the work in progress and end with its summary."""
        return _requested(context, run, "stop")


def _started(context: ToolContext, settings: RunSettings) -> Launched:
    from pygent.evolution.extension_points import references
    from pygent.evolution.settings.config import load_config
    from pygent.interfaces.common.background_runs import start

    if code := references(settings):
        key, named = next(iter(code.items()))
        raise ToolError(f"{key}: {line(named[0], 100)}: clients choose by name; `pygent evolve` takes code")

    with context.archive(write=True, create=True) as archive:
        return context.keep(start(archive, context.home, load_config(None, **settings)))


def _resumed(context: ToolContext, run: str, settings: RunSettings) -> Launched:
    from pygent.archive.locks import is_alive
    from pygent.interfaces.common.background_runs import go_on

    with context.archive() as archive:
        id = archive.runs.find(run)
        if is_alive(context.home, id):
            raise ToolError(f"run {id}: is already running; end it with pause_run or stop_run")
        return context.keep(go_on(context.home, id, settings))


def _requested(
    context: ToolContext, run: str, what: Literal["pause", "stop"]
) -> answer_models.RunStatusAnswer:
    from pygent.interfaces.common.background_runs import wish

    with context.archive(write=True) as archive:
        outcome = wish(archive, context.home, run, what)
    return run_status(context, run, outcome)


async def _followed(
    ctx: Context[Any, Any], context: ToolContext, launched: Launched, outcome: str, *, wait: bool
) -> answer_models.RunStatusAnswer:
    """The status once the run is up, or with `wait` once its process has ended.

    Cancelling the wait does not end the run. Raises `ToolError` with the reason if the process fails.
    """
    from pygent.interfaces.common.exit_codes import BREAKER, INTERRUPTED

    run, process = launched.run, launched.process
    if wait:
        await _waited(ctx, context, launched)
    else:
        with anyio.move_on_after(START_SECONDS):
            while not launched.is_up():
                await anyio.sleep(POLL_SECONDS)
    ended = process.poll()
    now = await anyio.to_thread.run_sync(lambda: run_status(context, run, outcome))
    if ended not in (None, 0, BREAKER, INTERRUPTED) and now.state != "finished":
        raise ToolError(f"run {run} ended: {line(launched.last_words(), 500)}")
    return now


async def _waited(ctx: Context[Any, Any], context: ToolContext, launched: Launched) -> None:
    """Wait until the process has ended, and report progress.

    Polls so rarely that it takes at most 1 percent of a core, however large the archive is.
    """
    last, again = -1.0, 0.0
    while launched.process.poll() is None:
        began = anyio.current_time()
        if began >= again:
            now = await anyio.to_thread.run_sync(lambda: run_status(context, launched.run))
            again = began + 100 * (anyio.current_time() - began)
            attempts = sum(now.statuses.values()) + now.findings
            done, whole = now.budget.get("evaluations") or (attempts, None)
            if done > last:
                last = done
                best = "none yet" if now.best is None else f"{now.best.score} ({now.best.status})"
                await ctx.report_progress(done, whole, f"{attempts} attempts, best score {best}")
        await anyio.sleep(POLL_SECONDS)
