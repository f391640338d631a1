"""Which suite measures a target."""

from __future__ import annotations

from benchmarks.types import Suite
from target_modules.manifest import Target


def suite_for(target: Target) -> Suite:
    """The suite that the target's manifest asks for, its grader or case files loaded.

    Raises `target_modules.manifest.TargetError` where they cannot be used.
    """
    table = target.manifest.suite
    if table.kind == "pytest":
        from benchmarks.testing.suite import PytestSuite

        return PytestSuite(target)
    suite = _own(target)
    if not table.tests:
        return suite
    from benchmarks.testing.suite import Gated

    return Gated(target, suite)


def _own(target: Target) -> Suite:
    kind = target.manifest.suite.kind
    if kind == "objective":
        from benchmarks.objective import ObjectiveSuite

        return ObjectiveSuite(target)
    if kind == "timing":
        from benchmarks.timing import TimingSuite

        return TimingSuite(target)
    if kind == "evaluator":
        from benchmarks.evaluator import EvaluatorSuite

        return EvaluatorSuite(target)
    if kind == "check":
        from benchmarks.testing.checks import ChecksSuite

        return ChecksSuite(target)
    if kind == "tasks":
        from benchmarks.tasks.suite import TasksSuite

        return TasksSuite(target)
    from benchmarks.cases import CasesSuite

    return CasesSuite(target)
