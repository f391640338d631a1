"""What timing costs with a box for each repeat: an evaluation of the usual pairs, and their spread."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Isolation
from pygent.target_modules.spec.manifest import Target, load
from tests.performance.measuring import backends, closing

EVALUATIONS = 6
_SOURCE = """def total(n):
    found = 0
    for i in range(n * 2000):
        found += i * i % 7
    return found
"""
_MANIFEST = """name = "timed"
goal = "Be fast."
files = ["m.py"]
editable = ["m.py"]
entry = "m:total"
[suite]
kind = "timing"
cases = "cases.jsonl"
[[objectives]]
metric = "speedup"
direction = "max"
"""


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, of each backend; takes about a minute."""
    with tempfile.TemporaryDirectory() as folder:
        target = _target(Path(folder))
        suite, tree = suite_for(target), target.tree()
        table: list[tuple[str, str]] = []
        for name, pool in backends():
            with closing(pool):
                seconds, spread = [], []
                for seed in range(EVALUATIONS):
                    start = time.perf_counter()
                    found = evaluate(
                        target, suite, tree, EvaluationContext(pool, Isolation.CONTAINER, seed, tree)
                    )
                    seconds.append(time.perf_counter() - start)
                    spread.append(found.noise or 0.0)
                pairs = target.manifest.suite.pairs
                each = statistics.median(seconds) / pairs
                table.append((f"timed evaluation, {name}: a pair of {pairs}", f"{1000 * each:.0f} ms"))
                table.append(
                    (f"timed evaluation, {name}: spread of a pair", f"{statistics.median(spread):.3f}")
                )
        return table


def _target(folder: Path) -> Target:
    """One function that takes some 15 ms, with cases from a file."""
    scope: dict[str, object] = {}
    exec(_SOURCE, scope)  # our own text, a few lines above
    (folder / "src").mkdir()
    (folder / "src" / "m.py").write_text(_SOURCE)
    cases = [{"args": [n], "expected": scope["total"](n)} for n in range(5, 13)]  # type: ignore[operator]
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    (folder / "target.toml").write_text(_MANIFEST)
    return load(folder, ours=True)
