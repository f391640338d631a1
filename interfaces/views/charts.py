"""Data for the plots of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pygent.archive.records import Direction, RunRecord, Status
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.search import Point, VariantQuery
from pygent.benchmarks.judge import score_interval
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import Interval
from pygent.evolution.settings.stored_config import settings_to_look_at
from pygent.interfaces.views.evidence import confirmation
from pygent.interfaces.views.variant_views import judged
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.spec.target_registry import find_target

POINTS = 3000  # of one plot; beyond that only every n-th is shown, besides those that led
LEADERS = 200  # latest accepted variants, shown with intervals
TRADED = 2000  # best variants by score, among which trade-offs are computed


class Dot(NamedTuple):
    """A variant in the plot of scores."""

    attempt: int
    score: float
    status: str
    id: str


@dataclass(frozen=True)
class Leader:
    """An accepted variant or champion, with 95 percent intervals on search and on held-out cases."""

    id: str
    attempt: int
    score: float
    status: str
    interval: Interval | None
    held_out: Interval | None


@dataclass(frozen=True)
class Series:
    """Score over attempts. `points` is thinned out if there are too many; `of` counts them all.

    `best` holds the steps of the best score so far, as attempt and score.
    """

    metric: str
    direction: Direction
    of: int
    points: Sequence[Dot]
    best: Sequence[tuple[int, float]]
    leaders: Sequence[Leader]


class TradedPoint(NamedTuple):
    """A variant by two metrics. `front` is 1 if no other variant beats it in both, each in its direction."""

    x: float
    y: float
    id: str
    status: str
    front: int


@dataclass(frozen=True)
class TradeOffs:
    """The metrics `x` and `y` of a run's best variants; `of` counts all its variants.

    Lower is better, except for metrics that the target maximises, and those that a model judges (`judged`).
    """

    metrics: Sequence[str]
    x: str
    y: str
    of: int
    points: Sequence[TradedPoint]
    judged: Sequence[str] = ()


def series(archive: ArchiveStore, run: str) -> Series:
    """The plot of a run, by a unique prefix of its id. Raises `ArchiveError`."""
    record = archive.runs.get(archive.runs.find(run))
    found = archive.browse.points(record.id)
    target = _target(record)
    best: list[tuple[int, float]] = []
    led: set[str] = set()
    top = None
    for point in found:
        if top is None or point.fitness > top:
            top = point.fitness
            best.append((point.attempt, point.score))
            led.add(point.id)
    leaders = [one for one in found if one.status in (Status.ACCEPTED, Status.CHAMPION)]
    led |= {one.id for one in leaders[-LEADERS:]}
    step = -(-len(found) // POINTS) or 1
    shown = [point for number, point in enumerate(found) if number % step == 0 or point.id in led]
    return Series(
        metric=target.primary.metric if target else "score",
        direction=record.direction,
        of=len(found),
        points=[Dot(point.attempt, point.score, point.status, point.id) for point in shown],
        best=best,
        leaders=[_leader(archive, target, one) for one in leaders[-LEADERS:]],
    )


def _leader(archive: ArchiveStore, target: Target | None, point: Point) -> Leader:
    found = confirmation(archive.variants.records(point.id))
    return Leader(
        point.id,
        point.attempt,
        point.score,
        point.status,
        interval(archive, target, point.id),
        None if found is None else found.candidate,
    )


def interval(archive: ArchiveStore, target: Target | None, variant: str) -> Interval | None:
    """A variant's score with its 95 percent interval on search cases; None if it has no score."""
    measured = archive.variants.records(variant, kind="evaluation")
    if target is None or not measured:
        return None
    return score_interval(target, Evaluation.from_json(measured[-1].data))


def interval_of(archive: ArchiveStore, run: str, variant: str) -> Interval | None:
    """The same, with the target of the variant's run."""
    return interval(archive, _target(archive.runs.get(run)), variant)


def trade_offs(archive: ArchiveStore, run: str, x: str = "", y: str = "") -> TradeOffs:
    """Two metrics of a run's best variants against each other; the primary one and another by default."""
    record = archive.runs.get(archive.runs.find(run))
    among = archive.browse.page(VariantQuery(run=record.id), "score", TRADED)
    graded = [one for one in among if one.score is not None]
    metrics = sorted({name for one in graded for name in one.metrics})
    target = _target(record)
    primary = target.primary.metric if target else ""
    x = x if x in metrics else primary if primary in metrics else next(iter(metrics), "")
    y = y if y in metrics else next((name for name in metrics if name != x), x)
    objectives = target.manifest.objectives if target else ()
    marked = judged(archive, *graded[:1])
    wanted_low = {one.metric for one in objectives if one.direction == "min"}
    wanted_high = {one.metric for one in objectives if one.direction == "max"} | ({*marked} - wanted_low)
    rows = [
        (one.metrics[x], one.metrics[y], one.id, one.status.value)
        for one in graded
        if x in one.metrics and y in one.metrics
    ]
    front = _front([(_turned(a, x in wanted_high), _turned(b, y in wanted_high)) for a, b, *_ in rows])
    return TradeOffs(
        metrics=metrics,
        x=x,
        y=y,
        of=archive.stats(record.id).variants,
        points=[TradedPoint(*row, int(number in front)) for number, row in enumerate(rows)],
        judged=marked,
    )


def _turned(value: float, high: bool) -> float:
    return -value if high else value


def _front(pairs: list[tuple[float, float]]) -> set[int]:
    """The indices of the pairs on the Pareto front: no other pair is as low in both and lower in one."""
    found: set[int] = set()
    lowest = float("inf")
    before: tuple[float, float] | None = None
    for number in sorted(range(len(pairs)), key=lambda one: pairs[one]):
        if pairs[number] == before or pairs[number][1] < lowest:
            found.add(number)
            lowest = min(lowest, pairs[number][1])
            before = pairs[number]
    return found


def _target(run: RunRecord) -> Target | None:
    """The target of a run; None if it is no longer there, as plots can do without it."""
    try:
        return find_target(settings_to_look_at(run).target)
    except TargetError:
        return None
