"""Times, verdicts and what is not well, in words: the same wherever people read them."""

from __future__ import annotations

from typing import Any


def clock(seconds: float) -> str:
    """`1:02:03`, or `2:03` within the first hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def verdicts(records: list[dict[str, Any]]) -> list[str]:
    """A line or more for each record of `pygent.interfaces.views.variants.variant`."""
    return [text for record in records for text in _of(record["kind"], record["data"])]


def _of(kind: str, data: Any) -> list[str]:
    if kind == "evaluation":
        rows = [
            f"stage {stage['name']}: {stage['passed']} of {stage['total']} passed ({data['trust']})"
            for stage in data["stages"]
        ]
        rows += [f"  {failure}" for stage in data["stages"][-1:] for failure in stage["failures"]]
        return [*rows, f"printed: {data['output']}"] if data["output"] else rows
    if kind == "acceptance":
        return [_verdict("against its parent on search cases", data, data["accepted"])]
    if kind == "confirmation":
        decision = data["decision"]
        return [_verdict("against the baseline on held-out cases", decision, decision["better"])]
    return []


def _verdict(what: str, data: Any, better: bool) -> str:
    return (
        f"{what}: {'better' if better else 'not shown better'}; mean difference {data['mean']:.4g} "
        f"[{data['low']:.4g}, {data['high']:.4g}] over {data['pairs']} pairs, "
        f"error rate {data['error_rate']:.3g}"
    )
