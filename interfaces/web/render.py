"""Templates with everything escaped, and the few words that they need for figures."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from interfaces.cli.live import clock
from prompts.quote import escape, line

_FOLDER = Path(__file__).parent / "templates"


def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "figure": figure,
        "span": span,
        "clock": clock,
        "line": line,
        "visible": escape,
        "when": when,
        "words": lambda text: str(text).replace("_", " "),
    }
    return made


def page(made: Environment, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(made.get_template(name).render(**values), status)


def figure(value: float | None, digits: int = 6) -> str:
    return "none" if value is None else f"{value:.{digits}g}"


def span(interval: Any) -> str:
    """`mean [low, high]`, as the command line prints it."""
    if interval is None:
        return "not measured"
    if interval["low"] == interval["high"]:
        return f"{interval['mean']:.5g}"
    return f"{interval['mean']:.5g} [{interval['low']:.5g}, {interval['high']:.5g}]"


def when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
