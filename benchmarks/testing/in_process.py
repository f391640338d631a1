"""Run tests beside the candidate, in its box: quick, but the results may be forged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pygent.benchmarks.learned_limits import CallLimit
from pygent.benchmarks.suites.tree_execution import said
from pygent.benchmarks.testing.programs import paths_of, program_of_tests
from pygent.prompts.quote import line
from pygent.sandbox.api import Box, Call, Outcome
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

TIMED_OUT = "timed out"  # how the kind of a test that hit its limit begins
NO_LIMITS: Mapping[str, CallLimit] = {}  # but those of the box
_VERDICTS = ("passed", "failed", "skipped", "xfailed", "xpassed")


@dataclass(frozen=True)
class TestResult:
    """How a test ended.

    `kind` is the exception's class if it failed. `noted` names events in the test (see `inside.watch`).
    """

    verdict: str
    kind: str
    seconds: float
    calls: int = 0
    noted: tuple[str, ...] = ()

    @property
    def timed_out(self) -> bool:
        return self.kind.startswith(TIMED_OUT)


@dataclass(frozen=True)
class Results:
    """Tests by id in the order in which they ended.

    `reason` says why some are missing, and `cut` that they were left out after time-outs. `output` is the
    untrusted tail of the printed text. `noted` names events around the tests, `answers` marks the answers to
    them (see `known`), and `violation` says that the candidate broke the protocol.
    """

    tests: dict[str, TestResult]
    reason: str = ""
    output: str = ""
    noted: tuple[str, ...] = ()
    answers: frozenset[str] = frozenset()
    violation: bool = False
    cut: bool = False


def run_direct(
    target: Target,
    tree: Tree,
    box: Box,
    *,
    only: Sequence[str] | None = None,
    limits: Mapping[str, CallLimit] = NO_LIMITS,
    gate: Sequence[str] = (),
    need_one: Sequence[str] = (),
    enough: tuple[int, int] | None = None,
) -> Results:
    """Run tests (all, or `only`), each within its limit of `limits`, in a child of `box`.

    Stops at the first failure in `gate`, once one of `need_one` has passed or all have failed, and after
    `enough` tests: so many have hit the limit, and so many outside the gate have failed. A test that goes on
    after it was interrupted again and again ends the run, too.
    """
    chosen = None if only is None else list(only)
    options = list(target.manifest.suite.options)
    each = {name: [limit.seconds, limit.by_clock] for name, limit in limits.items()}
    args = (paths_of(target, only), options, chosen, each, list(gate), list(need_one))
    stops = None if enough is None else list(enough)
    execution = box.run(program_of_tests(target, tree, "direct:run"), [Call((*args, stops))])
    last = execution.last
    if last.outcome is not Outcome.OK:
        return Results({}, said(last), execution.output, violation=execution.violated)
    value = last.value
    if not isinstance(value, dict):
        return Results({}, "an answer that is no report of tests", execution.output)
    tests = read_results(value.get("results"))
    if tests is None:
        return Results({}, "an answer that is no report of tests", execution.output)
    errors, stopped = value.get("errors"), value.get("stopped")
    reason = line(str(stopped or ""))
    if isinstance(errors, list) and errors:
        reason = line(f"tests cannot be collected: {errors[0]}")
    return Results(tests, reason, execution.output, cut=value.get("cut") is True)


def read_results(value: object) -> dict[str, TestResult] | None:
    """Results as a box reports them; None if they have another form."""
    if not isinstance(value, list):
        return None
    found: dict[str, TestResult] = {}
    for row in value:
        if not isinstance(row, list) or len(row) not in (4, 6):
            return None
        name, verdict, kind, seconds = row[:4]
        calls, noted = row[4:] or (0, [])
        if not (isinstance(name, str) and verdict in _VERDICTS and isinstance(kind, str)):
            return None
        if not (isinstance(seconds, float) and isinstance(calls, int) and isinstance(noted, list)):
            return None
        found[name] = TestResult(str(verdict), line(kind), seconds, calls, tuple(map(str, noted)))
    return found
