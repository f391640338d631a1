"""The targets that forgeries attack: one task behind several suites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pygent.benchmarks.forgeries.forgery_corpus import HERE, Kind, control
from pygent.sandbox.api import Sandbox
from pygent.target_modules.spec.manifest import Target, load

SuiteName = Literal["cases", "pytest", "loaders", "objective", "timing", "timing_file"]
SUITES: tuple[SuiteName, ...] = ("cases", "pytest", "loaders", "objective", "timing", "timing_file")
PUT_TO: dict[Kind, tuple[SuiteName, ...]] = {
    "wrong": ("cases", "pytest", "objective", "timing"),
    "answers": ("pytest", "loaders"),
    "time": ("timing",),
    "memo": ("timing_file",),
    "echo": ("cases", "objective"),
}
TIMED: dict[Kind, SuiteName] = {"time": "timing", "memo": "timing_file"}
TESTS: dict[SuiteName, tuple[str, ...]] = {  # suites of tests, with their files of the task
    "pytest": ("test_solution.py", "examples.py"),
    "loaders": ("loaders/test_solution.py", "examples.py"),
}
TASK = HERE / "task"
MODULE = "solution.py"
LOADING = "reading.py"  # through which the tests of `loaders` load the answers

_MANIFEST = """\
name = "forgeries_{name}"
goal = "Say how far a list of numbers is out of order."
files = ["*.py"]
editable = ["{module}"]
{entry}
[suite]
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
    "cases": ('kind = "cases"\ngrader = "grader.py"\ncount = 6\n', "passed", 3.0),
    "pytest": ('kind = "pytest"\ntests = ["tests"]\n', "passed", 8.0),
    "loaders": ('kind = "pytest"\ntests = ["tests"]\n', "passed", 8.0),
    "objective": ('kind = "objective"\ngrader = "grader.py"\n', "near", 3.0),
    "timing": ('kind = "timing"\ngrader = "grader.py"\ncount = 8\npairs = 2\n', "speedup", 3.0),
    "timing_file": (
        'kind = "timing"\ncases = "search.jsonl"\nheld_out = "held_out.jsonl"\npairs = 2\n',
        "speedup",
        3.0,
    ),
}
_IN_A_FILE = 900  # numbers, so nearly sorted that the answer fits the 8 bits of a counter
_ANSWERS = {"search": 93, "held_out": 150}


def write_target(folder: Path, kind: SuiteName) -> Target:
    """Write the task into an empty folder as a target of this suite; its source is the honest program."""
    suite, metric, seconds = _PARTS[kind]
    source = folder / "src"
    source.mkdir(parents=True)
    (source / MODULE).write_text(control("right"), "utf-8")
    entry = f'entry = "{MODULE.removesuffix(".py")}:solve"\n'
    if kind in TESTS:
        entry = 'support = ["tests/**"]\n'
        (source / "tests").mkdir()
        for name in TESTS[kind]:
            text = (TASK / name).read_text("utf-8")
            (source / "tests" / name.rpartition("/")[2]).write_text(text, "utf-8")
        if kind == "loaders":
            (source / LOADING).write_text((TASK / "loaders" / LOADING).read_text("utf-8"), "utf-8")
    elif kind == "timing_file":
        for name, answer in _ANSWERS.items():
            (folder / f"{name}.jsonl").write_text(_case_in_a_file(answer), "utf-8")
    else:
        (folder / "grader.py").write_text((TASK / "grader.py").read_text("utf-8"), "utf-8")
    text = _MANIFEST.format(
        name=kind,
        module=MODULE,
        entry=entry,
        suite=suite,
        metric=metric,
        call=seconds,
    )
    (folder / "target.toml").write_text(text, "utf-8")
    return load(folder, ours=True)


def _case_in_a_file(answer: int) -> str:
    """A case of sorted numbers, except for the first two, which are `answer` apart."""
    numbers = [answer, 0, *range(answer + 1, answer + _IN_A_FILE)]
    return json.dumps({"args": [numbers], "expected": answer}) + "\n"


def write_targets(folder: Path, sandbox: Sandbox) -> dict[SuiteName, Target]:
    """Write all targets; as for any target, the sandbox shows which tests run sealed."""
    from pygent.benchmarks.testing.collect_inventory import take_inventory

    targets = {kind: write_target(folder / kind, kind) for kind in SUITES}
    for kind in TESTS:
        take_inventory(targets[kind], sandbox).write(targets[kind].root)
    return targets
