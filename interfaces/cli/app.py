"""The root command and its global options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pygent.interfaces.cli.context import CliContext
from pygent.interfaces.cli.measure import bench, safety, sandbox
from pygent.interfaces.cli.review import analyze, apply, approvals, archive, hint, prompts, review
from pygent.interfaces.cli.run import agent, evolve, report, runs, watch
from pygent.interfaces.cli.sections import HELP, Sections
from pygent.interfaces.cli.setup import mcp, models, targets, trust

app = typer.Typer(
    name="pygent",
    cls=Sections,
    rich_markup_mode=None,
    help="Evolve Python modules with patches that are graded in a sandbox they cannot talk their way out of.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": sorted(HELP)},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"pygent {version('pygent-factory')}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    home: Annotated[
        Path,
        typer.Option(
            envvar="PYGENT_HOME", help="Folder of the archive and of everything that runs leave behind."
        ),
    ] = Path(".pygent"),
    log_json: Annotated[bool, typer.Option("--log-json", help="Log lines on stderr as JSON.")] = False,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="Least severe log lines shown.")
    ] = "warning",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    from pygent.interfaces.common.log_setup import configure

    configure(log_level, as_json=log_json)
    ctx.obj = CliContext(home, log_json)


evolve.register(app)
runs.register(app)
bench.register(app)
analyze.register(app)
apply.register(app)
approvals.register(app)
hint.register(app)
review.register(app)
report.register(app)
watch.register(app)
trust.register(app)
sandbox.register(app)
app.add_typer(agent.app, name="agent")
app.add_typer(mcp.app, name="mcp")
app.add_typer(models.app, name="models")
app.add_typer(archive.app, name="archive")
app.add_typer(prompts.app, name="prompts")
app.add_typer(targets.app, name="targets")
app.add_typer(safety.app, name="safety")
