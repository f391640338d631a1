"""One task behind four suites: the targets that every forgery is measured on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pygent.benchmarks.forgeries.corpus import HERE, control
from pygent.sandbox.types import Sandbox
from pygent.target_modules.manifest import Target, load

SuiteName = Literal["cases", "pytest", "objective", "timing"]
SUITES: tuple[SuiteName, ...] = ("cases", "pytest", "objective", "timing")
TASK = HERE / "task"
MODULE = "solution.py"

_MANIFEST = """\
name = "forgeries_{kind}"
goal = "Say how far a list of numbers is out of order."
files = ["{module}"]
editable = ["{module}"]
{entry}
[suite]
kind = "{kind}"
{suite}
[[objectives]]
metric = "{metric}"
direction = "max"

[limits]
memory_mb = 192
pids = 24
load_seconds = 3.0
call_seconds = {call}
total_seconds = {call}
"""
_PARTS: dict[SuiteName, tuple[str, str, float]] = {  # the suite's keys, its metric, the seconds of a call
    "cases": ('grader = "grader.py"\ncount = 6\n', "passed", 3.0),
    "pytest": ('tests = ["tests"]\n', "passed", 8.0),
    "objective": ('grader = "grader.py"\n', "near", 3.0),
    "timing": ('grader = "grader.py"\ncount = 8\npairs = 2\n', "speedup", 3.0),
}


def write_target(folder: Path, kind: SuiteName) -> Target:
    """The task as a target of this kind of suite in an empty folder, its source the honest program."""
    suite, metric, seconds = _PARTS[kind]
    source = folder / "src"
    source.mkdir(parents=True)
    (source / MODULE).write_text(control("right"), "utf-8")
    entry = f'entry = "{MODULE.removesuffix(".py")}:solve"\n'
    if kind == "pytest":
        entry = 'support = ["tests/**"]\n'
        (source / "tests").mkdir()
        for name in ("test_solution.py", "examples.py"):
            (source / "tests" / name).write_text((TASK / name).read_text("utf-8"), "utf-8")
    else:
        (folder / "grader.py").write_text((TASK / "grader.py").read_text("utf-8"), "utf-8")
    text = _MANIFEST.format(kind=kind, module=MODULE, entry=entry, suite=suite, metric=metric, call=seconds)
    (folder / "target.toml").write_text(text, "utf-8")
    return load(folder, ours=True)


def write_targets(folder: Path, sandbox: Sandbox) -> dict[SuiteName, Target]:
    """All four; what runs sealed of the tests is found out in the sandbox, as for any target."""
    from pygent.benchmarks.testing.taking import take_inventory

    targets = {kind: write_target(folder / kind, kind) for kind in SUITES}
    take_inventory(targets["pytest"], sandbox).write(targets["pytest"].root)
    return targets
