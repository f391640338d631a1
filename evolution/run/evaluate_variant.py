"""One attempt after its proposal: gate, evaluate, compare with the parent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from pygent.archive.records import Status
from pygent.benchmarks.judge import evaluate, retried
from pygent.benchmarks.results import Evaluation, EvaluationContext, Solver, Suite, Trust
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.protocols import Acceptor, DurableSteps, Parent, Proposal
from pygent.sandbox.api import Isolation
from pygent.target_modules.gate.checks import gate
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target


@dataclass(frozen=True)
class AttemptOutcome:
    """What came of an attempt, ready to be archived."""

    status: Status
    reason: str
    evaluation: Evaluation | None = None
    seconds: float = 0.0


class VariantEvaluator:
    """Brings trees to a verdict. Called on several threads at a time."""

    def __init__(
        self,
        target: Target,
        suite: Suite,
        acceptor: Acceptor,
        bench: EvaluationContext,
        *,
        error_rate: float,
        look_at: Callable[[Evaluation, DurableSteps], None] | None = None,
        solver: Callable[[DurableSteps], Solver] | None = None,
    ) -> None:
        """`look_at` is shown the baseline's own evaluation, before any other attempt begins. `solver` lets
        variants work whose measure is what they can do."""
        self._target = target
        self._suite = suite
        self._acceptor = acceptor
        self._bench = bench
        self._error_rate = error_rate
        self._look_at = look_at
        self._solver = solver

    def judge(
        self,
        parent: Parent | None,
        proposal: Proposal,
        once: DurableSteps,
        *,
        baseline: float | None,
        model_written: bool,
    ) -> AttemptOutcome:
        """Gate, evaluate and, where it may matter, compare with the parent.

        `parent` is None for the baseline itself. A comparison costs many evaluations, so that only a score
        better than the parent's and than `baseline`, the baseline's, is put to it; what is better than a poor
        parent only stays valid. Raises `SandboxFaultError` where the same work fails in box after box, and
        `SandboxLostError` where no box can be had any more.
        """
        started = time.monotonic()
        tree = proposal.tree
        if tree is None:
            return AttemptOutcome(Status.GATED_OUT, proposal.reason)
        if parent is not None and (reason := self._gated_out(parent.tree, tree)):
            return AttemptOutcome(Status.GATED_OUT, reason)
        isolation = Isolation.CONTAINER if model_written else Isolation.PROCESS
        solver = None if self._solver is None else self._solver(once)
        bench = replace(self._bench, isolation=isolation, solver=solver)
        stored = once(
            f"evaluation:{tree.id}", lambda: evaluate(self._target, self._suite, tree, bench).to_json()
        )
        evaluation = Evaluation.from_json(stored)
        if parent is None and self._look_at is not None:
            self._look_at(evaluation, once)
        if not evaluation.graded or evaluation.score is None:
            status, reason = Status.FAILED, evaluation.reason
        else:
            status, reason = Status.VALID, ""
            if (
                parent is not None
                and self._may_promote(evaluation)
                and self._improves(evaluation.score, parent.variant.score, baseline)
            ):
                decision = self._compare(parent, tree, bench, once)
                status = Status.ACCEPTED if decision.better else Status.VALID
                reason = decision.reason
        return AttemptOutcome(status, reason, evaluation, time.monotonic() - started)

    def _gated_out(self, parent: Tree, tree: Tree) -> str:
        findings = gate(self._target, parent, tree)
        return f"{findings[0].rule}: {findings[0]}" if findings else ""

    def _may_promote(self, evaluation: Evaluation) -> bool:
        """What was decided beside the variant counts only where the target's owner says so."""
        return evaluation.trust is Trust.SEALED or self._target.manifest.trust == "in-process"

    def _improves(self, score: float, *befores: float | None) -> bool:
        fitness = self._target.fitness
        return all(before is None or fitness(score) > fitness(before) for before in befores)

    def _compare(
        self, parent: Parent, tree: Tree, bench: EvaluationContext, once: DurableSteps
    ) -> PairedDecision:
        def accept() -> PairedDecision:
            pairs = self._suite.compare(tree, parent.tree, bench)
            return self._acceptor.accept(
                pairs, exhaustive=self._suite.exhaustive, error_rate=self._error_rate
            )

        what = f"comparing with {parent.variant.id}"
        step = f"acceptance:{tree.id}:{parent.tree.id}"
        return PairedDecision.of(once(step, lambda: asdict(retried(accept, what))))
