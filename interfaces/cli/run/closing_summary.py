"""The summary that is printed at the end of a run."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pygent.archive.end_reason import BUDGETS, EndReason
from pygent.evolution.extension_points import CODE, references
from pygent.interfaces.cli.context import command
from pygent.interfaces.cli.diff_printing import show_diff
from pygent.interfaces.common.terminal import console
from pygent.interfaces.views.verdict_text import clock

if TYPE_CHECKING:
    from pygent.evolution.settings.config import RunConfig

STOPPED_BY: dict[str, str] = {
    EndReason.ATTEMPTS: "its budget of attempts was used up",
    EndReason.REPLAY: "the recorded answers were used up",
    EndReason.BASELINE: "the source that it starts from is not valid itself (see its first variant)",
    EndReason.EVALUATIONS: "its budget of evaluations was used up",
    EndReason.MINUTES: "its budget of minutes was used up",
    EndReason.TOKENS: "its budget of tokens was used up",
    EndReason.DOLLARS: "its budget of dollars was used up",
    EndReason.CALLS: "its budget of model calls was used up",
    EndReason.UNTIL: "a champion reached the score of --until",
    EndReason.BREAKER: "the circuit breaker opened: too many attempts in a row gave no evaluation",
    EndReason.ENGINE: "the circuit breaker opened: the sandbox stopped giving boxes",
    EndReason.BARREN: "its proposer found nothing new",
    EndReason.PAUSE: "it was paused",
    EndReason.STOP: "it was stopped",
    EndReason.INTERRUPTED: "it was interrupted",
}


def show_summary(summary: dict[str, Any], settings: RunConfig, home: Path) -> None:
    """Print a summary of `pygent.evolution.run.run_summary.summarise`, of a run with these settings."""
    from rich.table import Table

    out = console()
    failed = summary["failed"]
    ended = STOPPED_BY.get(summary["stopped_by"], summary["stopped_by"])
    out.print(
        f"\nrun {summary['run']} on {summary['target']} ended after {clock(summary['seconds'])}: {ended}"
    )
    out.print(
        f"{summary['evaluations']} variants evaluated, {summary['accepted']} accepted, "
        f"{failed['failed']} failed, {failed['gated_out']} gated out"
        + "".join(f"\n  {count} x {reason}" for reason, count in list(failed["reasons"].items())[:5]),
        markup=False,
    )
    if found := summary.get("findings"):
        attempts = summary["attempts"]
        out.print(f"{attempts} attempts: {attempts - found} variants, {found} findings (no change)")
    if summary["usage"]["calls"]:
        usage = summary["usage"]
        dollars = f"${usage['dollars']:.4f}" if _is_priced(settings) else "dollars unknown"
        out.print(f"{usage['calls']} model calls, {usage['tokens']} tokens, {dollars}")
    if where := summary.get("sandbox"):
        out.print(f"untrusted code ran in {where}", markup=False)
    baseline, best = summary["baseline"], summary["best"]
    if baseline is None:
        out.print("the baseline was not measured")
        return
    better = {"min": "lower is better", "max": "higher is better"}[summary["objective"]["direction"]]
    trust = (best or baseline)["trust"] or "not measured"
    table = Table(
        title=f"{summary['objective']['metric']} ({better}), {trust}, with 95 percent intervals",
        title_justify="left",
    )
    for column in ("", "search cases", "held-out cases"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    for name, side in (("baseline", baseline), ("best", best)):
        if side is not None:
            held_out = interval_in_words(side["held_out"]) if side["held_out"] else "not measured"
            table.add_row(f"{name} {side['variant']}", interval_in_words(side["interval"]), held_out)
    out.print(table)
    larger = _larger(settings, summary["stopped_by"])
    go_on, why = (
        f"resume {summary['run']}{larger}",
        f"continue with {'a larger budget' if larger else 'the budget that is left'}",
    )
    if summary["stopped_by"] == EndReason.BASELINE:
        go_on, why = f"archive show {baseline['variant']}", "see what is wrong with the source"
    if best is None:
        typer.echo("nothing better than the baseline was accepted")
        typer.echo(f"\nnext: {command(home)} {go_on}    ({why})")
        return
    if summary["champion"]:
        typer.echo("the best variant is a champion: held-out cases confirm it against the baseline")
    else:
        typer.echo("the best variant is accepted on search cases, but held-out cases do not confirm it")
    typer.echo("")
    show_diff(summary["diff"])
    typer.echo("\nnext:")
    commands = (
        (f"archive show {best['variant']}", "everything about it"),
        (f"archive lineage {best['variant']}", "how it came about"),
        (f"apply {best['variant']}", "show what would be written; --yes writes it"),
        (go_on, why),
    )
    width = max(len(words) for words, _ in commands)
    for words, what in commands:
        typer.echo(f"  {command(home)} {words:<{width}}  {what}")


def _is_priced(settings: RunConfig) -> bool:
    """Whether the price of each model that the settings name is known."""
    from pygent.gateway.models.prices import LOCAL, find
    from pygent.gateway.models.weighted_router import parse

    return all(find(name, settings.prices) is not None for name in parse(settings.model or LOCAL))


def _larger(settings: RunConfig, stopped_by: str) -> str:
    """Twice the budget that ended the run, as an option, and the code that has to be named again."""
    budget = getattr(settings, stopped_by) if stopped_by in BUDGETS else None
    larger = "" if budget is None else f" --{stopped_by} {2 * budget:.10g}"
    code = references(settings.model_dump(include=set(CODE)))
    return larger + "".join(f" --{key} {shlex.quote(one)}" for key, listed in code.items() for one in listed)


def interval_in_words(interval: dict[str, float] | None) -> str:
    if interval is None:
        return "not graded"
    if interval["low"] == interval["high"]:
        return f"{interval['mean']:.5g}"
    return f"{interval['mean']:.5g} [{interval['low']:.5g}, {interval['high']:.5g}]"
