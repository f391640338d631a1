"""`pygent watch`: follow a run of any process."""

from __future__ import annotations

import json as jsonlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import CliContext, run_or_latest
from pygent.interfaces.cli.id_arguments import LatestRunId
from pygent.interfaces.common.terminal import console

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pygent.archive.records import VariantRecord
    from pygent.archive.store import ArchiveStore
    from pygent.interfaces.views.run_views import RunStatus

POLL_SECONDS = 0.5
SHARE = 0.05  # most of a core that watching may take, however many variants there are
RECENT = 8  # variants in the list
_STYLES = {"champion": "bold yellow", "accepted": "green", "failed": "dim", "gated_out": "dim"}
ENDED = ("finished", "paused", "dead")


def register(app: typer.Typer) -> None:
    app.command()(watch)


@dataclass(frozen=True)
class Seen:
    """A run at one moment: its status, and its latest variants, newest first."""

    status: RunStatus
    recent: Sequence[VariantRecord]


def watch(
    ctx: typer.Context,
    run: LatestRunId = None,
    once: Annotated[bool, typer.Option("--once", help="Show the current state, and exit.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON on stdout for each change instead of text.")
    ] = False,
) -> None:
    """Watch a run until it ends: progress, best, recent variants, breakers, spend. Ctrl-C only ends watching.

    The exit code is the run's: 0, 1 if its process is gone, 3 if a circuit breaker opened.
    """
    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        id = run_or_latest(archive, run)
        moments = _moments(session, archive, id, once=once)
        try:
            last = _printed(moments, as_json=json) if json or not sys.stdout.isatty() else _live(moments)
        except KeyboardInterrupt:
            return
    if not once and (code := _code(last.status)):
        raise typer.Exit(code)


def _moments(session: CliContext, archive: ArchiveStore, run: str, *, once: bool) -> Iterator[Seen]:
    """The run now, after each change, and at its end."""
    from pygent.interfaces.views.run_views import head

    known: object = None
    while True:
        state = head(session.home, archive.runs.get(run)).state
        version = (archive.browse.version(run), state)
        took = 0.0
        if version != known:
            began = time.monotonic()
            known = version
            yield _seen(session, archive, run)
            took = time.monotonic() - began
        if once or state in ENDED:
            return
        time.sleep(max(POLL_SECONDS, took / SHARE))


def _seen(session: CliContext, archive: ArchiveStore, run: str) -> Seen:
    from pygent.archive.tables.search import VariantQuery
    from pygent.interfaces.views.run_views import status

    newest = archive.browse.page(VariantQuery(run=run), "newest", RECENT)
    return Seen(status(archive, session.home, run), newest)


def _printed(moments: Iterator[Seen], *, as_json: bool) -> Seen:
    from pygent.interfaces.views.json_fields import json_value

    for seen in moments:
        last = seen
        if as_json:
            record = {**vars(seen.status), "recent": seen.recent}
            sys.stdout.write(jsonlib.dumps(record, default=json_value) + "\n")
        else:
            sys.stdout.write(" | ".join(f"{name} {text}" for name, text in _rows(seen.status)) + "\n")
        sys.stdout.flush()
    return last


def _live(moments: Iterator[Seen]) -> Seen:
    from rich.live import Live

    with Live(console=console(), auto_refresh=False) as live:
        for seen in moments:
            last = seen
            live.update(_picture(seen), refresh=True)
    return last


def _rows(status: RunStatus) -> list[tuple[str, str]]:
    from pygent.interfaces.views.verdict_text import clock
    from pygent.prompts.quote import line

    stats, best, usage = status.stats, status.best, status.stats.usage
    counts = ", ".join(f"{count} {name}" for name, count in stats.statuses.items() if count)
    rows = [("run", f"{status.run} on {status.target}, {status.state}")]
    if status.stopped_by:
        rows.append(("ended by", status.stopped_by))
    rows.append(("time", clock(status.seconds)))
    rows += [(name, f"{used:.4g} of {limit:g}") for name, (used, limit) in status.budget.items()]
    rows.append(("variants", f"{stats.variants}" + (f" ({counts})" if counts else "")))
    if stats.findings:
        rows.append(("findings", f"{stats.findings} (no change)"))
    if best is not None:
        score = "none" if best.score is None else f"{best.score:.6g}"
        rows.append(("best", f"{score} ({best.status}, {best.variant})"))
    if usage.calls:
        rows.append(("spent", f"${usage.dollars:.4f}, {usage.tokens} tokens in {usage.calls} calls"))
    rows += [(line(one.name, 40), f"{one.state}: {line(one.reason, 120)}") for one in status.troubles]
    if status.state == "dead":
        rows.append(("gone", f"its process ended; `pygent resume {status.run}` continues it"))
    return rows


def _picture(seen: Seen) -> RenderableType:
    from rich.console import Group
    from rich.panel import Panel
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    from pygent.prompts.quote import line

    facts = Table.grid(padding=(0, 2))
    for name, text in _rows(seen.status):
        facts.add_row(Text(name, style="dim"), Text(text))
    for name, (used, limit) in seen.status.budget.items():
        bar = ProgressBar(total=limit, completed=min(used, limit), width=40)
        facts.add_row(Text(name, style="dim"), bar)
    table = Table(box=None, pad_edge=False)
    for column in ("variant", "status", "score", "what", "reason"):
        table.add_column(column, no_wrap=column in ("variant", "status", "score"), overflow="ellipsis")
    for one in seen.recent:
        score = "" if one.score is None else f"{one.score:.6g}"
        what, reason = line(one.note or one.operator, 60), line(one.reason, 50)
        row = (one.id, one.status.value, score, what, reason)
        table.add_row(*(Text(text, style=_STYLES.get(one.status.value, "")) for text in row))
    return Panel(Group(facts, Text(), table), title=f"run {seen.status.run}", title_align="left")


def _code(status: RunStatus) -> int:
    from pygent.interfaces.common.exit_codes import FAILURE, INTERRUPTED, exit_code_of_end

    if status.state == "dead":
        return FAILURE
    code = exit_code_of_end(status.stopped_by)
    return 0 if code == INTERRUPTED else code  # the run was interrupted, not this command
