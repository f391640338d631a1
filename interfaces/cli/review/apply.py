"""`pygent apply` and `pygent rollback`: from the archive to the real source and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pygent.interfaces.cli.context import CliContext, Json, print_json
from pygent.interfaces.cli.id_arguments import VariantId, variant_ids

Who = Annotated[
    str | None, typer.Option("--as", help="Who decides; git's user.name or the login name by default.")
]


def register(app: typer.Typer) -> None:
    app.command()(apply)
    app.command()(rollback)


def apply(
    ctx: typer.Context,
    variant: VariantId,
    to: Annotated[
        Path | None, typer.Option(help="Write a copy of the variant's tree into this new folder.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Write the change; without this, only show the diff.")
    ] = False,
    pr_body: Annotated[
        bool, typer.Option("--pr-body", help="Print the text for a pull request, and write nothing.")
    ] = False,
    hooks: Annotated[
        bool,
        typer.Option(
            "--hooks",
            help="Let the hooks of the source's git repository run, without keys in their environment.",
        ),
    ] = False,
    who: Who = None,
    json: Json = False,
) -> None:
    """Show a champion's diff against the source that its run began with and, with --yes, write it there.

    The target's own suite then runs on the real source. If it fails there, everything is undone.
    """
    from pygent.archive.records import ArchiveError, Status
    from pygent.evolution.promotion import apply_variant
    from pygent.interfaces.cli.diff_printing import show_diff
    from pygent.interfaces.common.current_user import me
    from pygent.interfaces.common.variant_sandbox import opened_for
    from pygent.target_modules.promotion import source_writer

    if pr_body and (yes or to is not None):
        raise typer.BadParameter("--pr-body only prints: leave out --yes and --to")
    session: CliContext = ctx.obj
    with session.archive(read_only=not yes) as archive:
        planned = apply_variant.plan(archive, variant)
        found, folder = planned.variant, planned.target.source if to is None else to
        if pr_body:
            if json:
                print_json({"variant": found.id, "pr_body": planned.pr_body})
            else:
                typer.echo(planned.pr_body, nl=False)
            return
        result: dict[str, object] = {
            "variant": found.id,
            "folder": str(folder),
            "diff": planned.diff,
            "written": yes,
        }
        if to is None:
            result["obstacles"] = list(planned.obstacles)
        elif found.status in (Status.GATED_OUT, Status.FAILED, Status.REFUSED):
            raise ArchiveError(f"variant {found.id} is {found.status.value}: {found.reason}")
        if yes and to is not None:
            source_writer.copy_to(to, planned.after)
        elif yes:
            apply_variant.require_clear(session.home, planned)
            with opened_for(archive, found) as sandbox:
                done = apply_variant.apply(archive, session.home, planned, who or me(), sandbox, hooks=hooks)
            result |= {"branch": done.branch, "commit": done.commit, "suite": dict(done.suite)}
    if json:
        print_json(result)
        return
    show_diff(planned.diff)
    if not yes:
        if to is None and planned.obstacles:
            typer.echo(f"nothing written, and variant {found.id} cannot be applied now:")
            typer.echo("\n".join(planned.obstacles))
            return
        where = f" --to {to}" if to is not None else ""
        typer.echo(f"nothing written; `pygent apply {found.id}{where} --yes` writes this to {folder}")
        return
    typer.echo(f"variant {found.id} written to {folder}")
    if to is not None:
        return
    if done.suite["ran"]:
        typer.echo(f"its suite passes there: {done.suite['passed']} of {done.suite['total']}")
    else:
        typer.echo(f"its suite was not run: {done.suite['reason']}")
    if done.branch:
        typer.echo(f"committed on branch {done.branch}")
    typer.echo("`pygent rollback` undoes it")


def rollback(
    ctx: typer.Context,
    variant: Annotated[
        str | None,
        typer.Argument(
            help="Variant to roll back; the latest `apply` if left out.", autocompletion=variant_ids
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also if the files have been changed since.")
    ] = False,
    who: Who = None,
    json: Json = False,
) -> None:
    """Undo an `apply`: the source is restored byte for byte."""
    from pygent.evolution.promotion import apply_variant
    from pygent.interfaces.common.current_user import me

    session: CliContext = ctx.obj
    with session.archive() as archive:
        undone = apply_variant.rollback(archive, session.home, who or me(), variant, force=force)
    if json:
        print_json({"variant": undone.variant, "folder": undone.folder, "files": list(undone.files)})
        return
    typer.echo(f"variant {undone.variant} rolled back: {', '.join(undone.files)} in {undone.folder}")
    if undone.branch is not None and undone.commit is not None:
        typer.echo(f"the branch {undone.branch} still holds it")
