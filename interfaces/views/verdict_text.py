"""Times and verdicts as text, the same wherever people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygent.archive.records import Record

from pygent.benchmarks.results import NOT_SEALED
from pygent.benchmarks.statistics.sequential_test import PairedDecision


def clock(seconds: float) -> str:
    """`1:02:03`, or `2:03` within the first hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def verdicts(records: Sequence[Record], *, to_a_person: bool = True) -> list[str]:
    """One or more lines for each measurement and comparison.

    If a model may read them (not `to_a_person`), a grader's words about held-out cases are left out.
    """
    return [text for record in records for text in _of(record.kind, record.data, to_a_person)]


def _of(kind: str, data: Any, to_a_person: bool) -> list[str]:
    if kind == "evaluation":
        rows = [
            f"stage {stage['name']}: {stage['passed']} of {stage['total']} passed ({data['trust']})"
            for stage in data["stages"]
        ]
        rows += [data["limits"]] if data.get("limits") else []
        rows += [f"  {failure}" for stage in data["stages"][-1:] for failure in stage["failures"]]
        rows += [f"{name} is {NOT_SEALED}" for name in data.get("judged", ())]
        rows += [f"  {text}" for text in data.get("words", ())]
        return [*rows, f"printed: {data['output']}"] if data["output"] else rows
    if kind == "acceptance":
        return [_verdict("against its parent on search cases", PairedDecision.of(data))]
    if kind == "confirmation":
        words = data.get("words", ()) if to_a_person else ()
        verdict = _verdict("against the baseline on held-out cases", PairedDecision.of(data["decision"]))
        return [verdict, *(f"  {text}" for text in words)]
    return []


def _verdict(what: str, found: PairedDecision) -> str:
    word = f"no worse, and mends {found.mends}" if found.mends else "better"
    return (
        f"{what}: {word if found.better else 'not shown better'}; mean difference {found.mean:.4g} "
        f"[{found.low:.4g}, {found.high:.4g}] over {found.pairs} pairs, error rate {found.error_rate:.3g}"
    )
