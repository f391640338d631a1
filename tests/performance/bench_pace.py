"""What a model-written variant costs from end to end, with a model that answers at once, beside OpenEvolve.

A real endpoint on loopback, a target of five cases, each variant in a fresh box. `PEERS=1` in the environment
also runs OpenEvolve from PyPI, which protects nothing, on the same program and endpoint; `PYGENT` names other
installations to measure (`tests.performance.programs`).

Figures are of the steady state, between two requests of which the first comes after a warm-up. The whole run,
with its start and end, is shown beside that.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.performance import openevolve
from tests.performance.measuring import working_backends
from tests.performance.programs import Command, commands
from tests.performance.small_program import write_openevolve, write_target
from tests.performance.steady import Pace, steady

MEASURED = {"bubblewrap": 200, "docker": 60, "openevolve": 200}
WORKERS, WINDOW = 2, 8


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about a minute, of which Docker half."""
    return list(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for command in commands():
        for sandbox in working_backends():
            yield from _shown(f"{command.name}, {sandbox}", _evolving(command, sandbox))
    if not openevolve.wanted():
        yield "OpenEvolve beside it", "left out: make bench PEERS=1 installs it from PyPI"
        return
    yield from _shown(f"OpenEvolve {openevolve.version()}", _peer())


def _evolving(command: Command, sandbox: str) -> Pace:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target, home = write_target(folder / "target"), folder / "home"
        options = ["--proposer", "llm", "--model", "instant", "--tokens", 10**9, "--sandbox", sandbox]
        bounds = ["--workers", WORKERS, "--window", WINDOW, "--seed", 1]
        evolve = command("--home", home, "evolve", target, *options, *bounds)
        return steady(lambda url, attempts: [*evolve, "--attempts", str(attempts)], folder, MEASURED[sandbox])


def _peer() -> Pace:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program, evaluator = write_openevolve(folder)
        return steady(
            lambda url, attempts: openevolve.command(folder, program, evaluator, attempts, url),
            folder,
            MEASURED["openevolve"],
        )


def _shown(who: str, found: Pace) -> Iterator[tuple[str, str]]:
    yield f"{who}: variants a second", f"{1 / found.steady.wall:.1f}"
    yield f"{who}: a variant", str(found.steady)
    yield f"{who}: the same, start and end of the run included", str(found.whole)
    yield f"{who}: from its start to the first request", f"{found.start:.1f} s"


if __name__ == "__main__":
    os.environ.setdefault("PEERS", "1")
    for what, figure in _rows():
        print(f"{what:80} {figure:>12}")
