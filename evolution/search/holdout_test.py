"""Confirm a champion: an accepted variant against the baseline, on held-out cases in fresh containers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from pygent.benchmarks.judge import confirm
from pygent.benchmarks.results import EvaluationContext, Solver, Suite
from pygent.evolution.protocols import DurableSteps
from pygent.sandbox.api import Isolation
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target


def share(error_rate: float, confirmation: int) -> float:
    """The part of a run's error rate that its k-th confirmation (from 1) may use: 6/(pi^2 k^2).

    Over any number of confirmations the parts add up to at most the whole, so the chance that a run ever
    names a champion no better than the baseline stays within `error_rate`.
    """
    return error_rate * 6 / (math.pi**2 * confirmation**2)


class HoldoutTest:
    """Confirms champions; nothing else in a run touches held-out cases."""

    def __init__(
        self,
        target: Target,
        suite: Suite,
        bench: EvaluationContext,
        error_rate: float,
        solver: Callable[[DurableSteps], Solver] | None = None,
    ) -> None:
        self._target = target
        self._suite = suite
        self._bench = replace(bench, isolation=Isolation.CONTAINER)
        self._error_rate = error_rate
        self._solver = solver

    def confirm(self, tree: Tree, number: int, once: DurableSteps) -> bool:
        """Whether a tree, on held-out cases, is graded, keeps every threshold and beats the baseline.

        `number` counts the run's confirmations from 1. Raises `SandboxFaultError` like an evaluation.
        """

        def effect() -> Mapping[str, Any]:
            allowed = share(self._error_rate, number)
            bench = self._bench
            if self._solver is not None:
                bench = replace(bench, solver=self._solver(once))
            return asdict(confirm(self._target, self._suite, tree, bench, error_rate=allowed))

        found = once(f"confirmation:{tree.id}:{number}", effect)
        return bool(found["decision"]["better"]) and found["candidate"] is not None
