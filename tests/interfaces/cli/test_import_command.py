"""`pygent targets import humaneval`: what it writes can be measured and evolved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import pygent


@pytest.mark.engine
def test_an_imported_problem_is_measured_and_evolved(tmp_path: Path) -> None:
    folder = tmp_path / "problems"
    written = pygent("targets", "import", "humaneval", "--folder", folder, "--json").json["targets"]
    assert len(written) == 164
    target = next(path for path in written if "-053-add" in path)
    bench = pygent("bench", target, "--json").json
    assert (bench["graded"], bench["score"], bench["trust"]) == (True, 0.0, "sealed")
    run = pygent("evolve", target, "--evaluations", 5, "--seed", 4, "--json", home=tmp_path / "home")
    assert run.code == 0
    assert run.json["evaluations"] >= 5


def test_a_second_import_into_the_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "humaneval-000-has-close-elements").mkdir()
    done = pygent("targets", "import", "humaneval", "--folder", tmp_path)
    assert done.code == 2
    assert "exists already: give another folder" in done.err
    assert len(done.err.strip().splitlines()) == 1
