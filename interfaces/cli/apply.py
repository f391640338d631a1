"""`pygent apply` and `pygent rollback`: from the archive to the real source and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.cli.session import Json, Session, print_json


def register(app: typer.Typer) -> None:
    app.command()(apply)
    app.command()(rollback)


def apply(
    ctx: typer.Context,
    variant: Annotated[str, typer.Argument(help="Variant, by a unique prefix of its id.")],
    to: Annotated[
        Path | None, typer.Option(help="Write a copy of the variant's tree into this new folder.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write; without it, only the diff is shown.")] = False,
    json: Json = False,
) -> None:
    """Show a variant's diff against the source that its run began with and, with --yes, write it there."""
    from archive.types import ArchiveError, Status
    from evolution.config import stored_config
    from interfaces.cli.diffs import show_diff
    from target_modules import promote
    from target_modules.patch.tree import Tree
    from target_modules.patch.unified import unified
    from target_modules.registry import find_target

    session: Session = ctx.obj
    with session.archive() as archive:
        found = archive.variant(archive.find_variant(variant))
        if found.tree is None:
            raise ArchiveError(f"variant {found.id} has no source: {found.reason}")
        if found.status in (Status.GATED_OUT, Status.FAILED, Status.REFUSED):
            raise ArchiveError(
                f"variant {found.id} is {found.status.value} and cannot be applied: {found.reason}"
            )
        first = next(iter(archive.variants(run=found.run, limit=1)))
        before = Tree(archive.files(first.tree or ""))
        after = Tree(archive.files(found.tree))
        target = find_target(stored_config(archive.run(found.run).config).target)
    diff = unified(before, after)
    folder = to if to is not None else target.source
    result: dict[str, object] = {"variant": found.id, "folder": str(folder), "diff": diff, "written": yes}
    if yes and to is not None:
        promote.copy_to(to, after)
    elif yes:
        score = "" if found.score is None else f"\n\n{target.primary.metric} {found.score:.6g}"
        message = f"{target.name}: apply variant {found.id}{score}"
        applied = promote.apply(session.home, found.id, target.source, before, after, message=message)
        result |= {"branch": applied.branch, "commit": applied.commit}
    elif to is None and (stale := promote.differs(target.source, before)):
        result["stale"] = stale
    if json:
        print_json(result)
        return
    show_diff(diff)
    if not yes:
        typer.echo(f"nothing written; `pygent apply {found.id} --yes` writes this to {folder}")
        if "stale" in result:
            typer.echo(f"but {folder} has changed since the run began, so it would refuse")
        return
    typer.echo(f"variant {found.id} written to {folder}")
    if result.get("branch"):
        typer.echo(f"committed on branch {result['branch']}")
    if to is None:
        typer.echo("`pygent rollback` takes it back")


def rollback(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Also where the files were changed since.")] = False,
    json: Json = False,
) -> None:
    """Take the latest `apply` back: the source is restored byte for byte."""
    from target_modules.promote import rollback as undo

    session: Session = ctx.obj
    undone = undo(session.home, force=force)
    if json:
        print_json({"variant": undone.variant, "folder": undone.folder, "files": sorted(undone.before)})
        return
    typer.echo(f"variant {undone.variant} taken back: {', '.join(sorted(undone.before))} in {undone.folder}")
    if undone.branch is not None and undone.commit is not None:
        typer.echo(f"the branch {undone.branch} still holds it")
