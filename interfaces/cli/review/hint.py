"""`pygent hint`: what people say to a whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import CliContext, Json, print_json, run_or_latest
from pygent.interfaces.cli.id_arguments import run_ids
from pygent.interfaces.cli.review.apply import Who

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pygent.archive.records import Hint


def register(app: typer.Typer) -> None:
    app.command()(hint)


def hint(
    ctx: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(
            help="Run, by a unique prefix of its id; the latest if left out.", autocompletion=run_ids
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Argument(help="The hint. Without one, the hints of the run are listed.")
    ] = None,
    remove: Annotated[
        int | None, typer.Option("--remove", min=1, help="Withdraw the hint with this number.")
    ] = None,
    who: Who = None,
    json: Json = False,
) -> None:
    """Give a run a hint for its next prompts; without a text, list the hints.

    A single argument with a space in it is the hint, and the run is the latest.
    """
    from pygent.evolution.promotion import hints
    from pygent.interfaces.common.current_user import me
    from pygent.interfaces.views.hint_views import outlook

    if run is not None and text is None and run.split() != [run]:  # no id has a space, or is empty
        run, text = None, run
    if text is not None and remove is not None:
        raise typer.BadParameter("--remove: give either a hint or the number of one to withdraw")
    session: CliContext = ctx.obj
    with session.archive(read_only=text is None and remove is None) as archive:
        record = archive.runs.get(run_or_latest(archive, run))
        if text is None and remove is None:
            found = archive.hints.list_(record.id)
            _print(record.id, found) if not json else print_json(found)
            return
        if remove is not None:
            done, did = hints.withdraw(archive, record.id, who or me(), remove), "withdrawn"
        else:
            done, did = hints.give(archive, record.id, who or me(), text or ""), "given"
        when = outlook(session.home, record)
    if json:
        print_json(done)
        return
    typer.echo(f"hint {done.number} of run {record.id} {did}; {when}")


def _print(run: str, found: Sequence[Hint]) -> None:
    from pygent.interfaces.views.hint_views import moment, withdrawal
    from pygent.prompts.quote import line

    if not found:
        typer.echo(f"run {run} has no hints")
    for one in found:
        gone = withdrawal(one)
        typer.echo(f"{one.number:>4}  {line(one.text, 2000)}")
        typer.echo(f"      by {line(one.who)}, {moment(one.when)}{f'; {line(gone)}' if gone else ''}")
