"""Ctrl-C in a script: once ends the run well and returns it, twice raises `KeyboardInterrupt`."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import pygent
from pygent.testing import LocalSandbox
from tests.interfaces.python.conftest import Evolve

SCRIPT = """\
import signal, sys
import pygent
from pygent.testing import LocalSandbox

before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

def show(progress):
    if progress.attempts == 2 and progress.latest is not None:
        print("going", flush=True)
        {then}

try:
    run = pygent.evolve({target!r}, home={home!r}, seed=3, proposer="mutate", minutes=30,
                        sandbox=LocalSandbox(), callbacks=[show])
    print(run.id, run.ended_by, len(run.variants()) > 1)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
print((signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before)
"""


def script(target: Path, home: Path, then: str = "pass") -> list[str]:
    return [sys.executable, "-c", SCRIPT.format(target=str(target), home=str(home), then=then)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_the_run_well(tmp_path: Path, target: Path, number: signal.Signals) -> None:
    with subprocess.Popen(script(target, tmp_path / "home"), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "going\n"
        child.send_signal(number)
        told = child.stdout.read()
    assert child.returncode == 0
    with pygent.Archive.open(tmp_path / "home") as archive:
        (run,) = archive.runs()
        assert told == f"{run.id} interrupted True\nTrue\n"
    assert pygent.resume(run.id, home=tmp_path / "home", attempts=1, sandbox=LocalSandbox()).id == run.id


def test_a_second_one_ends_at_once(tmp_path: Path, target: Path) -> None:
    twice = "signal.raise_signal(signal.SIGINT); signal.raise_signal(signal.SIGINT)"
    done = subprocess.run(
        script(target, tmp_path / "home", twice), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "going\nKeyboardInterrupt\nTrue\n"), done.stderr
    with pygent.Archive.open(tmp_path / "home") as archive:
        (run,) = archive.runs()
        assert (run.record.state, run.ended_by) == ("paused", "KeyboardInterrupt")
        count = len(run.variants())
    resumed = pygent.resume(run.id, home=tmp_path / "home", attempts=count, sandbox=LocalSandbox())
    assert len(resumed.variants()) == count + 1


def test_handlers_are_put_back(evolve: Evolve) -> None:
    mine = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        evolve(attempts=1)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
        with pytest.raises(pygent.ExtensionError):
            evolve(acceptor="json:nosuch")
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, mine)
