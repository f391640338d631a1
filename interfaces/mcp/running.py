"""Tools that start, steer and follow runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from interfaces.mcp import answers
from interfaces.mcp.desk import Desk, in_words
from interfaces.mcp.reading import RunId

SPENDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
STEERS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
POLL_SECONDS = 0.5

Evaluations = Annotated[int | None, Field(ge=1, description="budget: variants judged in the sandbox")]
Minutes = Annotated[float | None, Field(gt=0, description="budget: minutes of running time")]
Tokens = Annotated[int | None, Field(ge=1, description="budget: model tokens")]
Dollars = Annotated[float | None, Field(gt=0, description="budget: dollars at the model's price")]
Wait = Annotated[
    bool, Field(description="answer when the run has ended, with progress notifications on the way")
]


def register(server: MCPServer, desk: Desk) -> None:
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
        run = await anyio.to_thread.run_sync(lambda: _started(desk, settings))
        return await _followed(ctx, desk, run, evaluations, f"run {run} started", wait=wait)

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
        id = await anyio.to_thread.run_sync(lambda: _resumed(desk, run, budgets))
        return await _followed(ctx, desk, id, evaluations, f"run {id} goes on", wait=wait)

    @server.tool(annotations=STEERS)
    def pause_run(run: RunId) -> answers.RunStatus:
        """Ask a run to finish what is under way and leave off; resume_run goes on with it."""
        return _wished(desk, run, "pause")

    @server.tool(annotations=STEERS)
    def stop_run(run: RunId) -> answers.RunStatus:
        """Ask a run to finish what is under way and close with its summary."""
        return _wished(desk, run, "stop")


def _started(desk: Desk, settings: dict[str, Any]) -> str:
    from evolution.config import load_config
    from interfaces.launching import start

    with desk.archive(write=True, create=True) as archive:
        return start(archive, desk.home, load_config(None, **settings)).run


def _resumed(desk: Desk, run: str, budgets: dict[str, Any]) -> str:
    from archive.locks import is_alive
    from interfaces.launching import go_on

    with desk.archive() as archive:
        id = archive.find_run(run)
    if is_alive(desk.home, id):
        raise ToolError(f"run {id}: is going on already; pause_run or stop_run ends it")
    with in_words():
        go_on(desk.home, id, budgets)
    return id


def _wished(desk: Desk, run: str, what: Literal["pause", "stop"]) -> answers.RunStatus:
    from interfaces.launching import wish

    with desk.archive(write=True) as archive:
        said = wish(archive, desk.home, run, what)
    return _status(desk, run, said)


def _status(desk: Desk, run: str, said: str) -> answers.RunStatus:
    from interfaces.views import runs

    with desk.archive() as archive:
        return answers.run_status(runs.status(archive, desk.home, run), said)


async def _followed(
    ctx: Context[Any, Any], desk: Desk, run: str, evaluations: int | None, said: str, *, wait: bool
) -> answers.RunStatus:
    """With `wait`, until no process is at the run any more. Leaving off to wait does not end the run."""
    from archive.locks import is_alive

    begun = False
    told = -1
    while wait:
        now = await anyio.to_thread.run_sync(lambda: _status(desk, run, said))
        done = sum(now.statuses.values())
        if done != told:
            told = done
            best = "none yet" if now.best is None else f"{now.best.score} ({now.best.status})"
            await ctx.report_progress(done, None, f"{done} attempts, best score {best}")
        alive = is_alive(desk.home, run)
        begun = begun or alive or done > 0
        if begun and not alive and now.state != "running":
            break
        await anyio.sleep(POLL_SECONDS)
    return await anyio.to_thread.run_sync(lambda: _status(desk, run, said))
