"""Services for an agent at work: evaluation on visible cases, their inputs, and the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, Suite
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.benchmarks.suites.tree_execution import derived
from pygent.evolution.proposers import figures
from pygent.evolution.proposers.archive_lookup import ArchiveLookup
from pygent.evolution.proposers.side_by_side import side_by_side
from pygent.evolution.protocols import Aside, Parent
from pygent.gateway.box.attempt_gateway import Service
from pygent.gateway.box.box_requests import Evaluate, InputsRequest
from pygent.prompts import quote
from pygent.sandbox.api import Call, Isolation
from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

FAILURES = 10  # failures of one evaluation that are reported


def services_for(
    target: Target,
    suite: Suite,
    bench: EvaluationContext,
    lookup: ArchiveLookup,
    parent: Parent,
    aside: Aside,
) -> Mapping[str, Service]:
    """The services of one attempt.

    `aside` queues an evaluation with those of the run, so that it disturbs no measurement.
    """
    kept = replace(bench, isolation=Isolation.CONTAINER, to_beat=parent.variant.score)
    return {
        "evaluate": lambda asked: _evaluated(target, suite, kept, parent, aside, asked),
        "inputs": lambda asked: _inputs(target, bench.seed, asked),
        "archive": lambda asked: lookup.answer(parent, asked),
    }


def _evaluated(
    target: Target,
    suite: Suite,
    bench: EvaluationContext,
    parent: Parent,
    aside: Aside,
    asked: Evaluate,
) -> Mapping[str, Any]:
    editable = Editable.of(target.manifest.editable)
    changed = {path: text for path, text in asked.files.items() if editable.touches(path)}
    tree = Tree({**parent.tree.files, **changed})
    if findings := gate(target, parent.tree, tree):
        rows = "\n".join(f"- {finding.rule}: {quote.line(str(finding))}" for finding in findings[:FAILURES])
        return {"text": f"This would be gated out, without being run:\n{rows}"}

    def measured() -> tuple[Evaluation, str]:
        found = evaluate(target, suite, tree, bench)
        return found, side_by_side(target, suite, tree, parent, found, bench)

    evaluation, against = aside(measured)
    return {"text": evaluation_text(target, evaluation, parent, against)}


def evaluation_text(target: Target, evaluation: Evaluation, parent: Parent, against: str) -> str:
    """An evaluation on visible cases in words, without expected values; `against` compares the two."""
    lines = []
    before = figures.with_spread(target, parent.variant.score, parent.evaluation)
    metrics = parent.variant.metrics
    if evaluation.score is None:
        lines.append(f"Not graded: {quote.line(evaluation.reason)}")
    else:
        began = f" (the program you began with, at another moment: {before})" if before else ""
        lines.append(f"Score: {figures.with_spread(target, evaluation.score, evaluation)}{began}")
    lines += [against] if against else []
    lines.append(f"Cases passed: {evaluation.passed} of {evaluation.total}")
    for name, value in sorted(evaluation.metrics.items()):
        began = f" (before: {metrics[name]:.6g})" if name in metrics else ""
        lines.append(f"- {name}: {value:.6g}{began}")
    failures = [failure for stage in evaluation.stages for failure in stage.failures]
    if failures:
        listed = "\n".join(quote.line(failure) for failure in failures[:FAILURES])
        lines.append("Failures (data):\n" + quote.data(listed, 3000))
    if evaluation.words:
        lines.append("What the grader says (data):\n" + quote.data("\n".join(evaluation.words), 3000))
    if evaluation.output.strip():
        lines.append("The end of what it printed (data):\n" + quote.data(evaluation.output, 1500))
    return "\n".join(lines)


def _inputs(target: Target, seed: int, asked: InputsRequest) -> Mapping[str, Any]:
    calls = suite_class_of(target).visible_inputs(target, derived(seed, "shown"), asked.count)
    entry = target.manifest.entry
    if not entry and calls:
        entry = str(calls[0].args[0])
        calls = [Call(call.args[1:], call.kwargs) for call in calls if call.args[0] == entry]
    if not calls:
        text = f"a {target.manifest.suite.kind} suite has no inputs to show; use evaluate instead"
        return {"error": "unknown", "text": text}
    module, _, function = entry.partition(":")
    inputs = [[list(call.args), dict(call.kwargs)] for call in calls]
    path = list(target.manifest.pythonpath)
    return {"module": module, "function": function, "path": path, "inputs": inputs}
