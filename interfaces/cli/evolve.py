"""`pygent evolve`, and the commands that steer a run: resume, pause, stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pygent.interfaces.cli.ids import RunId, TargetName
from pygent.interfaces.cli.session import (
    CliContext,
    Image,
    Json,
    Runtime,
    SandboxKind,
    Waive,
    command,
    print_json,
)

if TYPE_CHECKING:
    from pygent.archive.records import RunRecord
    from pygent.archive.store import Archive
    from pygent.evolution.run.plan import RunPlan
    from pygent.evolution.settings.config import RunConfig
    from pygent.target_modules.trust.exhibit import Exhibit

PROPOSERS = ("auto", "mutate", "llm", "agent")  # the configuration refuses all others
GUESSABLE = 1 << 40  # seeds below it can be tried out one by one by the code under test
Evaluations = Annotated[
    int | None, typer.Option(min=1, help="Budget: variants judged in the sandbox.", rich_help_panel="Budgets")
]
Attempts = Annotated[
    int | None,
    typer.Option(min=1, help="Budget: attempts, whatever comes of them.", rich_help_panel="Budgets"),
]
Minutes = Annotated[
    float | None, typer.Option(help="Budget: minutes of running time.", rich_help_panel="Budgets")
]
Tokens = Annotated[int | None, typer.Option(min=1, help="Budget: model tokens.", rich_help_panel="Budgets")]
Dollars = Annotated[float | None, typer.Option(help="Budget: dollars.", rich_help_panel="Budgets")]
Calls = Annotated[int | None, typer.Option(min=1, help="Budget: model calls.", rich_help_panel="Budgets")]
Approval = Annotated[
    Literal["none", "champions", "all"] | None,
    typer.Option(help="Which variants need a person's yes before they may be parents or be applied."),
]
Until = Annotated[
    float | None,
    typer.Option(help="End once a champion has at least this score.", rich_help_panel="Budgets"),
]
EngineMinutes = Annotated[
    float | None,
    typer.Option(min=0, help="Minutes to wait for a sandbox that gives no boxes any more; then exit 3."),
]
OnFinish = Annotated[
    str | None, typer.Option(help="Shell command to run when the run has ended; it gets no keys.")
]
OnFinishKeys = Annotated[
    str | None, typer.Option(help="Variables of the environment that this command gets, too, by commas.")
]
Detach = Annotated[bool, typer.Option("--detach", help="Go on in the background; return when the run works.")]


def register(app: typer.Typer) -> None:
    app.command()(evolve)
    app.command()(resume)
    app.command()(pause)
    app.command()(stop)


def evolve(
    ctx: typer.Context,
    target: TargetName,
    attempts: Attempts = None,
    evaluations: Evaluations = None,
    minutes: Minutes = None,
    tokens: Tokens = None,
    dollars: Dollars = None,
    calls: Calls = None,
    until: Until = None,
    approval: Approval = None,
    proposer: Annotated[
        str | None,
        typer.Option(
            metavar=f"<{'|'.join(PROPOSERS)}>",
            help="Where patches come from; auto is llm with a model and a key, else mutate.",
            autocompletion=lambda incomplete: [name for name in PROPOSERS if name.startswith(incomplete)],
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="How the agent works; `pygent agent profiles` lists them.")
    ] = None,
    mcp_config: Annotated[
        str | None,
        typer.Option(help="JSON file of MCP servers for the agent; .pygent/mcp.json if there is one."),
    ] = None,
    replay: Annotated[
        str | None, typer.Option(help="Run whose recorded answers are used in place of models and servers.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model, or several by weight: a=3,b=1.")] = None,
    temperature: Annotated[float | None, typer.Option(help="Sampling temperature of the model.")] = None,
    max_answer_tokens: Annotated[
        int | None, typer.Option(help="Longest answer of the model, in tokens.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="All chance comes from it; random if left out.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Evaluations at a time.")] = None,
    window: Annotated[int | None, typer.Option(min=1, help="Attempts under way at a time.")] = None,
    selector: Annotated[
        Literal["dgm", "best", "random"] | None, typer.Option(help="How parents are chosen.")
    ] = None,
    fuse: Annotated[
        float | None, typer.Option(help="Share of the attempts that fuse two parents; 0 for none.")
    ] = None,
    error_rate: Annotated[
        float | None, typer.Option(help="Chance at most that a variant no better is accepted or confirmed.")
    ] = None,
    sandbox: Annotated[SandboxKind | None, typer.Option(help="Where untrusted code runs.")] = None,
    waive: Waive = None,
    engine_minutes: EngineMinutes = None,
    image: Image = None,
    runtime: Runtime = None,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of these settings; ./pygent.toml if there is one.")
    ] = None,
    on_finish: OnFinish = None,
    on_finish_keys: OnFinishKeys = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only estimate calls, tokens and dollars; nothing is asked or run."),
    ] = False,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Evolve a target until a budget is used up, then show what was found."""
    from pygent.evolution.run.execution import create_run
    from pygent.evolution.run.plan import resolve
    from pygent.evolution.settings.run_trust import of_run
    from pygent.interfaces.launching import commands_of
    from pygent.target_modules.trust.exhibit import require

    options: dict[str, Any] = {
        "target": target,
        "attempts": attempts,
        "evaluations": evaluations,
        "minutes": minutes,
        "tokens": tokens,
        "dollars": dollars,
        "calls": calls,
        "until": until,
        "approval": approval,
        "proposer": proposer,
        "profile": profile,
        "mcp_config": mcp_config,
        "model": model,
        "temperature": temperature,
        "max_answer_tokens": max_answer_tokens,
        "seed": seed,
        "workers": workers,
        "window": window,
        "selector": selector,
        "fuse": fuse,
        "error_rate": error_rate,
        "sandbox": sandbox,
        "waive": ",".join(waive or ()) or None,
        "engine_minutes": engine_minutes,
        "image": image,
        "runtime": runtime,
        "on_finish": on_finish,
        "on_finish_keys": on_finish_keys,
    }
    session: CliContext = ctx.obj
    settings, exhibits = _settings(session, config, replay, options)
    plan = resolve(settings)
    if dry_run:
        _estimate(plan, as_json=json)
        return
    require(*exhibits, *of_run(plan), may_ask=not detach)
    with session.archive(create=True) as archive:
        run = create_run(archive, settings)
        given = commands_of(settings)
        _go_on(session, archive, run, plan, detach=detach, as_json=json, changes=given)


def _settings(
    session: CliContext, file: Path | None, replay: str | None, options: dict[str, Any]
) -> tuple[RunConfig, list[Exhibit]]:
    """The settings of a new run, and what has to be trusted in their file; a run that replays another has all
    of that one's that are not given."""
    from pygent.evolution.settings.config import ConfigError, read_config
    from pygent.evolution.settings.settings_file import FILE
    from pygent.evolution.settings.stored_config import stored_config
    from pygent.target_modules.spec.registry import find_target

    if replay is None:
        default = Path(FILE)
        return read_config(file or (default if default.is_file() else None), **options)
    with session.archive() as archive:
        known = archive.runs.get(archive.runs.find(replay))
    if find_target(options["target"]).name != known.target:
        raise ConfigError(f"--replay: run {known.id} is of target {known.target}, not of {options['target']}")
    return stored_config(known, **(options | {"replay": known.id, "target": None})), []


def _estimate(plan: RunPlan, *, as_json: bool) -> None:
    from pygent.evolution.run.dry_run import estimate

    found = estimate(plan)
    if as_json:
        print_json(found.to_json())
    else:
        typer.echo(found.told)


def resume(
    ctx: typer.Context,
    run: RunId,
    attempts: Attempts = None,
    evaluations: Evaluations = None,
    minutes: Minutes = None,
    tokens: Tokens = None,
    dollars: Dollars = None,
    calls: Calls = None,
    until: Until = None,
    approval: Approval = None,
    sandbox: Annotated[
        SandboxKind | None, typer.Option(help="Where untrusted code runs; as before if left out.")
    ] = None,
    waive: Waive = None,
    engine_minutes: EngineMinutes = None,
    image: Annotated[str | None, typer.Option(help="Base image of the boxes; as before if left out.")] = None,
    runtime: Annotated[
        str | None, typer.Option(help="What runs the engine's containers; as before if left out.")
    ] = None,
    mcp_config: Annotated[
        str | None, typer.Option(help="JSON file of MCP servers for the agent; as before if left out.")
    ] = None,
    on_finish: OnFinish = None,
    on_finish_keys: OnFinishKeys = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Go on with a run that was paused, stopped or killed, or that used up its budget (give a larger one)."""
    from pygent.evolution.run.plan import resolve
    from pygent.evolution.settings.run_trust import of_run
    from pygent.evolution.settings.stored_config import stored_config
    from pygent.target_modules.trust.exhibit import require

    session: CliContext = ctx.obj
    changes: dict[str, Any] = {
        "attempts": attempts,
        "evaluations": evaluations,
        "minutes": minutes,
        "tokens": tokens,
        "dollars": dollars,
        "calls": calls,
        "until": until,
        "approval": approval,
        "sandbox": sandbox,
        "waive": ",".join(waive or ()) or None,
        "engine_minutes": engine_minutes,
        "image": image,
        "runtime": runtime,
        "mcp_config": mcp_config,
        "on_finish": on_finish,
        "on_finish_keys": on_finish_keys,
    }
    with session.archive() as archive:
        record = archive.runs.get(archive.runs.find(run))
        plan = resolve(stored_config(record, **changes))
        require(*of_run(plan), may_ask=not detach)
        _go_on(session, archive, record, plan, detach=detach, as_json=json, changes=changes)


def pause(ctx: typer.Context, run: RunId) -> None:
    """Ask a run to finish what is under way and leave off; `resume` goes on with it."""
    _ask(ctx.obj, run, "pause")


def stop(ctx: typer.Context, run: RunId) -> None:
    """Ask a run to finish what is under way and close with its summary."""
    _ask(ctx.obj, run, "stop")


def _ask(session: CliContext, prefix: str, what: Literal["pause", "stop"]) -> None:
    from pygent.interfaces.launching import wish

    with session.archive() as archive:
        run = archive.runs.find(prefix)
        typer.echo(f"run {run}: {wish(archive, session.home, run, what)}")


def _go_on(
    session: CliContext,
    archive: Archive,
    run: RunRecord,
    plan: RunPlan,
    *,
    detach: bool,
    as_json: bool,
    changes: dict[str, Any],
) -> None:
    if detach:
        _detach(session, run, changes, as_json=as_json)
        return
    from pygent.archive.end_reason import EndReason
    from pygent.evolution.run.execution import execute_run
    from pygent.interfaces.cli.live import Live
    from pygent.interfaces.cli.summary import show_summary
    from pygent.interfaces.errors import INTERRUPTED, exit_code_of_end
    from pygent.sandbox.backends.select import open_sandbox
    from pygent.sandbox.backends.waivers import waived

    settings = plan.config
    seeded = settings.seed is not None and settings.seed < GUESSABLE
    with Live(run.id, settings, plan.proposer, seeded=seeded) as live:
        sandbox = open_sandbox(
            settings.sandbox,
            base=settings.image,
            runtime=settings.runtime,
            waive=waived([settings.waive]),
        )
        live.say(f"sandbox: {sandbox.name}, self-test passed")
        try:
            ended = execute_run(
                archive, session.home, run, sandbox, live.update, _interrupts(live.say), **changes
            )
        except KeyboardInterrupt:
            live.say(
                f"ending at once; `{command(session.home)} resume {run.id}` goes on with what is recorded"
            )
            sandbox.close()
            os._exit(INTERRUPTED)  # without waiting for the threads of what was under way
        finally:
            sandbox.close()
    if as_json:
        print_json(ended.summary)
    else:
        show_summary(ended.summary, settings, session.home)
    if ended.run.stopped_by == EndReason.ENGINE:
        again = f"{command(session.home)} resume {run.id}"
        live.say(f"see `pygent doctor`; when boxes can be had again, `{again}` goes on")
    if code := exit_code_of_end(ended.run.stopped_by):
        raise typer.Exit(code)


def _interrupts(say: Callable[[str], None]) -> Callable[[], bool]:
    """Ctrl-C once: end cleanly; twice: at once. SIGTERM counts as the first."""
    seen: list[int] = []

    def heard(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            raise KeyboardInterrupt
        say("ending: what is under way is finished first; Ctrl-C again ends at once")

    signal.signal(signal.SIGINT, heard)
    signal.signal(signal.SIGTERM, heard)
    return lambda: bool(seen)


def _detach(session: CliContext, run: RunRecord, changes: dict[str, Any], *, as_json: bool) -> None:
    from pygent.interfaces.errors import FAILURE
    from pygent.interfaces.launching import go_on

    gone = go_on(session.home, run.id, changes, log_json=session.log_json)
    up = gone.until_up()
    if gone.process.poll():
        reason = gone.last_words().removeprefix("pygent: ")
        typer.echo(f"pygent: run {run.id} ended at once: {reason} (its output: {gone.log})", err=True)
        raise typer.Exit(FAILURE)
    if as_json:
        print_json({"run": run.id, "pid": gone.pid, "log": str(gone.log)})
    else:
        how = "goes on" if up else "is still starting"
        typer.echo(f"run {run.id} {how} in the background (process {gone.pid}, output in {gone.log})")
        ours = command(session.home)
        typer.echo("    ".join(["", *(f"{ours} {what} {run.id}" for what in ("status", "pause", "stop"))]))
