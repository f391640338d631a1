"""`pygent approve`, `reject`, `annotate` and `queue`: decisions of people about variants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import CliContext, Json, print_json, run_or_latest
from pygent.interfaces.cli.id_arguments import LatestRunId, VariantId
from pygent.interfaces.cli.review.apply import Who
from pygent.interfaces.common.terminal import console

if TYPE_CHECKING:
    from pygent.archive.records import ReviewDecision, VariantRecord
    from pygent.archive.store import ArchiveStore


def register(app: typer.Typer) -> None:
    for command in (approve, reject, annotate, queue):
        app.command()(command)


@contextmanager
def _deciding(
    ctx: typer.Context, variant: str, who: str | None
) -> Iterator[tuple[ArchiveStore, VariantRecord, str]]:
    """The archive, the variant and the name of whoever decides."""
    from pygent.interfaces.common.current_user import me

    session: CliContext = ctx.obj
    with session.archive() as archive:
        yield archive, archive.variants.get(archive.variants.find(variant)), who or me()


def approve(
    ctx: typer.Context,
    variant: VariantId,
    why: Annotated[str, typer.Option(help="A remark to keep with the approval.")] = "",
    who: Who = None,
    json: Json = False,
) -> None:
    """Let a variant be a parent and be applied, if the run's policy requires approval; undoes a reject."""
    from pygent.evolution.promotion import approvals

    with _deciding(ctx, variant, who) as decision:
        _print(approvals.approve(*decision, why), json)


def reject(
    ctx: typer.Context,
    variant: VariantId,
    why: Annotated[str, typer.Option(help="The reason; the agent sees it.")],
    who: Who = None,
    json: Json = False,
) -> None:
    """Rule a variant out: it is never a parent again and cannot be applied. The agent sees why."""
    from pygent.evolution.promotion import approvals

    with _deciding(ctx, variant, who) as decision:
        _print(approvals.reject(*decision, why), json)


def annotate(
    ctx: typer.Context,
    variant: VariantId,
    text: Annotated[str, typer.Argument(help="The remark; the agent sees it.")],
    who: Who = None,
    json: Json = False,
) -> None:
    """Attach a remark to a variant, for the agent that changes it next."""
    from pygent.evolution.promotion import approvals

    with _deciding(ctx, variant, who) as decision:
        _print(approvals.annotate(*decision, text), json)


def queue(
    ctx: typer.Context,
    run: LatestRunId = None,
    json: Json = False,
) -> None:
    """List the variants of a run that wait for a person, the best first."""
    from pygent.evolution.promotion import approvals
    from pygent.prompts.quote import line

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        id = run_or_latest(archive, run)
        found = approvals.awaiting(archive, id)
        policy = approvals.policy_of(archive, id)
    if json:
        print_json(found)
        return
    if not found:
        typer.echo(f"nothing awaits approval in run {id} (its policy: --approval {policy})")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for column in ("variant", "status", "score", "what"):
        table.add_column(column, no_wrap=column != "what")
    for one in found:
        score = "none" if one.score is None else f"{one.score:.6g}"
        table.add_row(one.id, one.status.value, score, Text(line(one.note or one.operator, 100)))
    console().print(table)


def _print(decision: ReviewDecision, as_json: bool) -> None:
    if as_json:
        print_json(decision)
        return
    done = {"approve": "approved", "reject": "rejected", "annotate": "annotated"}[decision.kind]
    typer.echo(f"variant {decision.variant} {done} by {decision.who}")
