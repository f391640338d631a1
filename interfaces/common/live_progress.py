"""Live progress of a run: a small panel in a terminal, an occasional line anywhere else."""

from __future__ import annotations

import logging
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from pygent.interfaces.common.terminal import console
from pygent.interfaces.views.verdict_text import clock

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pygent.evolution.run.progress import Progress
    from pygent.evolution.settings.config import RunConfig

log = logging.getLogger(__name__)

LINE_EVERY_SECONDS = 10.0


class LiveProgress:
    """Prints to stderr, so stdout holds only the command's result."""

    def __init__(
        self, run: str, settings: RunConfig, proposer: str, *, seeded: bool, show: bool | None = True
    ) -> None:
        """`show` None: only if somebody can see it, in a terminal or a notebook."""
        self._console = console(stderr=True)
        self._interactive = sys.stderr.isatty() or self._console.is_jupyter
        self._silent = show is False or (show is None and not self._interactive)
        self._live: object | None = None
        self._settings = settings
        self._last_line = time.monotonic()
        self.say(f"run {run}: evolving {settings.target}, budget {budget_in_words(settings)}")
        if proposer == "mutate" and settings.proposer == "auto":
            self.say(
                "proposer: mutate (libcst operators, no model); "
                "for a language model set OPENAI_API_KEY and give --model"
            )
        else:
            self.say(f"proposer: {proposer}" + (f" ({settings.model})" if settings.model else ""))
        if proposer != "mutate" and seeded:
            self.say(
                "the cases are drawn from the given seed, which a model could guess: "
                "leave out --seed for results that count"
            )

    def __enter__(self) -> LiveProgress:
        if self._interactive and not self._silent:
            from rich.live import Live as RichLive

            self._live = RichLive(console=self._console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()  # type: ignore[attr-defined]

    def say(self, text: str) -> None:
        """Print a line; into the log if progress is not shown."""
        if self._silent:
            log.info("%s", text)
        else:
            self._console.print(text, markup=False)

    def update(self, progress: Progress) -> None:
        if self._live is not None:
            self._live.update(_panel(progress))  # type: ignore[attr-defined]
        elif not self._silent and time.monotonic() - self._last_line >= LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            self.say(_line(progress))


def budget_in_words(settings: RunConfig) -> str:
    from pygent.archive.end_reason import BUDGETS

    parts = [f"{value:g} {name}" for name in BUDGETS if (value := getattr(settings, name)) is not None]
    return ", ".join(parts) or "none (runs until it is stopped)"


def _counts(progress: Progress) -> dict[str, str]:
    from pygent.archive.records import Status

    counts = progress.statuses
    failed = ", ".join(f"{count} {reason}" for reason, count in progress.failures.most_common(3))
    accepted = counts[Status.ACCEPTED] + counts[Status.CHAMPION]
    usage = progress.usage
    rows = {
        "variants": f"{progress.attempts} ({progress.evaluated} evaluated, {progress.under_way} under way)",
        "accepted": f"{accepted}, of them {counts[Status.CHAMPION]} confirmed on held-out cases",
        "failed": f"{counts[Status.FAILED] + counts[Status.GATED_OUT]}" + (f" ({failed})" if failed else ""),
        "best score": _score(progress),
        "spent": f"${usage.dollars:.4f}, {usage.tokens} tokens" if usage.calls else "nothing (no model)",
        "time": clock(progress.seconds)
        + (f", about {clock(progress.seconds_left)} left" if progress.seconds_left is not None else ""),
    }
    if progress.waiting is not None:
        rows["waiting"] = f"for the sandbox to give boxes: {clock(progress.waiting)}"
    if progress.ending:
        rows["ending"] = f"{progress.ending}: finishing the work in progress"
    return rows


def _score(progress: Progress) -> str:
    if progress.baseline is None or progress.baseline.score is None:
        return "the baseline is being measured"
    if progress.best is None or progress.best.score is None:
        return f"{progress.baseline.score:.5g} (baseline)"
    return f"{progress.best.score:.5g} (baseline {progress.baseline.score:.5g})"


def _panel(progress: Progress) -> RenderableType:
    from rich.panel import Panel
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, value in _counts(progress).items():
        table.add_row(f"[dim]{name}[/dim]", value.replace("[", "\\["))
    return Panel(table, title=f"run {progress.run}", title_align="left", expand=False)


def _line(progress: Progress) -> str:
    return " | ".join(f"{name} {value}" for name, value in _counts(progress).items())
