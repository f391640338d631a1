"""Services for an agent at work: evaluation on visible cases, their inputs, and the archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, Suite
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.benchmarks.suites.tree_execution import derived
from pygent.evolution.proposers.archive_lookup import ArchiveLookup
from pygent.evolution.protocols import Parent
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
    aside: Callable[[Callable[[], Evaluation]], Evaluation],
) -> Mapping[str, Service]:
    """The services of one attempt.

    `aside` queues an evaluation with those of the run, so that it disturbs no measurement.
    """
    kept = replace(bench, isolation=Isolation.CONTAINER)
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
    aside: Callable[[Callable[[], Evaluation]], Evaluation],
    asked: Evaluate,
) -> Mapping[str, Any]:
    editable = Editable.of(target.manifest.editable)
    changed = {path: text for path, text in asked.files.items() if editable.touches(path)}
    tree = Tree({**parent.tree.files, **changed})
    if findings := gate(target, parent.tree, tree):
        rows = "\n".join(f"- {finding.rule}: {quote.line(str(finding))}" for finding in findings[:FAILURES])
        return {"text": f"This would be gated out, without being run:\n{rows}"}
    evaluation = aside(lambda: evaluate(target, suite, tree, bench))
    return {"text": evaluation_text(evaluation, parent.variant.score)}


def evaluation_text(evaluation: Evaluation, before: float | None) -> str:
    """An evaluation on visible cases in words, without expected values."""
    lines = []
    if evaluation.score is None:
        lines.append(f"Not graded: {quote.line(evaluation.reason)}")
    else:
        against = "" if before is None else f" (the program you began with: {before:.6g})"
        lines.append(f"Score: {evaluation.score:.6g}{against}")
    lines.append(f"Cases passed: {evaluation.passed} of {evaluation.total}")
    lines += [f"- {name}: {value:.6g}" for name, value in sorted(evaluation.metrics.items())]
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
