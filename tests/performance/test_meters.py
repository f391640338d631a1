"""The meters of the benches from outside: the fill of a window, and the CPU of a process and its children."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.performance.bench_fill import share
from tests.performance.endpoint import Exchange
from tests.performance.programs import ProgramFailedError, at_end, running

SPIN = "import time\nwhile time.process_time() < {seconds}: pass\n"


@pytest.mark.parametrize(
    ("spans", "filled"),
    [
        ([(0, 10), (0, 10)], 1.0),
        ([(0, 5), (5, 10)], 0.5),
        ([(-5, 5), (5, 25)], 0.5),  # only what lies between the two moments counts
        ([(-5, 0), (10, 20)], 0.0),
    ],
)
def test_the_fill_is_of_the_time_between_two_moments(spans: list[tuple[float, float]], filled: float) -> None:
    assert share([Exchange(*span) for span in spans], window=2, start=0, end=10) == filled


def test_the_cpu_of_children_is_told_apart(tmp_path: Path) -> None:
    child = SPIN.format(seconds=0.3)
    begin = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\n"
    with running([sys.executable, "-c", begin + SPIN.format(seconds=0.6)], {}, tmp_path) as process:
        used = at_end(process.pid)
    assert 0.55 <= used.own < 0.9
    assert 0.25 <= used.children < 0.55


def test_a_program_that_fails_is_no_figure(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; print('no such target'); sys.exit(3)"]
    with (
        pytest.raises(ProgramFailedError, match="exit code 3: no such target"),
        running(failing, {}, tmp_path),
    ):
        pass
