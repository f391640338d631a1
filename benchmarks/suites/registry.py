"""Which suite measures a target."""

from __future__ import annotations

from pygent.benchmarks.results import Suite
from pygent.target_modules.spec.manifest import Target


def suite_for(target: Target) -> Suite:
    """The suite that the target's manifest asks for, its grader or case files loaded.

    Raises `pygent.target_modules.spec.manifest.TargetError` where they cannot be used.
    """
    table = target.manifest.suite
    if table.kind == "pytest":
        from pygent.benchmarks.testing.pytest_suite import PytestSuite

        return PytestSuite(target)
    suite = _own(target)
    if not table.tests:
        return suite
    from pygent.benchmarks.testing.pytest_suite import Gated

    return Gated(target, suite)


def _own(target: Target) -> Suite:
    kind = target.manifest.suite.kind
    if kind == "objective":
        from pygent.benchmarks.suites.objective import ObjectiveSuite

        return ObjectiveSuite(target)
    if kind == "timing":
        from pygent.benchmarks.suites.timing import TimingSuite

        return TimingSuite(target)
    if kind == "evaluator":
        from pygent.benchmarks.suites.evaluator import EvaluatorSuite

        return EvaluatorSuite(target)
    if kind == "check":
        from pygent.benchmarks.testing.check_functions import ChecksSuite

        return ChecksSuite(target)
    if kind == "tasks":
        from pygent.benchmarks.tasks.task_suite import TasksSuite

        return TasksSuite(target, suite_for)
    from pygent.benchmarks.suites.cases import CasesSuite

    return CasesSuite(target)
