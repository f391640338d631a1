"""All forgeries on both backends, and the docs' figures against what is measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pygent.benchmarks.forgeries.forged_targets import SUITES
from pygent.benchmarks.forgeries.forgery_audit import forge
from pygent.benchmarks.forgeries.forgery_corpus import read_corpus

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "forgeries.md"
CLOSE = 4  # forgeries whose luck with an evaluator may differ from one Python or machine to another


@pytest.mark.campaign
@pytest.mark.timed
@pytest.mark.parametrize(
    ("sandbox", "compare"),
    [
        pytest.param("docker_sandbox", False, marks=pytest.mark.engine, id="docker"),
        pytest.param("bubblewrap_sandbox", True, marks=pytest.mark.bubblewrap, id="bubblewrap"),
    ],
)
def test_no_forgery_gets_a_score_and_as_many_forge_common_evaluators_as_the_docs_say(
    sandbox: str, compare: bool, request: pytest.FixtureRequest
) -> None:
    report = forge(request.getfixturevalue(sandbox), read_corpus(), seed=23, compare=compare)
    assert report.controls == ()
    assert {row.forgery.name: row.suites for row in report.rows if not row.held} == {}
    assert len(report.rows) == len(read_corpus())
    if compare:
        written = {
            name.strip("`"): int(count)
            for name, count in re.findall(r"\| (`\w+`) .*\| (\d+) \|", PAGE.read_text())
        }
        measured = report.forged()
        assert set(written) == set(measured)
        for name, count in measured.items():
            close = 0 if name in SUITES else CLOSE
            assert abs(count - written[name]) <= close, (
                f"{name}: {count} measured, {written[name]} in the docs"
            )
