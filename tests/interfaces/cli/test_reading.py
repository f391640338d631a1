"""Commands that look at a finished run: text for people, JSON for programs, and both agree."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.interfaces.conftest import Finished
from tests.support.cli import pygent


def test_evolve_closes_with_the_documented_json(finished: Finished) -> None:
    summary = finished.summary
    assert {
        "run", "target", "baseline", "best", "evaluations", "accepted", "failed", "usage", "stopped_by",
        "seconds",
    } <= set(summary)  # fmt: skip
    assert {"variant", "score", "metrics", "held_out"} <= set(summary["best"])
    assert summary["target"] == "outside"
    assert summary["evaluations"] == 4
    assert summary["failed"]["gated_out"] == 2
    assert summary["usage"]["calls"] == 8
    assert summary["stopped_by"] == "evaluations"
    assert summary["best"]["score"] == 1.0 > summary["baseline"]["score"]
    assert summary["best"]["held_out"]["mean"] == 1.0 > summary["baseline"]["held_out"]["mean"]


def test_runs_and_status_tell_the_same(finished: Finished) -> None:
    (row,) = pygent("runs", "--json", home=finished.home).json
    assert row["run"] == finished.summary["run"]
    assert row["state"] == "finished"
    status = pygent("status", row["run"][:4], "--json", home=finished.home).json
    assert status["stats"]["variants"] == row["attempts"] == sum(status["stats"]["statuses"].values())
    assert status["best"]["variant"] == finished.best
    text = pygent("status", row["run"], home=finished.home).out
    assert finished.best in text
    assert finished.summary["run"] in pygent("runs", home=finished.home).out


def test_archive_list_filters_and_sorts(finished: Finished) -> None:
    rows = pygent("archive", "list", "--order", "score", "--limit", 5, "--json", home=finished.home).json
    assert rows[0]["score"] == finished.summary["best"]["score"]
    champions = pygent("archive", "list", "--status", "champion", "--json", home=finished.home).json
    assert finished.best in {row["id"] for row in champions}
    assert {row["status"] for row in champions} == {"champion"}
    assert finished.best in pygent("archive", "list", "--order", "score", home=finished.home).out


def test_show_has_the_verdicts_and_the_diff(finished: Finished) -> None:
    done = pygent("archive", "show", finished.best[:8], home=finished.home)
    assert done.code == 0
    assert "against its parent on search cases: better" in done.out
    assert "against the baseline on held-out cases: better" in done.out
    assert "+++ b/ranges.py" in done.out
    assert pygent("archive", "best", home=finished.home).out == done.out
    record = pygent("archive", "show", finished.best, "--json", home=finished.home).json
    assert {each["kind"] for each in record["records"]} == {
        "exchange",
        "evaluation",
        "acceptance",
        "confirmation",
    }


def test_lineage_goes_from_the_baseline_to_the_variant(finished: Finished) -> None:
    rows = pygent("archive", "lineage", finished.best, "--json", home=finished.home).json
    assert rows[0]["id"] == finished.summary["baseline"]["variant"]
    assert rows[-1]["id"] == finished.best
    assert [row["generation"] for row in rows] == list(range(len(rows)))


def test_diff_against_the_root_is_the_summarys_diff(finished: Finished) -> None:
    done = pygent("archive", "diff", finished.best, "--against", "root", "--json", home=finished.home).json
    assert done["diff"] == finished.summary["diff"] != ""


def test_stats_add_up_and_verify_is_clean(finished: Finished) -> None:
    stats = pygent("archive", "stats", "--json", home=finished.home).json
    assert sum(one["tried"] for one in stats["operators"].values()) == stats["variants"]
    assert pygent("archive", "verify", home=finished.home).code == 0
    assert "by operator" in pygent("archive", "stats", home=finished.home).out


def test_export_is_a_git_repository_with_the_winner_checked_out(finished: Finished, tmp_path: Path) -> None:
    done = pygent("archive", "export", tmp_path / "out", "--json", home=finished.home)
    assert done.code == 0
    subjects = subprocess.run(
        ["git", "-C", str(tmp_path / "out"), "rev-list", "--all", "--count"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(subjects.stdout) == done.json["commits"] == 5
    assert (tmp_path / "out" / "ranges.py").is_file()


@pytest.mark.parametrize("command", ["show", "lineage", "diff"])
def test_an_unknown_or_ambiguous_id_is_one_clear_line(finished: Finished, command: str) -> None:
    done = pygent("archive", command, "zzzz", home=finished.home)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "zzzz" in done.err
    ambiguous = pygent("archive", command, "", home=finished.home)
    assert ambiguous.code != 0
