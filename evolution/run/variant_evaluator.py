"""Judge a proposal: the gate, its evaluation, and the comparison with its parent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Solver, Trust
from pygent.benchmarks.statistics.no_worse import no_worse, repeats_to_mend, shifted
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
        self,
        tree: Tree,
        isolation: Isolation,
        once: DurableSteps,
        befores: tuple[float | None, ...],
        *,
        is_baseline: bool,
    ) -> Evaluation:
        """Measure a tree, as far as it takes to know whether it beats all of `befores`.

        The baseline is measured without what an earlier measurement of it teaches.
        """
        scores = (score for score in befores if score is not None)
        to_beat = max(scores, key=self._plan.target.fitness, default=None)
        bench = replace(self._bench_for(isolation, once), to_beat=to_beat)
        if is_baseline:
            bench = replace(bench, baseline_found=lambda: None)

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

        A comparison costs many evaluations: None if the score does not beat all of `befores`, unless the
        target counts it that a fault is mended.
        """
        if not self._may_be_accepted(evaluation):
            return None
        beats = self._beats(evaluation, befores)
        fault = self._fault(parent, evaluation, befores)
        if not beats and fault is None:
            return None
        bench = self._bench_for(isolation, once)
        rate = self._plan.config.error_rate / (1 if fault is None else 2)  # two ways share the run's

        def accept() -> PairedDecision:
            decision = None
            if beats:
                decision = self._decided(self._plan.suite.compare(tree, parent.tree, bench), rate)
            if fault is None or (decision is not None and (decision.better or decision.violation)):
                assert decision is not None
                return decision
            return self._mended(tree, parent.tree, fault, bench, rate, decision)

        what = f"comparing with {parent.variant.id}"
        step = f"acceptance:{tree.id}:{parent.tree.id}"
        return once.value(step, lambda: retried(accept, what), asdict, PairedDecision.of)

    def _decided(self, pairs: Iterator[PairedSamples], rate: float) -> PairedDecision:
        decision = self._acceptor.accept(pairs, exhaustive=self._plan.suite.exhaustive, error_rate=rate)
        if not isinstance(decision, PairedDecision):
            name = type(self._acceptor).__name__
            raise ExtensionError(
                f"acceptor {name}: accept returned {type(decision).__name__}, not a PairedDecision"
            )
        return decision

    def _mended(
        self,
        tree: Tree,
        parent: Tree,
        fault: int,
        bench: EvaluationContext,
        rate: float,
        before: PairedDecision | None,
    ) -> PairedDecision:
        """Whether a tree is no worse and mends a fault (`benchmarks.statistics.no_worse`).

        `before` is the decision that it is not better, if that was asked.
        """
        suite, margin = self._plan.suite, self._plan.target.manifest.suite.mends or 0.0
        name, repeats = suite.fault_name(fault), repeats_to_mend(rate)
        for repeat in range(1, repeats + 1):
            if not suite.passes(tree, fault, bench, repeat) or suite.passes(parent, fault, bench, repeat):
                words = f"{name} is not mended in each of {repeats} repeats"
                missed = before or PairedDecision(False, 0, 0.0, 0.0, 0.0, rate, "")
                return replace(missed, reason=f"{missed.reason}; {words}" if missed.reason else words)
        pairs = shifted(suite.compare(tree, parent, bench), margin)
        return no_worse(
            self._decided(pairs, rate), margin, f"{name}: {repeats} of {repeats} against 0 of {repeats}"
        )

    def _may_be_accepted(self, evaluation: Evaluation) -> bool:
        """A verdict reached in the variant's process counts only if the target's owner allows it."""
        if not evaluation.graded or evaluation.score is None:
            return False
        return evaluation.trust is Trust.SEALED or self._plan.target.manifest.trust == "in-process"

    def _beats(self, evaluation: Evaluation, befores: tuple[float | None, ...], margin: float = 0.0) -> bool:
        """Whether the score beats all of `befores`, or misses them by less than a margin."""
        target, score = self._plan.target, evaluation.score
        return score is not None and all(
            before is None or target.fitness(score) + margin > target.fitness(before) for before in befores
        )

    def _fault(self, parent: Parent, evaluation: Evaluation, befores: tuple[float | None, ...]) -> int | None:
        """The first case or task that the parent fails and the variant passes, if that may count."""
        margin, before = self._plan.target.manifest.suite.mends, parent.evaluation
        if margin is None or before is None or not self._beats(evaluation, befores, margin):
            return None
        if not before.stages or before.seed != evaluation.seed:
            return None
        old, new = (one.stages[-1].samples.get(self._plan.suite.faults, ()) for one in (before, evaluation))
        pairs = enumerate(zip(old, new, strict=False))
        return next((number for number, verdicts in pairs if verdicts == (0, 1)), None)

    def _bench_for(self, isolation: Isolation, once: DurableSteps) -> EvaluationContext:
        solver = None if self._solver is None else self._solver(once)
        return replace(self._bench, isolation=isolation, solver=solver)
