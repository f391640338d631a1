"""The report of a run, as self-contained HTML or as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pygent.archive.failure_classes import class_of
from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.search import VariantQuery
from pygent.benchmarks.statistics.sequential_test import Interval
from pygent.interfaces.common.html_rendering import environment
from pygent.interfaces.report.plot import plot
from pygent.interfaces.views import charts, run_views, variant_views
from pygent.interfaces.views.findings import findings
from pygent.interfaces.views.verdict_text import verdicts

TOP = 5  # variants whose diffs are included
FINDINGS = 50
DIFF_LINES = 400  # of each
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Entry:
    """One of the best variants; `cut` counts the lines left out of its diff."""

    known: VariantRecord
    interval: Interval | None
    held_out: Interval | None
    verdicts: Sequence[str]
    diff: Sequence[str]
    cut: int


def html(archive: ArchiveStore, home: Path, run: str) -> str:
    return _rendered("report.html.j2", archive, home, run, autoescape=True)


def markdown(archive: ArchiveStore, home: Path, run: str) -> str:
    return _rendered("report.md.j2", archive, home, run, autoescape=False)


def _rendered(template: str, archive: ArchiveStore, home: Path, run: str, *, autoescape: bool) -> str:
    from pygent.prompts.quote import fence

    made = environment(_FOLDER, autoescape=autoescape)
    made.filters["fence"] = fence
    return made.get_template(template).render(**report_values(archive, home, run))


def report_values(archive: ArchiveStore, home: Path, run: str) -> dict[str, object]:
    """The values of both templates. `run` may be a unique prefix. Raises `ArchiveError`."""
    id = archive.runs.find(run)
    status = run_views.status(archive, home, id)
    series = charts.series(archive, id)
    classes: Counter[str] = Counter()
    for reason, count in status.stats.reasons.items():
        classes[class_of(reason)] += count
    best = archive.variants.best(id)
    return {
        "status": status,
        "series": series,
        "plot": plot(series),
        "failures": classes.most_common(10),
        "top": [_entry(archive, one, series) for one in _leaders(archive, id)],
        "hints": archive.hints.list_(id),
        "findings": findings(archive, id, limit=FINDINGS),
        "lineage": [] if best is None else variant_views.lineage(archive, best.id),
    }


def _leaders(archive: ArchiveStore, run: str) -> list[VariantRecord]:
    """The best champions, then the best accepted; else the best valid variant."""
    found: list[VariantRecord] = []
    for standing in (Status.CHAMPION, Status.ACCEPTED):
        found += archive.browse.page(VariantQuery(run=run, status=standing), "score", TOP - len(found))
    best = archive.variants.best(run)
    return found or ([best] if best is not None and best.parents else [])


def _entry(archive: ArchiveStore, variant: VariantRecord, series: charts.Series) -> Entry:
    leader = next((one for one in series.leaders if one.id == variant.id), None)
    lines = variant_views.diff(archive, variant.id, "root").diff.splitlines()
    return Entry(
        known=variant,
        interval=None if leader is None else leader.interval,
        held_out=None if leader is None else leader.held_out,
        verdicts=verdicts(archive.variants.records(variant.id)),
        diff=lines[:DIFF_LINES],
        cut=max(0, len(lines) - DIFF_LINES),
    )
