"""Templates with everything escaped, and the few words that they need for figures."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pygent.benchmarks.statistics.sequential_test import Interval
from pygent.interfaces.views.verdict_text import clock
from pygent.prompts.quote import escape, line

LONG = 2000  # characters of a line


def environment(folder: Path, *, autoescape: bool = True) -> Environment:
    """`folder` holds the templates. Only what becomes no HTML goes without escaping."""
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
    """A line of a source with its indentation, nothing invisible in it, and not too long to look at."""
    shown = escape(text)
    return shown if len(shown) <= LONG else f"{shown[:LONG]} [{len(shown) - LONG} characters more]"


def when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
