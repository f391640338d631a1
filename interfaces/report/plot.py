"""Score over attempts as SVG without scripts: dots, the best so far, intervals of accepted variants."""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape

from pygent.interfaces.views.charts import Series

WIDTH, HEIGHT = 860, 320
LEFT, RIGHT, TOP, BOTTOM = 70, 16, 14, 44
TICKS = 5
Scale = Callable[[float], float]  # from a value to a coordinate
OUTLIERS = 0.1  # share of the scores, the worst, that may lie outside the picture


def plot(series: Series) -> str:
    """The plot as SVG; '' if no variant has a score."""
    points = series.points
    if not points:
        return ""
    low, high = _bounds(series)
    last = max(1.0, float(points[-1].attempt))

    def x(attempt: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * attempt / last

    def y(score: float) -> float:
        share = (min(max(score, low), high) - low) / (high - low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    parts = [_axes(low, high, last, x, y, series.metric)]
    for attempt, score, status, _ in points:
        if low <= score <= high:
            radius = {"champion": 5, "accepted": 4}.get(status, 1.8)
            name = status if status in ("champion", "accepted") else "valid"
            parts.append(f'<circle class="{name}" cx="{x(attempt):.1f}" cy="{y(score):.1f}" r="{radius}"/>')
    steps = [f"M{x(series.best[0][0]):.1f} {y(series.best[0][1]):.1f}"]
    steps += [f"H{x(attempt):.1f}V{y(score):.1f}" for attempt, score in series.best[1:]]
    parts.append(f'<path class="best" d="{"".join(steps)}H{x(last):.1f}"/>')
    parts += [
        f'<path class="whisker {escape(one.status)}" d="M{x(one.attempt):.1f} '
        f'{y(one.interval.low):.1f}V{y(one.interval.high):.1f}"/>'
        for one in series.leaders
        if one.interval is not None
    ]
    title = f"<title>{escape(series.metric)} over attempts</title>"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{title}{"".join(parts)}</svg>'


def _bounds(series: Series) -> tuple[float, float]:
    """The range of the y axis, without outliers: they would squeeze everything else into one line."""
    scores = sorted(point.score for point in series.points)
    intervals = [one.interval for one in series.leaders if one.interval is not None]
    ends = [end for one in intervals for end in (one.low, one.high)]
    cut = int(len(scores) * OUTLIERS)
    low, high = scores[0], scores[-1]
    if series.direction == "min":
        high = scores[len(scores) - 1 - cut]
    else:
        low = scores[cut]
    low, high = min([low, *ends]), max([high, *ends])
    room = (high - low or abs(high) or 1.0) * 0.06
    return low - room, high + room


def _axes(low: float, high: float, last: float, x: Scale, y: Scale, metric: str) -> str:
    parts = []
    for tick in range(TICKS + 1):
        score, attempt = low + (high - low) * tick / TICKS, last * tick / TICKS
        parts.append(
            f'<path class="grid" d="M{LEFT} {y(score):.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 8}" y="{y(score) + 4:.1f}" text-anchor="end">{score:.4g}</text>'
            f'<text x="{x(attempt):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{attempt:.0f}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">attempt</text>')
    parts.append(
        f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(metric.replace('_', ' '))}</text>"
    )
    return "".join(parts)
