"""People over a run: what waits for a yes, what a no does, and what the agent is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.promotion import approvals
from pygent.evolution.promotion.approvals import OversightError
from pygent.evolution.run import end_conditions
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import load_config
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.support.servers.model_server import ModelServer, say


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[ArchiveStore]:
    with ArchiveStore.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


class Run:
    """A run with the local sandbox that goes on where it was, with a larger budget each time."""

    def __init__(self, archive: ArchiveStore, target: Path, **options: Any) -> None:
        config = load_config(None, target=str(target), **{"seed": 3, "fuse": 0.0, **options})
        self.archive = archive
        self.home = target.parent / "home"
        self.record = create_run(archive, config)
        self.seen: list[VariantRecord] = []

    def on(self, evaluations: int, observer: Any = lambda progress: None) -> list[VariantRecord]:
        """The variants that came, in order."""
        sandbox = LocalSandbox()
        try:
            execute_run(
                self.archive,
                self.home,
                self.record,
                sandbox,
                observer,
                lambda: False,
                evaluations=evaluations,
            )
        finally:
            sandbox.close()
        before = len(self.seen)
        self.seen = list(self.archive.variants.list_(run=self.record.id))
        return self.seen[before:]

    @property
    def best(self) -> VariantRecord:
        found = self.archive.variants.best(self.record.id)
        assert found is not None
        return found


def parents_of(variants: list[VariantRecord]) -> set[str]:
    return {parent for one in variants for parent in one.parents}


def test_where_all_need_approval_only_the_baseline_and_the_approved_are_parents(
    archive: ArchiveStore, target: Path
) -> None:
    run = Run(archive, target, approval="all")
    first = run.on(30)
    baseline = first[0]
    assert parents_of(first) == {baseline.id}
    waiting = approvals.awaiting(archive, run.record.id)
    valid = {one.id for one in first[1:] if one.status in (Status.VALID, Status.ACCEPTED, Status.CHAMPION)}
    assert {one.id for one in waiting} == valid
    assert waiting == sorted(waiting, key=lambda one: (-_rank(one), -(one.score or 0), one.attempt))
    chosen = waiting[0]
    assert approvals.approval(archive, chosen) == "awaiting"
    approvals.approve(archive, chosen, "Ada", "fine")
    assert approvals.approval(archive, chosen) == "approved"
    assert parents_of(run.on(70)) == {baseline.id, chosen.id}


def _rank(variant: VariantRecord) -> int:
    return [Status.VALID, Status.ACCEPTED, Status.CHAMPION].index(variant.status)


def test_where_champions_need_approval_the_others_do_not(archive: ArchiveStore, target: Path) -> None:
    run = Run(archive, target, approval="champions", until=1.0)
    came = run.on(600)
    champion = run.best
    assert champion.status is Status.CHAMPION
    assert approvals.awaiting(archive, run.record.id) == [champion]
    assert len(parents_of(came)) > 1
    assert approvals.approval(archive, came[0]) == "not needed"


def test_a_refused_variant_is_a_parent_no_more_and_leads_no_more_until_it_is_approved_again(
    archive: ArchiveStore, target: Path
) -> None:
    run = Run(archive, target, selector="best", until=1.0)
    run.on(600)
    best = run.best
    assert (best.status, best.score) == (Status.CHAMPION, 1.0)
    approvals.reject(archive, best, "Ada", "unreadable")
    assert archive.variants.get(best.id).status is Status.REFUSED
    record = archive.runs.get(run.record.id)
    later = run.on(len(run.seen) + 40)
    assert len(later) >= 40
    assert best.id not in parents_of(later)
    assert run.best.id != best.id
    summary = archive.runs.get(record.id).summary
    assert summary is not None
    assert summary["best"] is None or summary["best"]["variant"] != best.id
    approvals.approve(archive, archive.variants.get(best.id), "Bob")
    assert archive.variants.get(best.id).status is Status.CHAMPION
    run.on(1)
    summary = archive.runs.get(record.id).summary
    assert summary is not None
    assert summary["best"]["score"] == 1.0


def test_a_decision_is_heeded_while_the_run_goes_on(
    archive: ArchiveStore, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(end_conditions, "POLL_SECONDS", 0.0)
    run = Run(archive, target, approval="all", window=1)
    decided: list[VariantRecord] = []

    def decide(progress: Progress) -> None:
        latest = progress.latest
        if not decided and latest is not None and latest.attempt > 0 and latest.status is Status.VALID:
            decided.append(latest)
            approvals.approve(archive, latest, "Ada")

    came = run.on(60, decide)
    (approved,) = decided
    assert parents_of(came) == {came[0].id, approved.id}


def test_what_people_say_reaches_the_agent(
    archive: ArchiveStore, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = "<<<<<<< SEARCH\n    return 0\n=======\n    return {}\n>>>>>>> REPLACE"
    answers = [say(f"IDEA: try {n}\n\nranges.py\n```python\n{block.format(n)}\n```") for n in (1, 2, 3)]
    with ModelServer(answers) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        run = Run(
            archive, target, proposer="llm", model="m", tokens=10**6, window=1, selector="best", workers=1
        )
        baseline, child = run.on(1)
        approvals.annotate(archive, baseline, "Ada", "mind the\nupper bound")
        approvals.reject(archive, child, "Ada", "zero is right inside")
        run.on(2)
        prompt = server.requests[-1].prompt
    assert "# What reviewers said of these files" in prompt
    assert "- mind the upper bound" in prompt
    assert f"- attempt 1 ({child.id}), on these files: try 1\n" in prompt
    assert "  outcome: refused\n" in prompt
    assert "a reviewer said: zero is right inside" in prompt
    assert "Ada" not in prompt


def test_decisions_that_make_no_sense_are_refused(archive: ArchiveStore, target: Path) -> None:
    run = Run(archive, target)
    run.on(3)
    baseline, last = run.seen[0], run.seen[-1]
    out = replace(last, id="out", attempt=last.attempt + 1, tree=None, status=Status.GATED_OUT)
    archive.variants.add(out, None, ())
    with pytest.raises(OversightError, match="stays a parent"):
        approvals.reject(archive, baseline, "Ada", "no")
    with pytest.raises(OversightError, match="nothing to decide"):
        approvals.approve(archive, out, "Ada")
    with pytest.raises(OversightError, match="say why"):
        approvals.reject(archive, run.seen[1], "Ada", " ")
    with pytest.raises(OversightError, match="who decides"):
        approvals.annotate(archive, baseline, " ", "x")
    with pytest.raises(OversightError, match="2001 characters"):
        approvals.annotate(archive, baseline, "Ada", "x" * 2001)
    assert archive.decisions.list_() == []
    approvals.annotate(archive, out, "Ada", "as it should be")
