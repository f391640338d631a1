"""Judge a proposal: the gate, its evaluation, and the comparison with its parent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, Solver, Trust
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.protocols import Acceptor, DurableSteps, Parent
from pygent.evolution.run.plan import RunPlan
from pygent.extensions import ExtensionError
from pygent.sandbox.api import Isolation
from pygent.sandbox.host.retry import retried
from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.patch.model.tree import Tree


class VariantEvaluator:
    """Judges variants, on several threads at a time.

    Evaluations and comparisons raise `SandboxFaultError` if the same work fails in box after box, and
    `SandboxLostError` if there are no more boxes.
    """

    def __init__(
        self,
        plan: RunPlan,
        acceptor: Acceptor,
        bench: EvaluationContext,
        *,
        look_at: Callable[[Evaluation, DurableSteps], None] | None = None,
        solver: Callable[[DurableSteps], Solver] | None = None,
        judge: Callable[[Evaluation, Tree, DurableSteps], Evaluation] | None = None,
    ) -> None:
        """`look_at` gets the baseline's evaluation before any other attempt begins.

        `solver` lets variants do tasks if they are measured by that. `judge` adds what a model judges.
        """
        self._plan = plan
        self._acceptor = acceptor
        self._bench = bench
        self._look_at = look_at
        self._solver = solver
        self._judge = judge

    def gate(self, parent: Parent, tree: Tree) -> str:
        """The first rule that a tree breaks, with its reason, or ''."""
        findings = gate(self._plan.target, parent.tree, tree)
        return f"{findings[0].rule}: {findings[0]}" if findings else ""

    def evaluate(
        self, tree: Tree, isolation: Isolation, once: DurableSteps, *, is_baseline: bool
    ) -> Evaluation:
        bench = self._bench_for(isolation, once)

        def measured() -> Evaluation:
            found = evaluate(self._plan.target, self._plan.suite, tree, bench)
            return found if self._judge is None else self._judge(found, tree, once)

        evaluation = once.value(
            f"evaluation:{tree.id}",
            measured,
            Evaluation.to_json,
            Evaluation.from_json,
        )
        if is_baseline and self._look_at is not None:
            self._look_at(evaluation, once)
        return evaluation

    def accept(
        self,
        parent: Parent,
        tree: Tree,
        evaluation: Evaluation,
        befores: tuple[float | None, ...],
        isolation: Isolation,
        once: DurableSteps,
    ) -> PairedDecision | None:
        """Compare a tree with its parent, on problems that its evaluation did not use.

        A comparison costs many evaluations: None if the score does not beat all of `befores`.
        """
        if not self._may_be_accepted(evaluation, befores):
            return None
        suite, bench = self._plan.suite, self._bench_for(isolation, once)

        def accept() -> PairedDecision:
            pairs = suite.compare(tree, parent.tree, bench)
            rate = self._plan.config.error_rate
            decision = self._acceptor.accept(pairs, exhaustive=suite.exhaustive, error_rate=rate)
            if not isinstance(decision, PairedDecision):
                name = type(self._acceptor).__name__
                raise ExtensionError(
                    f"acceptor {name}: accept returned {type(decision).__name__}, not a PairedDecision"
                )
            return decision

        what = f"comparing with {parent.variant.id}"
        step = f"acceptance:{tree.id}:{parent.tree.id}"
        return once.value(step, lambda: retried(accept, what), asdict, PairedDecision.of)

    def _may_be_accepted(self, evaluation: Evaluation, befores: tuple[float | None, ...]) -> bool:
        """A verdict reached in the variant's process counts only if the target's owner allows it."""
        score, target = evaluation.score, self._plan.target
        if not evaluation.graded or score is None:
            return False
        if evaluation.trust is not Trust.SEALED and target.manifest.trust != "in-process":
            return False
        return all(before is None or target.fitness(score) > target.fitness(before) for before in befores)

    def _bench_for(self, isolation: Isolation, once: DurableSteps) -> EvaluationContext:
        solver = None if self._solver is None else self._solver(once)
        return replace(self._bench, isolation=isolation, solver=solver)
