"""All forgeries on both backends, and the docs' figures against what is measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.forgeries.corpus import read_corpus
from benchmarks.forgeries.targets import SUITES
from benchmarks.forging import forge
from sandbox.bubblewrap import BubblewrapSandbox
from sandbox.docker import DockerSandbox

PAGE = Path(__file__).parents[2] / "docs" / "forgeries.md"
CLOSE = 4  # forgeries whose luck with an evaluator may differ from one Python or machine to another


@pytest.mark.campaign
def test_no_forgery_gets_a_score(real_sandbox: DockerSandbox | BubblewrapSandbox) -> None:
    report = forge(real_sandbox, read_corpus(), seed=23)
    assert report.controls == ()
    assert {row.forgery.name: row.suites for row in report.rows if not row.held} == {}
    assert len(report.rows) == len(read_corpus())


@pytest.mark.campaign
@pytest.mark.engine
def test_as_many_forge_the_common_evaluators_as_the_docs_say(docker_sandbox: DockerSandbox) -> None:
    written = {
        name.strip("`"): int(count)
        for name, count in re.findall(r"\| (`\w+`) .*\| (\d+) \|", PAGE.read_text())
    }
    measured = forge(docker_sandbox, read_corpus(), seed=29, compare=True).forged()
    assert set(written) == set(measured)
    for name, count in measured.items():
        close = 0 if name in SUITES else CLOSE
        assert abs(count - written[name]) <= close, f"{name}: {count} measured, {written[name]} in the docs"
