"""Ids on the command line: how they are declared, and how a shell completes them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SHOWN = 200  # ids offered to a shell at once


def run_ids(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Runs whose ids have this prefix, latest first, with target and state."""
    query = (
        "SELECT id, target || ', ' || state FROM runs WHERE substr(id, 1, ?) = ? ORDER BY key DESC LIMIT ?"
    )
    return _matching(ctx, query, incomplete)


def variant_ids(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Variants whose ids have this prefix, latest first, with status and score."""
    query = (
        "SELECT id, status || CASE WHEN score IS NULL THEN '' ELSE printf(', %.6g', score) END "
        "FROM variants WHERE substr(id, 1, ?) = ? ORDER BY key DESC LIMIT ?"
    )
    return _matching(ctx, query, incomplete)


def target_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Bundled targets; the shell itself completes folders."""
    from pygent.target_modules.spec.target_registry import bundled

    return [target.name for target in bundled() if target.name.startswith(incomplete)]


def _matching(ctx: typer.Context, query: str, incomplete: str) -> list[tuple[str, str]]:
    """Read the file directly, because a shell waits for the answer. Empty if there is no archive."""
    import sqlite3
    from contextlib import closing

    home = Path(str(ctx.find_root().params.get("home") or ".pygent"))
    try:
        address = f"{(home / 'archive.db').resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=1)) as connection:
            return list(connection.execute(query, (len(incomplete), incomplete, SHOWN)))
    except sqlite3.Error:
        return []


RunId = Annotated[str, typer.Argument(help="Run, by a unique prefix of its id.", autocompletion=run_ids)]
LatestRunId = Annotated[
    str | None,
    typer.Argument(help="Run, by a unique prefix of its id; the latest if left out.", autocompletion=run_ids),
]
AnyRunId = Annotated[
    str | None,
    typer.Argument(help="Run, by a unique prefix of its id; all runs if left out.", autocompletion=run_ids),
]
RunOption = Annotated[
    str | None, typer.Option("--run", help="Only this run, by a unique prefix.", autocompletion=run_ids)
]
VariantId = Annotated[
    str, typer.Argument(help="Variant, by a unique prefix of its id.", autocompletion=variant_ids)
]
TargetName = Annotated[
    str,
    typer.Argument(
        help="Name of a bundled target, or folder with a target.toml.", autocompletion=target_names
    ),
]
