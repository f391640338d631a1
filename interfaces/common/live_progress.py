"""Live progress of a run: a small panel in a terminal or a notebook, an occasional line anywhere else."""

from __future__ import annotations

import logging
import secrets
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from pygent.interfaces.common.terminal import console
from pygent.interfaces.views.verdict_text import clock

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from pygent.evolution.run.progress import Progress
    from pygent.evolution.settings.config import RunConfig

log = logging.getLogger(__name__)

LINE_EVERY_SECONDS = 10.0
CELL_EVERY_SECONDS = 0.25


class ProgressPanel(Protocol):
    """Where a panel is shown in place of the one before."""

    def update(self, panel: RenderableType, /) -> None: ...

    def stop(self) -> None: ...


class NotebookPanel:
    """A panel in the output of a notebook's cell. The last one stays there, and in the file."""

    def __init__(self) -> None:
        self._latest: RenderableType | None = None
        self._shown: float | None = None
        self._id = secrets.token_hex(8)

    def update(self, panel: RenderableType, /) -> None:
        self._latest = panel
        if self._shown is None or time.monotonic() - self._shown >= CELL_EVERY_SECONDS:
            self._show()

    def stop(self) -> None:
        if self._latest is not None:
            self._show()

    def _show(self) -> None:
        from IPython.display import display

        display(self._latest, display_id=self._id, update=self._shown is not None)  # type: ignore[no-untyped-call]
        self._shown = time.monotonic()


class LiveProgress:
    """Prints to stderr, so stdout holds only the command's result."""

    def __init__(
        self, run: str, settings: RunConfig, proposer: str, *, seeded: bool, show: bool | None = True
    ) -> None:
        """`show` None: only if somebody can see it, in a terminal or a notebook."""
        self._console = console(stderr=True)
        self._interactive = sys.stderr.isatty() or self._console.is_jupyter
        self._silent = show is False or (show is None and not self._interactive)
        self._panel: ProgressPanel | None = None
        self._said = 0  # notes
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
            self._panel = NotebookPanel() if self._console.is_jupyter else _terminal_panel(self._console)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._panel is not None:
            self._panel.stop()

    def say(self, text: str) -> None:
        """Print a line; into the log if progress is not shown."""
        if self._silent:
            log.info("%s", text)
        else:
            self._console.print(text, markup=False)

    def update(self, progress: Progress) -> None:
        for note in progress.notes[self._said :]:
            self.say(note)
        self._said = len(progress.notes)
        if self._panel is not None:
            self._panel.update(_panel(progress))
        elif not self._silent and time.monotonic() - self._last_line >= LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            self.say(_line(progress))


def _terminal_panel(console: Console) -> ProgressPanel:
    from rich.live import Live

    live = Live(console=console, refresh_per_second=4, transient=True)
    live.start()
    return live


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
        "variants": f"{progress.attempts - progress.findings} "
        f"({progress.evaluated} evaluated, {progress.under_way} under way)",
        "accepted": f"{accepted}, of them {counts[Status.CHAMPION]} confirmed on held-out cases",
        "failed": f"{counts[Status.FAILED] + counts[Status.GATED_OUT]}" + (f" ({failed})" if failed else ""),
        "best score": _score(progress),
        "spent": f"${usage.dollars:.4f}, {usage.tokens} tokens" if usage.calls else "nothing",
        "time": clock(progress.seconds)
        + (f", about {clock(progress.seconds_left)} left" if progress.seconds_left is not None else ""),
    }
    if progress.findings:
        rows["findings"] = f"{progress.findings} (no change)"
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
