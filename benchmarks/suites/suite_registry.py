"""The kinds of suites, one per line, and the suite of a target."""

from __future__ import annotations

from importlib import import_module

from pygent.benchmarks.results import Suite
from pygent.target_modules.spec.manifest import Target

SUITES = {  # by the manifest's `suite.kind`; imported on demand
    "cases": "pygent.benchmarks.suites.cases:CasesSuite",
    "timing": "pygent.benchmarks.suites.timing:TimingSuite",
    "objective": "pygent.benchmarks.suites.objective:ObjectiveSuite",
    "pytest": "pygent.benchmarks.testing.pytest_suite:PytestSuite",
    "evaluator": "pygent.benchmarks.suites.evaluator:EvaluatorSuite",
    "check": "pygent.benchmarks.testing.check_functions:ChecksSuite",
    "tasks": "pygent.benchmarks.tasks.task_suite:TasksSuite",
}


def suite_class(kind: str) -> type[Suite]:
    module, _, name = SUITES[kind].partition(":")
    found: type[Suite] = getattr(import_module(module), name)
    return found


def suite_class_of(target: Target) -> type[Suite]:
    return suite_class(target.manifest.suite.kind)


def suite_for(target: Target) -> Suite:
    """The suite that the target's manifest asks for, with its grader or case files loaded.

    Raises `TargetError` if they cannot be used.
    """
    suite = suite_class_of(target)(target)
    if suite.runs_tests or not target.manifest.suite.tests:
        return suite
    from pygent.benchmarks.testing.pytest_suite import Gated

    return Gated(target, suite)
