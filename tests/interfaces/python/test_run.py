"""What `pygent.evolve` returns is what the archive holds and the command line shows."""

from __future__ import annotations

from pathlib import Path

import pytest

import pygent
from pygent.testing import LocalSandbox, write_small_target
from tests.interfaces.python.conftest import Evolve
from tests.support.cli import pygent as command


def test_a_run_says_how_it_went(solved: pygent.Run) -> None:
    assert solved.ended_by is pygent.EndReason.UNTIL
    assert solved.target == "outside"
    assert solved.usage == pygent.Usage()
    settings = solved.settings
    assert (settings.seed, settings.until, settings.evaluations) == (3, 1, 400)
    assert (settings.proposer, settings.selector) == ("mutate", "dgm")
    assert repr(solved) == f"<Run {solved.id} of outside: finished, best score 1>"


def test_the_best_variant_repairs_the_bug(solved: pygent.Run) -> None:
    best, baseline = solved.best, solved.baseline
    assert best is not None
    assert baseline is not None
    assert solved.champion == best
    assert best.status is pygent.Status.CHAMPION
    assert (best.score, baseline.score) == (1, pytest.approx(2 / 3))
    assert "+        return value - high" in best.diff
    assert best.diff.startswith("--- a/ranges.py\n+++ b/ranges.py\n")
    assert baseline.diff == ""
    assert "value + high" in baseline.files["ranges.py"]
    assert best.held_out == pygent.Interval(1, 1, 1)
    assert baseline.held_out is not None
    assert baseline.held_out.mean == pytest.approx(2 / 3)
    assert best.evaluation is not None
    assert (best.evaluation.passed, best.evaluation.total) == (12, 12)
    assert repr(best) == f"<Variant {best.id} of run {solved.id}: champion, score 1>"


def test_the_archive_and_the_command_line_say_the_same(solved: pygent.Run) -> None:
    best, home = solved.best, solved.home.path
    assert best is not None
    shown = command("archive", "show", best.id, "--json", home=home).json
    assert (shown["id"], shown["status"], shown["score"]) == (best.id, best.status, best.score)
    assert shown["parents"] == list(best.parents)
    assert (
        command("archive", "diff", best.id, "--against", "root", home=home).out.strip() == best.diff.strip()
    )
    with pygent.Archive.open(home) as archive:
        assert archive.variant(best.id[:9]) == best
        assert [run.id for run in archive.runs()] == [solved.id] == [archive.run(solved.id[:6]).id]
    listed = command("archive", "list", "--limit", 1000, "--json", home=home).json
    assert {one["id"] for one in listed} == {one.id for one in solved.variants()}


def test_variants_are_listed_by_status_and_order(solved: pygent.Run) -> None:
    every = solved.variants()
    assert [one.attempt for one in every] == list(range(len(every)))
    assert solved.variants(status="champion") == [one for one in every if one.status == "champion"] != []
    scores = [one.score for one in solved.variants(order="score", limit=3)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1
    with pytest.raises(pygent.ArchiveError, match="status 'splendid': choose one of gated_out"):
        solved.variants(status="splendid")


def test_a_run_without_an_improvement_has_no_best(evolve: Evolve) -> None:
    run = evolve(attempts=1, selector="random")
    assert (run.best, run.champion) == (None, None)
    assert run.baseline is not None
    assert run.baseline.held_out is None
    assert run.ended_by is pygent.EndReason.ATTEMPTS
    with pytest.raises(pygent.ArchiveError, match=f"^run {run.id}: nothing better than the baseline"):
        run.apply(dry_run=True)


def test_a_best_variant_is_applied_and_rolled_back(tmp_path: Path) -> None:
    target, home = write_small_target(tmp_path / "target"), tmp_path / "home"
    source = target / "src" / "ranges.py"
    before = source.read_text()
    run = pygent.evolve(
        target, home=home, seed=3, proposer="mutate", evaluations=400, until=1, sandbox=LocalSandbox()
    )
    best = run.best
    assert best is not None
    plan = run.apply(dry_run=True)
    assert (plan.variant.id, plan.diff, plan.obstacles) == (best.id, best.diff, ())
    assert source.read_text() == before
    applied = run.apply(sandbox=LocalSandbox())
    assert (applied.variant, applied.files, applied.suite["passed"]) == (best.id, ("ranges.py",), 12)
    assert source.read_text() == best.files["ranges.py"]
    assert command("rollback", home=home).code == 0
    assert source.read_text() == before
    source.write_text("# changed by a person\n" + before)
    with pytest.raises(pygent.ApplyError, match=f"^variant {best.id}: nothing was written"):
        run.apply(sandbox=LocalSandbox())


def test_a_person_decides_about_a_variant(evolve: Evolve) -> None:
    run = evolve()
    first = run.variants()[1]
    decision = first.decide("annotate", "looks odd")
    assert (decision.kind, decision.why) == ("annotate", "looks odd")
    with pytest.raises(pygent.OversightError, match="say why it is rejected"):
        first.decide("reject")
    first.decide("reject", "too slow")
    assert run.variants()[1].status is pygent.Status.REFUSED


def test_an_archive_that_is_not_there_is_one_clear_line(tmp_path: Path, solved: pygent.Run) -> None:
    with pytest.raises(pygent.ArchiveError) as raised:
        pygent.Archive.open(tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(pygent.ArchiveError, match="nosuchrun"):
        pygent.Archive.open(solved.home.path).run("nosuchrun")


@pytest.mark.bubblewrap
def test_a_run_in_a_real_sandbox(tmp_path: Path, target: Path) -> None:
    run = pygent.evolve(
        target, home=tmp_path / "home", seed=3, proposer="mutate", attempts=3, sandbox="bubblewrap"
    )
    assert run.settings.sandbox == "bubblewrap"
    assert len(run.variants()) == 4
