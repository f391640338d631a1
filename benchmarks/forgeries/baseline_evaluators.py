"""Put the same programs to evaluators as they are commonly written, in a box of ours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pygent.benchmarks.forgeries.forged_targets import TASK
from pygent.benchmarks.forgeries.forgery_corpus import HERE, Forgery, control
from pygent.sandbox.api import BoxSpec, Call, Isolation, Outcome, Program, Sandbox

EVALUATORS = ("printed_score", "result_file", "exec_together", "pytest_exit_code", "pytest_junit")
FOLDER = HERE / "evaluators"
FASTER = 3.0  # a program that looks this many times faster than the honest one has forged its time
HONEST_RUNS = 3

_HARNESS = '''\
"""Puts a program where an evaluator looks for it, and says what the evaluator said."""

import importlib
import os
import tempfile


def ask(name, files):
    folder = tempfile.mkdtemp()
    for path, text in files.items():
        os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
        with open(f"{folder}/{path}", "w", encoding="utf-8") as stream:
            stream.write(text)
    score, seconds = importlib.import_module(name).evaluate(folder)
    return [float(score), float(seconds)]
'''


@dataclass(frozen=True)
class BaselineReport:
    """An evaluator's `score` from 0 to 1 and the seconds that it measured; None if it gave none.

    `forged`: full marks for wrong answers, or a measured cost far below the real one.
    """

    forged: bool
    score: float | None
    seconds: float | None


class Peers:
    """Asks the evaluators; each question runs in a new child, where the evaluator starts a fresh Python."""

    def __init__(self, sandbox: Sandbox, spec: BoxSpec) -> None:
        limits = replace(spec.limits, call_seconds=20.0, total_seconds=25.0, pids=48)
        self._spec = replace(spec, limits=limits, preload=())
        self._sandbox = sandbox
        self._files = {
            f"tests/{name}": (TASK / name).read_text("utf-8") for name in ("test_solution.py", "examples.py")
        }
        sources = {f"{name}.py": (FOLDER / f"{name}.py").read_text("utf-8") for name in EVALUATORS}
        self._program = Program({**sources, "pygent_harness.py": _HARNESS}, "pygent_harness:ask")
        self._honest: dict[str, float] = {}

    def controls(self) -> Iterator[str]:
        """Unexpected verdicts on honest programs; also records the honest seconds."""
        for name in EVALUATORS:
            runs = [self._asked(name, control("right")) for _ in range(HONEST_RUNS)]
            if any(score != 1.0 for score, _ in runs):
                yield f"{name}: honest and right scored {[score for score, _ in runs]}"
            seconds = [taken for _, taken in runs if taken is not None]
            self._honest[name] = min(seconds, default=math.inf)
            score, _ = self._asked(name, control("wrong"))
            if score not in (0.0, None):
                yield f"{name}: honest but wrong scored {score}"

    def ask(self, forgery: Forgery) -> dict[str, BaselineReport]:
        reports: dict[str, BaselineReport] = {}
        for name in EVALUATORS:
            score, seconds = self._asked(name, forgery.source)
            forged = score is not None and score >= 1.0
            if forgery.kind != "wrong":
                forged = forged and seconds is not None and seconds * FASTER < self._honest[name]
            reports[name] = BaselineReport(forged, score, seconds)
        return reports

    def _asked(self, name: str, source: str) -> tuple[float | None, float | None]:
        with self._sandbox.box(self._spec, Isolation.PROCESS) as box:
            last = box.run(self._program, [Call((name, {**self._files, "solution.py": source}))]).last
        value = last.value
        if last.outcome is not Outcome.OK or not isinstance(value, list):
            return None, None
        score, seconds = value
        return score, None if seconds < 0 else seconds
