"""Repairs of small functions by mutation: what variants cost that never end, and a baseline that does not.

Each function has one fault, is written with a `while` and again with a `for`, and runs in bubblewrap. A
mutation of the first easily loops: a flipped comparison, a bound that stays where it is. None of the second
can.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import gcd, isqrt
from pathlib import Path
from typing import Any

from tests.performance.programs import PATIENCE, Command, ProgramFailedError, commands, running

MINUTES = 0.2
_SOURCES = {
    "root": """\
def root(number):
    low, high = 0, number
    while high - low > 1:
        middle = (low + high) // 2
        if middle * middle <= number:
            low = middle
        else:
            high = middle
    return low
""",
    "divisor": """\
def divisor(one, other):
    while other > 1:
        one, other = other, one % other
    return one
""",
    "digits": """\
def digits(number):
    total = 0
    while number > 9:
        total += number % 10
        number = number // 10
    return total
""",
}
_RIGHT: dict[str, tuple[Callable[..., int], Sequence[Sequence[int]]]] = {
    "root": (isqrt, [[0], [1], [2], [99], [100], [12345]]),
    "divisor": (gcd, [[6, 4], [4, 6], [7, 7], [9, 0], [35, 21], [13, 5]]),
    "digits": (lambda number: sum(map(int, str(number))), [[0], [7], [10], [99], [1234], [90909]]),
}
_WHILE, _FOR = re.compile(r"while (.*):\n"), r"for _ in range(40):\n        if not \1:\n            break\n"
_ENDLESS = _SOURCES["root"].replace("low = middle", "low = low")
_MANIFEST = """\
name = "{name}"
goal = "Mend the function."
files = ["m.py"]
editable = ["m.py:{name}"]
entry = "m:{name}"

[suite]
kind = "cases"
cases = "cases.jsonl"

[[objectives]]
metric = "passed"
direction = "max"
"""
# run by the interpreter of what is measured: public names alone
_LOOK = """\
import json, sys, pygent
with pygent.Archive.open(sys.argv[1]) as archive:
    print(json.dumps([
        [one.created, one.seconds, [f for stage in one.evaluation.stages for f in stage.failures]]
        for one in archive.variants() if one.evaluation is not None
    ]))
"""


@dataclass(frozen=True)
class Judged:
    """When a variant was archived, what judging it took in seconds, and whether it ran into a limit."""

    at: float
    seconds: float
    loops: bool


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about two minutes."""
    return list(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for command in commands():
        found = {form: [_repaired(command, name, form) for name in _SOURCES] for form in ("while", "for")}
        for form, what in (("while", "some loop"), ("for", "none can")):
            rates = [_per_minute(run) for run in found[form]]
            yield f"{command.name}: variants a minute in repairs of which {what}", _rounded(rates)
        loops, ends = (
            [[one.seconds for one in run[1:] if one.loops is looping] for run in found["while"]]
            for looping in (True, False)
        )
        count = f"{sum(map(len, loops))} of {sum(map(len, loops + ends))}"
        yield f"{command.name}: variants that loop", count
        if all(map(any, (loops, ends))):
            slow, quick = (statistics.median(chain(*times)) for times in (loops, ends))
            yield (
                f"{command.name}: the median one that loops, against one that does not",
                f"{slow * 1e3:.0f} ms against {quick * 1e3:.0f} ms, {slow / quick:.1f} times as much",
            )
        yield f"{command.name}: until a baseline that loops is measured", _until_measured(command)


def _repaired(command: Command, name: str, form: str) -> list[Judged]:
    """All variants of a run, the baseline first."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        source = _SOURCES[name] if form == "while" else _WHILE.sub(_FOR, _SOURCES[name])
        target, home = _target(folder / name, name, source), folder / "home"
        options = ["--proposer", "mutate", "--minutes", MINUTES, "--sandbox", "bubblewrap", "--seed", 1]
        with running(command("--home", home, "evolve", target, *options), {}, folder):
            pass
        python = command.path.with_name("python")
        told = subprocess.run([python, "-c", _LOOK, home], check=True, capture_output=True, text=True)
    return [
        Judged(at, seconds, any("timed out" in one for one in failures))
        for at, seconds, failures in json.loads(told.stdout)
    ]


def _per_minute(run: Sequence[Judged]) -> float:
    """From the moment when the baseline was known."""
    return 60 * (len(run) - 1) / (max(one.at for one in run) - run[0].at)


def _until_measured(command: Command) -> str:
    """By the run's own events: from the one that it began to the first one after the baseline's commit."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        target, home = _target(folder / "endless", "root", _ENDLESS), folder / "home"
        options = ["--proposer", "mutate", "--attempts", 1, "--sandbox", "bubblewrap", "--trackers", "jsonl"]
        end = time.monotonic() + PATIENCE
        with subprocess.Popen(
            command("--home", home, "evolve", target, *options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                while not (known := [one for one in _events(home) if one.get("attempts")]):
                    if process.poll() is not None or time.monotonic() > end:
                        raise ProgramFailedError("the run never told of its baseline")
                    time.sleep(0.05)
            finally:
                process.kill()
        return f"{known[0]['time'] - _events(home)[0]['time']:.1f} s"


def _events(home: Path) -> list[dict[str, Any]]:
    lines = (line for file in home.glob("runs/*.events.jsonl") for line in file.read_text().splitlines(True))
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _target(folder: Path, name: str, source: str) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "m.py").write_text(source)
    right, inputs = _RIGHT[name]
    cases = [json.dumps({"args": args, "expected": right(*args)}) for args in inputs]
    (folder / "cases.jsonl").write_text("\n".join(cases))
    (folder / "target.toml").write_text(_MANIFEST.format(name=name))
    return folder


def _rounded(rates: Sequence[float]) -> str:
    each = ", ".join(f"{name} {rate:.0f}" for name, rate in zip(_SOURCES, rates, strict=True))
    return f"{statistics.mean(rates):.0f} ({each})"
