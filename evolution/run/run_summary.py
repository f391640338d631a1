"""Summarise a run: baseline against best, on search cases and on held-out cases."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pygent.archive.records import RunRecord, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.judge import score_interval
from pygent.benchmarks.results import Evaluation
from pygent.evolution.search.population import Population
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target


def summarise(
    archive: ArchiveStore, run: RunRecord, target: Target, population: Population, sandbox: str
) -> dict[str, Any]:
    """The closing JSON of `pygent evolve --json`, from which its text is made too.

    A side is `{"variant", "status", "score", "trust", "metrics", "judged", "interval", "held_out"}`; `judged`
    names the metrics that a model judges; `interval` and `held_out` hold mean, low and high (95 percent).
    `best` is None if nothing better than the baseline was accepted, and its `held_out` is None if it was
    never tested. `sandbox` is the sandbox's name.
    """
    baseline, best = population.baseline, population.winner
    counts = population.statuses
    confirmation = None if best is None else _confirmation(archive, best)
    return {
        "run": run.id,
        "target": run.target,
        "objective": {"metric": target.primary.metric, "direction": target.primary.direction},
        "baseline": None if baseline is None else _side(archive, target, baseline, confirmation, "baseline"),
        "best": None if best is None else _side(archive, target, best, confirmation, "candidate"),
        "champion": best is not None and best.status is Status.CHAMPION,
        "diff": "" if best is None or baseline is None else _diff(archive, baseline, best),
        "attempts": len(population.generations),
        "findings": population.findings,
        "evaluations": population.evaluated,
        "accepted": counts[Status.ACCEPTED] + counts[Status.CHAMPION],
        "failed": {
            "total": counts[Status.FAILED] + counts[Status.GATED_OUT],
            **{status.value: counts[status] for status in (Status.GATED_OUT, Status.FAILED)},
            "reasons": dict(population.failures.most_common(10)),
        },
        "usage": {**asdict(population.usage), "tokens": population.usage.tokens},
        "sandbox": sandbox,
        "stopped_by": run.stopped_by,
        "seconds": round(run.seconds, 3),
    }


def _side(
    archive: ArchiveStore,
    target: Target,
    variant: VariantRecord,
    confirmation: dict[str, Any] | None,
    which: str,
) -> dict[str, Any]:
    measured = archive.variants.records(variant.id, kind="evaluation")
    evaluation = Evaluation.from_json(measured[-1].data) if measured else None
    interval = None if evaluation is None else score_interval(target, evaluation)
    return {
        "variant": variant.id,
        "status": variant.status.value,
        "score": variant.score,
        "trust": None if evaluation is None else evaluation.trust.value,
        "metrics": dict(variant.metrics),
        "judged": [] if evaluation is None else list(evaluation.judged),
        "interval": None if interval is None else asdict(interval),
        "held_out": None if confirmation is None else confirmation[which],
    }


def _confirmation(archive: ArchiveStore, best: VariantRecord) -> dict[str, Any] | None:
    found = archive.variants.records(best.id, kind="confirmation")
    return dict(found[-1].data) if found else None


def _diff(archive: ArchiveStore, baseline: VariantRecord, best: VariantRecord) -> str:
    before, after = (
        Tree(archive.variants.files(side.tree)) if side.tree else Tree({}) for side in (baseline, best)
    )
    return unified(before, after)
