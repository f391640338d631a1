"""`pygent archive`: inspect, check and export what was tried."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pygent.interfaces.cli.context import CliContext, Json, print_json, run_or_latest
from pygent.interfaces.cli.id_arguments import AnyRunId, RunOption, VariantId
from pygent.interfaces.cli.pager import NoPager, paged
from pygent.interfaces.common.terminal import console

app = typer.Typer(help="Inspect, check and export archived variants.", no_args_is_help=True)


@app.command("list")
def list_variants(
    ctx: typer.Context,
    run: RunOption = None,
    status: Annotated[
        Literal["gated_out", "failed", "valid", "accepted", "champion", "refused"] | None,
        typer.Option(help="Only variants with this status."),
    ] = None,
    order: Annotated[Literal["attempt", "newest", "score"], typer.Option(help="How to sort.")] = "newest",
    limit: Annotated[int, typer.Option(min=1, help="Most variants to list.")] = 50,
    json: Json = False,
) -> None:
    """List variants."""
    from pygent.interfaces.views import variant_views as views

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = views.rows(archive, run, status, order, limit)
    if json:
        print_json(found)
        return
    from rich.table import Table
    from rich.text import Text

    from pygent.prompts.quote import line

    table = Table(box=None)
    for column in ("variant", "attempt", "parents", "status", "score", "operator", "reason"):
        table.add_column(column, no_wrap=column != "reason")
    for variant in found:
        table.add_row(
            variant.id,
            str(variant.attempt),
            " ".join(variant.parents),
            variant.status.value,
            "" if variant.score is None else f"{variant.score:.6g}",
            line(variant.operator, 40),
            Text(line(variant.reason, 120)),
        )
    console().print(table if found else "no variants")


@app.command()
def findings(
    ctx: typer.Context,
    run: AnyRunId = None,
    limit: Annotated[int, typer.Option(min=1, help="Most findings to list.")] = 50,
    json: Json = False,
) -> None:
    """List what attempts found out that ended with no change, newest first, each whole."""
    from pygent.interfaces.views import findings as views
    from pygent.prompts.note import keepable

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = views.findings(archive, run, limit=limit)
    if json:
        print_json(found.findings)
        return
    for one in found.findings:
        typer.echo(f"{one.id}  attempt {one.attempt} of run {one.run}, about {one.about}")
        typer.echo(f"  {keepable(one.finding)}")
    if not found.findings:
        typer.echo("no findings")
    elif found.next is not None:
        typer.echo(f"{found.total - found.next} older ones are left out; --limit shows more")


@app.command()
def show(ctx: typer.Context, variant: VariantId, no_pager: NoPager = False, json: Json = False) -> None:
    """Show everything about a variant: verdict, measurements, diff against each parent."""
    from pygent.interfaces.views import variant_views as views

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = views.variant(archive, variant)
        files = sorted(views.files(archive, found)) if not found.parents else []
        judged = views.judged(archive, found)
    if json:
        print_json(found)
        return
    from pygent.archive.records import Status
    from pygent.benchmarks.results import NOT_SEALED
    from pygent.interfaces.cli.diff_printing import show_diff
    from pygent.interfaces.views.verdict_text import verdicts
    from pygent.prompts.note import keepable
    from pygent.prompts.quote import line

    place = f"{found.id}, attempt {found.attempt} of run {found.run} on {found.target}"
    variant_facts = {
        "variant": place,
        "status": found.status.value + (f": {line(found.reason, 500)}" if found.reason else ""),
        "score": "none" if found.score is None else f"{found.score:.6g}",
    }
    no_change = found.status is Status.NO_CHANGE
    facts = {
        **({"finding": place} if no_change else variant_facts),
        "metrics": ", ".join(
            f"{name} {value:.6g}" + (f" ({NOT_SEALED})" if name in judged else "")
            for name, value in found.metrics.items()
        ),
        "parents": ", ".join(found.parents) or "none (the baseline)",
        "made by": f"{found.proposer}, {line(found.operator, 80)}",
        "note": keepable(found.note),
        "took": f"{found.seconds:.3f} s",
        "approval": found.approval if found.approval != "not needed" else "",
        "cost": f"{found.usage.tokens} tokens, ${found.usage.dollars:.4f}" if found.usage.calls else "",
    }
    with paged(no_pager):
        for name, value in facts.items():
            if value:
                typer.echo(f"{name:<10}{value}")
        if no_change:
            typer.echo(f"no change: `pygent archive transcript {found.id}` shows what was said")
        for text in verdicts(found.records):
            typer.echo(f"  {line(text, 300)}")
        for one in found.decisions:
            typer.echo(f"  {one.kind} by {line(one.who)}: {line(one.why, 500)}".rstrip(": "))
        if files:
            typer.echo(f"files     {', '.join(files)}")
        typer.echo("")
        for parent, changed in found.diffs.items():
            if len(found.diffs) > 1 and changed:
                typer.echo(f"against {parent}:")
            show_diff(changed)


@app.command()
def transcript(ctx: typer.Context, variant: VariantId, no_pager: NoPager = False, json: Json = False) -> None:
    """Show the exchanges with models and MCP servers that made a variant (and, for agents, measured it)."""
    from pygent.interfaces.views.transcript_views import of_variant, transcript_lines, whole

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = of_variant(archive, variant)
    if json:
        print_json(whole(found))
        return
    with paged(no_pager):
        for text in transcript_lines(found):
            typer.echo(text)
    if not found:
        typer.echo("nothing was exchanged for this variant")


@app.command()
def best(ctx: typer.Context, run: RunOption = None, no_pager: NoPager = False, json: Json = False) -> None:
    """Show the best variant of a run; of the latest run if left out."""
    from pygent.archive.records import ArchiveError

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = archive.variants.best(run_or_latest(archive, run))
    if found is None:
        raise ArchiveError("that run has no valid variant")
    show(ctx, found.id, no_pager, json)


@app.command()
def lineage(ctx: typer.Context, variant: VariantId, json: Json = False) -> None:
    """Show a variant's ancestors, baseline first, with what each of them changed."""
    from pygent.prompts.quote import line

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = archive.variants.lineage(archive.variants.find(variant))
    if json:
        print_json(found)
        return
    branches = any(len(ancestor.parents) > 1 for ancestor in found)
    for ancestor in found:
        score = "none" if ancestor.score is None else f"{ancestor.score:.6g}"
        what = line(f"{ancestor.operator}: {ancestor.note}" if ancestor.note else ancestor.operator, 120)
        typer.echo(
            f"{ancestor.generation:>4}  {ancestor.id}  {ancestor.status.value:<9}  {score:>10}  {what}"
            + (f"  <- {', '.join(ancestor.parents)}" if branches and ancestor.parents else "")
        )


@app.command()
def diff(
    ctx: typer.Context,
    variant: VariantId,
    against: Annotated[
        str, typer.Option(help="`parent`, `root`, or another variant by a unique prefix.")
    ] = "parent",
    no_pager: NoPager = False,
    json: Json = False,
) -> None:
    """Show what a variant changed, as a unified diff."""
    from pygent.interfaces.cli.diff_printing import show_diff
    from pygent.interfaces.views import variant_views as views

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = views.diff(archive, variant, against)
    if json:
        print_json(found)
        return
    with paged(no_pager):
        show_diff(found.diff)


@app.command()
def stats(ctx: typer.Context, run: RunOption = None, json: Json = False) -> None:
    """Show counts by status, reason, proposer and operator, and the spend and size."""
    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        figures = archive.stats(archive.runs.find(run) if run is not None else None)
    if json:
        print_json(figures)
        return
    from collections import Counter

    from pygent.archive.failure_classes import class_of
    from pygent.prompts.quote import line

    typer.echo(f"variants          {figures.variants} ({figures.trees} different sources)")
    for name, count in figures.statuses.items():
        typer.echo(f"  {name:<16}{count}")
    if figures.findings:
        typer.echo(f"findings          {figures.findings} (attempts that ended with no change)")
    typer.echo(f"bytes per variant {figures.bytes_per_variant:.0f} (database {figures.bytes})")
    typer.echo(f"evaluation time   {figures.seconds:.1f} s")
    if figures.usage.calls:
        typer.echo(f"models            {figures.usage.tokens} tokens, ${figures.usage.dollars:.4f}")
    for title, yields in (("by proposer", figures.proposers), ("by operator", figures.operators)):
        typer.echo(f"{title:<32}tried  valid  accepted")
        for name, made in sorted(yields.items(), key=lambda item: -item[1].tried)[:25]:
            typer.echo(f"  {line(name, 28):<28}{made.tried:>7}{made.valid:>7}{made.accepted:>10}")
    if figures.reasons:
        typer.echo("why attempts ended without a valid variant")
    classes: Counter[str] = Counter()
    for reason, count in figures.reasons.items():
        classes[class_of(reason)] += count
    for kind, count in classes.most_common(10):
        typer.echo(f"  {count:>6}  {line(kind, 100)}")


@app.command()
def verify(ctx: typer.Context, json: Json = False) -> None:
    """Read and check everything in the archive; exit 1 if there is a problem."""
    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        problems = archive.verify()
    if json:
        print_json({"ok": not problems, "problems": problems})
    else:
        typer.echo("\n".join(problems) or "the archive has no problems")
    if problems:
        raise typer.Exit(1)


@app.command()
def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="New folder for the git repository.")],
    run: RunOption = None,
    json: Json = False,
) -> None:
    """Export a run as a git repository, one commit per variant; the latest run if left out."""
    from pygent.archive.git_export import export

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        done = export(archive, run_or_latest(archive, run), folder)
    if json:
        print_json(done)
        return
    typer.echo(f"{done.commits} variants written to {folder} as commits")
    if done.left_out:
        typer.echo(f"{len(done.left_out)} left out, because they have no source")
