"""Suites of ours keep to the contract that `pygent.testing` ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.benchmarks.suites.cases import CasesSuite
from pygent.benchmarks.suites.timing import TimingSuite
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, load
from pygent.testing.small_target import FIXED, write_small_target
from pygent.testing.suite_contract import MakeSuite, SuiteContract

SLOW = FIXED.replace("    if value < low", "    sum(range(200_000))\n    if value < low")


class TestCasesSuite(SuiteContract):
    @pytest.fixture
    def make_suite(self) -> MakeSuite:
        return CasesSuite


@pytest.mark.timed
class TestTimingSuite(SuiteContract):
    @pytest.fixture
    def make_suite(self) -> MakeSuite:
        return TimingSuite

    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        root = write_small_target(tmp_path / "target", source=SLOW)
        manifest = root / "target.toml"
        text = manifest.read_text().replace('kind = "cases"', 'kind = "timing"\npairs = 4')
        manifest.write_text(text.replace('metric = "passed"', 'metric = "speedup"'))
        return load(root)

    @pytest.fixture
    def better(self, target: Target) -> Tree:
        return Tree({"ranges.py": FIXED})
