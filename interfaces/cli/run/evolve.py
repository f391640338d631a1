"""`pygent evolve`, and the commands that steer a run: resume, pause, stop."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pygent.interfaces.cli.context import CliContext, Json, command, print_json
from pygent.interfaces.cli.id_arguments import RunId, TargetName
from pygent.interfaces.cli.options import Panels, with_run_options
from pygent.interfaces.cli.run_options import RESUME_OPTIONS, RUN_OPTIONS
from pygent.interfaces.common.grouped_parameters import RunSettings

if TYPE_CHECKING:
    from pygent.archive.records import RunRecord
    from pygent.archive.store import ArchiveStore
    from pygent.evolution.run.plan import RunPlan
    from pygent.evolution.settings.config import RunConfig
    from pygent.target_modules.trust.exhibit import Exhibit

Detach = Annotated[bool, typer.Option("--detach", help="Go on in the background; return when the run works.")]


def register(app: typer.Typer) -> None:
    app.command(cls=Panels)(evolve)
    app.command(cls=Panels)(resume)
    app.command()(pause)
    app.command()(stop)


@with_run_options(RUN_OPTIONS)
def evolve(
    ctx: typer.Context,
    target: TargetName,
    options: RunSettings,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of these settings; ./pygent.toml if there is one.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only estimate calls, tokens and dollars; nothing is asked or run."),
    ] = False,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Evolve a target until a budget is used up, then show what was found."""
    from pygent.evolution.run.plan import resolve
    from pygent.evolution.run.run_execution import create_run
    from pygent.evolution.settings.run_trust import of_run
    from pygent.interfaces.common.background_runs import commands_of
    from pygent.target_modules.trust.exhibit import require

    session: CliContext = ctx.obj
    settings, exhibits = _settings(session, config, {**options, "target": target})
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
    session: CliContext, file: Path | None, options: RunSettings
) -> tuple[RunConfig, list[Exhibit]]:
    """The settings of a new run, and what has to be trusted in their file.

    A run that replays another takes all settings that are not given from it.
    """
    from pygent.evolution.settings.config import ConfigError, read_config
    from pygent.evolution.settings.settings_file import FILE
    from pygent.evolution.settings.stored_config import stored_config
    from pygent.target_modules.spec.target_registry import find_target

    replay = options["replay"]
    if replay is None:
        default = Path(FILE)
        return read_config(file or (default if default.is_file() else None), **options)
    with session.archive() as archive:
        known = archive.runs.get(archive.runs.find(str(replay)))
    if find_target(str(options["target"])).name != known.target:
        raise ConfigError(f"--replay: run {known.id} is of target {known.target}, not of {options['target']}")
    return stored_config(known, **{**options, "replay": known.id, "target": None}), []


def _estimate(plan: RunPlan, *, as_json: bool) -> None:
    from pygent.evolution.settings.dry_run import estimate

    found = estimate(plan)
    if as_json:
        print_json(found.to_json())
    else:
        typer.echo(found.told)


@with_run_options(RESUME_OPTIONS, fresh=False)
def resume(
    ctx: typer.Context, run: RunId, options: RunSettings, detach: Detach = False, json: Json = False
) -> None:
    """Go on with a run that was paused, stopped or killed, or that used up its budget (give a larger one).

    Settings that are left out stay as they were.
    """
    from pygent.evolution.run.plan import resolve
    from pygent.evolution.settings.run_trust import of_run
    from pygent.evolution.settings.stored_config import resumed_config
    from pygent.target_modules.trust.exhibit import require

    session: CliContext = ctx.obj
    with session.archive() as archive:
        record = archive.runs.get(archive.runs.find(run))
        plan = resolve(resumed_config(record, **options))
        require(*of_run(plan), may_ask=not detach)
        _go_on(session, archive, record, plan, detach=detach, as_json=json, changes=options)


def pause(ctx: typer.Context, run: RunId) -> None:
    """Ask a run to finish what is under way and leave off; `resume` goes on with it."""
    _ask(ctx.obj, run, "pause")


def stop(ctx: typer.Context, run: RunId) -> None:
    """Ask a run to finish what is under way and close with its summary."""
    _ask(ctx.obj, run, "stop")


def _ask(session: CliContext, prefix: str, what: Literal["pause", "stop"]) -> None:
    from pygent.interfaces.common.background_runs import wish

    with session.archive() as archive:
        run = archive.runs.find(prefix)
        typer.echo(f"run {run}: {wish(archive, session.home, run, what)}")


def _go_on(
    session: CliContext,
    archive: ArchiveStore,
    run: RunRecord,
    plan: RunPlan,
    *,
    detach: bool,
    as_json: bool,
    changes: RunSettings,
) -> None:
    if detach:
        _detach(session, run, changes, as_json=as_json)
        return
    from pygent.archive.end_reason import EndReason
    from pygent.interfaces.cli.run.closing_summary import show_summary
    from pygent.interfaces.common.exit_codes import INTERRUPTED, exit_code_of_end
    from pygent.interfaces.python.session import SessionOptions, run_session

    settings, again = plan.config, f"{command(session.home)} resume {run.id}"
    try:
        ended = run_session(archive, session.home, run, plan, SessionOptions(changes))
    except KeyboardInterrupt:
        typer.echo(f"ended at once; `{again}` goes on from there", err=True)
        os._exit(INTERRUPTED)  # without waiting for the threads of what was under way
    if as_json:
        print_json(ended.summary)
    else:
        show_summary(ended.summary, settings, session.home)
    if ended.run.stopped_by == EndReason.ENGINE:
        typer.echo(f"see `pygent doctor`; when boxes can be had again, `{again}` goes on", err=True)
    if code := exit_code_of_end(ended.run.stopped_by):
        raise typer.Exit(code)


def _detach(session: CliContext, run: RunRecord, changes: RunSettings, *, as_json: bool) -> None:
    from pygent.interfaces.common.background_runs import go_on
    from pygent.interfaces.common.exit_codes import FAILURE

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
