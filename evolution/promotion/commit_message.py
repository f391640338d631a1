"""Describe a variant in a commit or a pull request: its gain, how sure it is, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.promotion.approvals import approval
from pygent.prompts.quote import escape, fence, line
from pygent.target_modules.patch.diff.by_symbol import by_symbol
from pygent.target_modules.patch.diff.tree_diff import diff
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

ANCESTORS = 20  # the latest of the lineage
DIFF_CHARS = 20_000  # of the diff in a pull request's text; the host shows the whole diff


def commit_message(archive: ArchiveStore, variant: VariantRecord, target: Target) -> str:
    """Subject, scores with intervals, lineage, and how to reproduce them."""
    rows = [f"{target.name}: apply variant {variant.id}", ""]
    rows += [f"{name}: {text}" for name, text in _scores(archive, variant, target).items()]
    rows += ["", "Lineage:", *(f"  {row}" for row in _lineage(archive, variant))]
    rows += ["", *_reproduce(variant)]
    if decided := _decided(archive, variant):
        rows += ["", *decided]
    return "\n".join(rows) + "\n"


def pull_request(
    archive: ArchiveStore, variant: VariantRecord, target: Target, before: Tree, after: Tree
) -> str:
    """Markdown: a table of scores, the changes, their lineage, how to reproduce them, who approved."""
    scores = _scores(archive, variant, target)
    changed = dict.fromkeys(
        f"`{line(edit.path)}`" + (f": `{line(symbol)}`" if (symbol := getattr(edit, "symbol", "")) else "")
        for edit in diff(before, after).edits
    )
    difference = escape(by_symbol(before, after))
    cut = "\n[cut]\n" if len(difference) > DIFF_CHARS else ""
    rows = [
        f"## {target.name}: variant {variant.id}",
        "",
        line(variant.note, 600) or f"Found by `{variant.proposer}` ({line(variant.operator, 80)}).",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {text} |" for name, text in scores.items()),
        "",
        "### What changed",
        "",
        *(f"- {place}" for place in changed),
        "",
        fence(difference[:DIFF_CHARS].rstrip("\n") + cut, "diff"),
        "",
        "### How it came about",
        "",
        *(f"- {row}" for row in _lineage(archive, variant)),
        "",
        "### How to check it",
        "",
        "```console",
        *_reproduce(variant),
        "```",
    ]
    if decided := _decided(archive, variant):
        rows += ["", *decided]
    return "\n".join(rows) + "\n"


def _scores(archive: ArchiveStore, variant: VariantRecord, target: Target) -> dict[str, str]:
    first = next(iter(archive.variants.list_(run=variant.run, limit=1)))
    better = {"min": "lower is better", "max": "higher is better"}[target.primary.direction]
    scores = {
        f"{target.primary.metric} on search cases ({better})": (
            f"{_figure(variant.score)}, before {_figure(first.score)}"
        )
    }
    records = archive.variants.records(variant.id, kind="confirmation")
    if records:
        data: Mapping[str, Any] = records[-1].data
        decision = data["decision"]
        scores["on held-out cases"] = f"{_interval(data['candidate'])}, before {_interval(data['baseline'])}"
        scores["held-out difference"] = (
            f"{decision['mean']:.4g} [{decision['low']:.4g}, {decision['high']:.4g}] over "
            f"{decision['pairs']} pairs, error rate {decision['error_rate']:.3g}"
        )
    return scores


def _lineage(archive: ArchiveStore, variant: VariantRecord) -> list[str]:
    line_of = archive.variants.lineage(variant.id)
    rows = [
        f"{one.id} ({one.status.value}, {_figure(one.score)}) {line(one.note or one.operator, 100)}"
        for one in line_of[-ANCESTORS:]
    ]
    left = len(line_of) - len(rows)
    return [f"{left} earlier ones", *rows] if left else rows


def _reproduce(variant: VariantRecord) -> list[str]:
    return [
        f"pygent archive show {variant.id}",
        f"pygent apply {variant.id} --to copy --yes",
        f"pygent bench {variant.target} --tree copy --held-out",
    ]


def _decided(archive: ArchiveStore, variant: VariantRecord) -> list[str]:
    if approval(archive, variant) != "approved":
        return []
    last = [one for one in archive.decisions.list_(variant=variant.id) if one.kind == "approve"][-1]
    return [f"Approved by {line(last.who, 100)}" + (f": {line(last.why, 300)}" if last.why else "")]


def _interval(side: Mapping[str, float] | None) -> str:
    if side is None:
        return "not graded"
    return f"{side['mean']:.5g} [{side['low']:.5g}, {side['high']:.5g}]"


def _figure(score: float | None) -> str:
    return "none" if score is None else f"{score:.6g}"
