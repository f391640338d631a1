"""Templates that escape everything, and their filters for figures and texts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pygent.benchmarks.statistics.sequential_test import Interval
from pygent.interfaces.views.verdict_text import clock
from pygent.prompts.quote import escape, line

LONG = 2000  # most characters of a line that are shown


def environment(folder: Path, *, autoescape: bool = True) -> Environment:
    """An environment for the templates in `folder`. Turn `autoescape` off only if the output is not HTML."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "figure": figure,
        "span": span,
        "clock": clock,
        "line": line,
        "line_whole": lambda text: line_whole(str(text)),
        "visible": escape,
        "when": when,
        "words": lambda text: str(text).replace("_", " "),
    }
    return made


def figure(value: float | None, digits: int = 6) -> str:
    return "none" if value is None else f"{value:.{digits}g}"


def span(interval: Interval | None) -> str:
    """`mean [low, high]`, as the command line prints it."""
    if interval is None:
        return "not measured"
    if interval.low == interval.high:
        return f"{interval.mean:.5g}"
    return f"{interval.mean:.5g} [{interval.low:.5g}, {interval.high:.5g}]"


def line_whole(text: str) -> str:
    """A line of source with its indentation: invisible characters are escaped, and a long line is cut."""
    shown = escape(text)
    return shown if len(shown) <= LONG else f"{shown[:LONG]} [{len(shown) - LONG} more characters]"


def when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
