"""`pygent agent`: the coding agent's pipelines and profiles, and a single attempt to inspect."""

from __future__ import annotations

from typing import Annotated

import typer

from pygent.interfaces.cli.context import CliContext, Json, print_json
from pygent.interfaces.cli.id_arguments import TargetName
from pygent.interfaces.cli.options import Panels, with_run_options
from pygent.interfaces.cli.run_options import AGENT_OPTIONS
from pygent.interfaces.common.grouped_parameters import RunSettings

app = typer.Typer(
    help="The coding agent: pipelines, profiles, and a single attempt to inspect.", no_args_is_help=True
)


@app.command()
def pipelines(json: Json = False) -> None:
    """List the pipelines and their stages."""
    from pygent.agent.pipelines import PIPELINES

    if json:
        print_json({name: list(stages) for name, stages in PIPELINES.items()})
        return
    for name, stages in PIPELINES.items():
        typer.echo(f"{name:<10}{', '.join(stages)}")


@app.command()
def profiles(json: Json = False) -> None:
    """List the built-in profiles and those in .pygent/profiles."""
    from pygent.agent.profile import names
    from pygent.evolution.proposers.run_profiles import OWN, profile_named

    found = [profile_named(name, "profile") for name in names([OWN])]
    if json:
        print_json([profile.plain() for profile in found])
        return
    for profile in found:
        typer.echo(f"{profile.name:<10}{profile.pipeline:<10}{profile.description}")


@app.command()
def show(
    profile: Annotated[str, typer.Argument(help="Name of a profile, or a TOML file.")], json: Json = False
) -> None:
    """Show a profile with everything that it inherits, and its tools."""
    from pygent.agent.pipelines import PIPELINES
    from pygent.agent.toolbox import ALL, every
    from pygent.evolution.proposers.run_profiles import profile_named

    found = profile_named(profile, "profile")
    if json:
        print_json(found.plain())
        return
    typer.echo(f"{found.name}: {found.description}")
    typer.echo(f"pipeline  {found.pipeline} ({', '.join(PIPELINES.get(found.pipeline, ()))})")
    typer.echo(f"model     {found.model or 'that of the run'}")
    typer.echo(f"servers   {', '.join(found.mcp) or 'none'}")
    for table in ("limits", "context"):
        values = found.plain()[table]
        typer.echo(f"{table:<10}{', '.join(f'{name} {value}' for name, value in values.items())}")
    for marked in found.tools:
        tool = every().get(marked.removesuffix("?"))
        if marked == ALL:
            about = "every tool that needs only a box"
        else:
            about = "no such tool" if tool is None else tool.spec.description
        typer.echo(f"  {marked:<14}{about}")


@app.command(cls=Panels)
@with_run_options(AGENT_OPTIONS)
def run(ctx: typer.Context, target: TargetName, options: RunSettings, json: Json = False) -> None:
    """Make one attempt of the agent at a target; print its transcript, its patch and its score.

    The archive keeps it as a run of one attempt, so nothing that was paid for is lost.
    """
    from pygent.archive.records import ArchiveError
    from pygent.archive.store import ArchiveStore
    from pygent.evolution.models.model_session import require_world
    from pygent.evolution.run.plan import resolve
    from pygent.evolution.run.run_execution import create_run, execute_run
    from pygent.evolution.settings.config import load_config
    from pygent.evolution.settings.opened_sandbox import sandbox_of
    from pygent.evolution.settings.run_trust import of_run
    from pygent.gateway.transcripts import exchanges
    from pygent.interfaces.cli.review.archive import show as show_variant
    from pygent.interfaces.cli.run.closing_summary import STOPPED_BY
    from pygent.interfaces.common.background_runs import commands_of
    from pygent.interfaces.views.transcript_views import transcript_lines, whole
    from pygent.target_modules.trust.exhibit import require

    session: CliContext = ctx.obj
    one_attempt = {"proposer": "agent", "attempts": 1, "window": 1, "fuse": 0.0}
    settings = load_config(None, **options, target=target, **one_attempt)
    plan = resolve(settings)
    require(*of_run(plan))
    require_world(plan)
    with sandbox_of(settings) as box, session.archive(create=True) as archive:
        record = create_run(archive, settings)
        given = commands_of(settings)
        execute_run(archive, session.home, record, box, lambda progress: None, lambda: False, **given)
    with ArchiveStore.open(session.home, read_only=True) as archive:
        made = next((one for one in archive.variants.attempts(record.id) if one.attempt == 1), None)
        if made is None:
            stopped = archive.runs.get(record.id).stopped_by
            raise ArchiveError(
                f"run {record.id}: the attempt was not made ({STOPPED_BY.get(stopped, stopped)})"
            )
        found = exchanges(archive, archive.variants.records(made.id, kind="exchange"))
    if json:
        print_json({"run": record.id, "variant": made.id, "status": made.status, "exchanges": whole(found)})
        return
    for text in transcript_lines(found):
        typer.echo(text)
    typer.echo("")
    show_variant(ctx, made.id)
