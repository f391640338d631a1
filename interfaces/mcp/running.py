"""Tools that start, steer and follow runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from pygent.interfaces.launching import Launched
from pygent.interfaces.mcp import answers
from pygent.interfaces.mcp.desk import ToolContext
from pygent.interfaces.mcp.reading import RunId, run_status
from pygent.prompts.quote import line

SPENDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
STEERS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
POLL_SECONDS = 0.5
START_SECONDS = 10.0  # for the sandbox to open; a run that needs longer is told as starting

Evaluations = Annotated[int | None, Field(ge=1, description="budget: variants judged in the sandbox")]
Minutes = Annotated[float | None, Field(gt=0, description="budget: minutes of running time")]
Tokens = Annotated[int | None, Field(ge=1, description="budget: model tokens")]
Dollars = Annotated[float | None, Field(gt=0, description="budget: dollars at the model's price")]
Wait = Annotated[
    bool, Field(description="answer when the run has ended, with progress notifications on the way")
]


def register(server: MCPServer, desk: ToolContext) -> None:
    @server.tool(annotations=SPENDS)
    async def start_run(
        ctx: Context[Any, Any],
        target: Annotated[str, Field(description="name of a bundled target, or folder of a target.toml")],
        evaluations: Evaluations = None,
        minutes: Minutes = None,
        tokens: Tokens = None,
        dollars: Dollars = None,
        proposer: Literal["auto", "mutate", "llm", "agent"] = "auto",
        model: Annotated[str | None, Field(description="model for llm and agent; keys stay here")] = None,
        approval: Annotated[
            Literal["none", "champions", "all"],
            Field(description="what needs a person's yes before it may be a parent or be applied"),
        ] = "champions",
        sandbox: Literal["auto", "docker", "bubblewrap"] = "auto",
        seed: Annotated[int | None, Field(ge=0, description="all chance comes from it")] = None,
        wait: Wait = False,
    ) -> answers.RunStatus:
        """Start to evolve a target, in a process of its own. At least one budget is needed."""
        budgets = {"evaluations": evaluations, "minutes": minutes, "tokens": tokens, "dollars": dollars}
        if all(value is None for value in budgets.values()):
            raise ToolError(f"a run needs a budget: give one of {', '.join(budgets)}")
        settings = {
            **budgets,
            "target": target,
            "proposer": proposer,
            "model": model,
            "approval": approval,
            "sandbox": sandbox,
            "seed": seed,
        }
        launched = await anyio.to_thread.run_sync(lambda: _started(desk, settings))
        return await _followed(ctx, desk, launched, f"run {launched.run} started", wait=wait)

    @server.tool(annotations=SPENDS)
    async def resume_run(
        ctx: Context[Any, Any],
        run: RunId,
        evaluations: Evaluations = None,
        minutes: Minutes = None,
        tokens: Tokens = None,
        dollars: Dollars = None,
        wait: Wait = False,
    ) -> answers.RunStatus:
        """Go on with a run that was paused, has ended, or whose process is gone; budgets count from its
        beginning, and those that are left out stay as they were."""
        budgets = {"evaluations": evaluations, "minutes": minutes, "tokens": tokens, "dollars": dollars}
        launched = await anyio.to_thread.run_sync(lambda: _resumed(desk, run, budgets))
        return await _followed(ctx, desk, launched, f"run {launched.run} goes on", wait=wait)

    @server.tool(annotations=STEERS)
    def pause_run(run: RunId) -> answers.RunStatus:
        """Ask a run to finish what is under way and leave off; resume_run goes on with it."""
        return _wished(desk, run, "pause")

    @server.tool(annotations=STEERS)
    def stop_run(run: RunId) -> answers.RunStatus:
        """Ask a run to finish what is under way and close with its summary."""
        return _wished(desk, run, "stop")


def _started(desk: ToolContext, settings: dict[str, Any]) -> Launched:
    from pygent.evolution.settings.config import load_config
    from pygent.interfaces.launching import start

    with desk.archive(write=True, create=True) as archive:
        return desk.keep(start(archive, desk.home, load_config(None, **settings)))


def _resumed(desk: ToolContext, run: str, budgets: dict[str, Any]) -> Launched:
    from pygent.archive.locks import is_alive
    from pygent.interfaces.launching import go_on

    with desk.archive() as archive:
        id = archive.runs.find(run)
        if is_alive(desk.home, id):
            raise ToolError(f"run {id}: is going on already; pause_run or stop_run ends it")
        return desk.keep(go_on(desk.home, id, budgets))


def _wished(desk: ToolContext, run: str, what: Literal["pause", "stop"]) -> answers.RunStatus:
    from pygent.interfaces.launching import wish

    with desk.archive(write=True) as archive:
        said = wish(archive, desk.home, run, what)
    return run_status(desk, run, said)


async def _followed(
    ctx: Context[Any, Any], desk: ToolContext, launched: Launched, said: str, *, wait: bool
) -> answers.RunStatus:
    """Until the run goes, or with `wait` until its process has ended; leaving off to wait does not end it.
    Raises `ToolError` with the reason where the process fails."""
    from pygent.interfaces.errors import BREAKER, INTERRUPTED

    run, process = launched.run, launched.process
    if wait:
        await _waited(ctx, desk, launched)
    else:
        with anyio.move_on_after(START_SECONDS):
            while not launched.is_up():
                await anyio.sleep(POLL_SECONDS)
    ended = process.poll()
    now = await anyio.to_thread.run_sync(lambda: run_status(desk, run, said))
    if ended not in (None, 0, BREAKER, INTERRUPTED) and now.state != "finished":
        raise ToolError(f"run {run} ended: {line(launched.last_words(), 500)}")
    return now


async def _waited(ctx: Context[Any, Any], desk: ToolContext, launched: Launched) -> None:
    """Until the process has ended, with progress on the way. Looks so rarely that it costs a run 1 percent of
    a core at most, however large the archive is."""
    last, again = -1.0, 0.0
    while launched.process.poll() is None:
        began = anyio.current_time()
        if began >= again:
            now = await anyio.to_thread.run_sync(lambda: run_status(desk, launched.run))
            again = began + 100 * (anyio.current_time() - began)
            attempts = sum(now.statuses.values())
            done, whole = now.budget.get("evaluations") or (attempts, None)
            if done > last:
                last = done
                best = "none yet" if now.best is None else f"{now.best.score} ({now.best.status})"
                await ctx.report_progress(done, whole, f"{attempts} attempts, best score {best}")
        await anyio.sleep(POLL_SECONDS)
