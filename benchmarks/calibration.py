"""How fast Python is in the boxes of this machine: for a model that has to guess how long a loop takes."""

from __future__ import annotations

from dataclasses import dataclass

from pygent.benchmarks.suites.tree_execution import spec_for
from pygent.sandbox.api import Call, Isolation, Program, Sandbox, SandboxFaultError
from pygent.target_modules.spec.manifest import Target

TURNS = 1_000_000
_REPEATS = 3
_SOURCE = f"""\
import sys
import time


def measure():
    best = 1e9
    for _ in range({_REPEATS}):
        began = time.perf_counter()
        for _ in range({TURNS}):
            pass
        best = min(best, time.perf_counter() - began)
    return [".".join(map(str, sys.version_info[:3])), best]
"""


@dataclass(frozen=True)
class BoxSpeed:
    """The version of Python in a target's boxes, and the seconds that `TURNS` turns of an empty loop take."""

    python: str
    seconds: float


def box_speed(target: Target, sandbox: Sandbox) -> BoxSpeed | None:
    """The fastest of a few short loops; None if the box did not answer. Runs only our own code."""
    try:
        with sandbox.box(spec_for(target), Isolation.PROCESS) as box:
            run = box.run(Program({"pygent_speed.py": _SOURCE}, "pygent_speed:measure"), [Call()])
    except SandboxFaultError:
        return None
    match run.last.value:
        case [str(python), float(seconds)] if run.ok:
            return BoxSpeed(python, seconds)
    return None
