"""What is known of an earlier attempt beyond its row: what it changed, and its effect on each metric."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from pygent.agent.dialogue.brief import Effect
from pygent.archive.records import VariantRecord
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import PairedDecision, interval_of

METRICS = 8  # most metrics of one attempt
DIFF_CHARS = 400  # a longer difference is summed up
PLACES = 6  # places that a summary names


@dataclass(frozen=True)
class Evidence:
    """`change` against the first parent in words or as a diff, the `effects`, and the test against it."""

    change: str = ""
    effects: tuple[Effect, ...] = ()
    comparison: PairedDecision | None = None


NOTHING = Evidence()


def effects(
    parent: VariantRecord, before: Evaluation | None, variant: VariantRecord, after: Evaluation | None
) -> tuple[Effect, ...]:
    """The variant's metrics beside its parent's, with an interval if both were measured on the same cases."""
    found = []
    for name, value in list(variant.metrics.items())[:METRICS]:
        old = parent.metrics.get(name)
        row = Effect(name, _finite(old), _finite(value))
        differences = _paired(name, before, after)
        if len(differences) > 1:
            interval = interval_of(differences)
            row = Effect(
                name, row.before, row.after, interval.mean, interval.low, interval.high, len(differences)
            )
        found.append(row)
    return tuple(found)


def _paired(metric: str, before: Evaluation | None, after: Evaluation | None) -> list[float]:
    """Differences of samples by case; none for times, which were taken at different moments."""
    if before is None or after is None or before.seed != after.seed or after.noise is not None:
        return []
    if not before.stages or not after.stages:
        return []
    theirs, mine = (one.stages[-1].samples.get(metric, ()) for one in (before, after))
    if len(theirs) != len(mine):
        return []
    found = [new - old for old, new in zip(theirs, mine, strict=True)]
    return found if all(map(isfinite, found)) else []


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def change_in_words(diff: str) -> str:
    """A short difference as it is; of a longer one, the places with their counts of lines."""
    if len(diff) <= DIFF_CHARS:
        return diff.rstrip("\n")
    counts: dict[str, list[int]] = {}
    place = ""
    for row in diff.splitlines():
        if row.startswith("@@ ") and not row.endswith("@@"):
            place = row[3:]
            counts.setdefault(place, [0, 0])
        elif row.startswith("+++ "):
            place = row[4:].removeprefix("b/")
            counts.setdefault(place, [0, 0])
        elif row[:1] in ("+", "-") and not row.startswith("--- "):
            counts.setdefault(place, [0, 0])["+-".index(row[0])] += 1
    named = [f"{where} (+{new} -{old} lines)" for where, (new, old) in list(counts.items())[:PLACES]]
    more = len(counts) - len(named)
    return ", ".join(named) + (f" and {more} more places" if more > 0 else "")
