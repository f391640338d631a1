"""Services for an agent at work: evaluation on visible cases, their inputs, and the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pygent.archive.records import ArchiveError, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, Suite
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.benchmarks.suites.tree_execution import derived
from pygent.evolution.proposers.side_by_side import side_by_side
from pygent.evolution.protocols import Aside, Parent
from pygent.gateway.box.attempt_gateway import Service
from pygent.gateway.box.box_requests import Evaluate, InputsRequest, Look
from pygent.prompts import quote
from pygent.sandbox.api import Call, Isolation
from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

FAILURES = 10  # failures of one evaluation that are reported
DIFF_CHARS = 1500
SEARCHED = 1000  # newest variants of the run that a search covers


def services_for(
    target: Target,
    suite: Suite,
    bench: EvaluationContext,
    archive: ArchiveStore,
    parent: Parent,
    aside: Aside,
) -> Mapping[str, Service]:
    """The services of one attempt.

    `aside` queues an evaluation with those of the run, so that it disturbs no measurement.
    """
    kept = replace(bench, isolation=Isolation.CONTAINER)
    return {
        "evaluate": lambda asked: _evaluated(target, suite, kept, parent, aside, asked),
        "inputs": lambda asked: _inputs(target, bench.seed, asked),
        "archive": lambda asked: _looked(archive, parent.variant, asked),
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
    return {"text": evaluation_text(evaluation, parent.variant.score, parent.variant.metrics, against)}


def evaluation_text(
    evaluation: Evaluation, before: float | None, metrics: Mapping[str, float], against: str
) -> str:
    """An evaluation on visible cases in words, without expected values.

    `before` and `metrics` are the parent's figures; `against` compares the two.
    """
    lines = []
    if evaluation.score is None:
        lines.append(f"Not graded: {quote.line(evaluation.reason)}")
    else:
        began = "" if before is None else f" (the program you began with, at another moment: {before:.6g})"
        lines.append(f"Score: {evaluation.score:.6g}{began}")
    lines += [against] if against else []
    lines.append(f"Cases passed: {evaluation.passed} of {evaluation.total}")
    for name, value in sorted(evaluation.metrics.items()):
        began = f" (before: {metrics[name]:.6g})" if name in metrics else ""
        lines.append(f"- {name}: {value:.6g}{began}")
    failures = [failure for stage in evaluation.stages for failure in stage.failures]
    if failures:
        listed = "\n".join(quote.line(failure) for failure in failures[:FAILURES])
        lines.append("Failures (data):\n" + quote.data(listed, 3000))
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


def _looked(archive: ArchiveStore, parent: VariantRecord, asked: Look) -> Mapping[str, Any]:
    try:
        if asked.what == "show":
            return {"text": _with_change(archive, archive.variants.get(archive.variants.find(asked.query)))}
        if asked.what == "lineage":
            ancestors = archive.variants.lineage(parent.id)[-asked.limit :]
            return {"text": "\n\n".join(_with_change(archive, variant) for variant in reversed(ancestors))}
    except ArchiveError as error:
        return {"error": "unknown", "text": str(error)}
    words = asked.query.casefold().split()
    hits: list[VariantRecord] = []
    for variant in archive.variants.list_(run=parent.run, limit=SEARCHED, order="newest"):
        text = f"{variant.note} {variant.reason} {variant.operator} {variant.status}".casefold()
        if all(word in text for word in words):
            hits.append(variant)
        if len(hits) == asked.limit:
            break
    return {"text": "\n".join(map(_line, hits)) or f"no variant of this run has all of: {' '.join(words)}"}


def _line(variant: VariantRecord) -> str:
    score = "not graded" if variant.score is None else f"score {variant.score:.6g}"
    note = quote.line(variant.note or variant.operator, 160)
    why = f"; {quote.line(variant.reason, 160)}" if variant.reason else ""
    return f"{variant.id}: {variant.status}, {score}: {note}{why}"


def _with_change(archive: ArchiveStore, variant: VariantRecord) -> str:
    if not variant.parents or variant.tree is None:
        return _line(variant)
    before = archive.variants.get(variant.parents[0]).tree
    if before is None:
        return _line(variant)
    change = unified(Tree(archive.variants.files(before)), Tree(archive.variants.files(variant.tree)))
    return f"{_line(variant)}\n{quote.data(change, DIFF_CHARS, 'diff')}"
