"""`make bench`: the project's own performance figures as a table. Names on the command line choose parts."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

PARTS = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> None:
    wanted = [f"bench_{name}" for name in sys.argv[1:]] or PARTS
    if unknown := sorted(set(wanted) - set(PARTS)):
        sys.exit(f"no such part: {_names(unknown)}; there are: {_names(PARTS)}")
    state = tempfile.TemporaryDirectory()
    os.environ["XDG_STATE_HOME"] = state.name  # what is measured here is trusted nowhere else
    out = Console(highlight=False)
    cores, load = os.cpu_count(), os.getloadavg()[0]
    table = Table(
        "what", "figure", title=f"Python {platform.python_version()}, {cores} cores, load {load:.1f}"
    )
    started = time.perf_counter()
    for part in wanted:
        out.print(f"measuring {part} ...", style="dim")
        for what, figure in importlib.import_module(f"tests.performance.{part}").rows():
            table.add_row(what, figure)
        table.add_section()
    out.print(table)
    out.print(f"took {time.perf_counter() - started:.0f} s; figures are medians or means of this run")


def _names(parts: list[str]) -> str:
    return " ".join(part.removeprefix("bench_") for part in parts)


if __name__ == "__main__":
    main()
