"""A suite of somebody's own: by a file beside the manifest, or by the name that a package declares."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent.benchmarks.suites.suite_registry import suite_class_of, suite_for
from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.trust.exhibit import UntrustedError, remember
from pygent.target_modules.trust.target_exhibits import of_target
from pygent.testing.small_target import write_small_target
from pygent.testing.suite_contract import MakeSuite, SuiteContract
from tests.support.cli import pygent

SUITE = '''
import os

from pygent.benchmarks.suites.cases import CasesSuite
from pygent.target_modules.spec.suite_kinds import SuiteKind

if mark := os.environ.get("MARK_OF_MY_SUITE"):
    open(mark, "a").write("loaded")


class MySuite(CasesSuite):
    """All cases, and every child that answers them is the target's own business."""

    asks = SuiteKind(("cases",))


class Graded(CasesSuite):
    asks = SuiteKind(("grader",))


class Beside(CasesSuite):
    asks = SuiteKind(("cases",), in_process=True)
'''


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once the suite's file has run."""
    monkeypatch.setenv("MARK_OF_MY_SUITE", str(tmp_path / "loaded"))
    return tmp_path / "loaded"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_small_target(tmp_path / "target")
    (root / "my_suite.py").write_text(SUITE)
    return measured_by(root, "./my_suite.py:MySuite")


def measured_by(root: Path, kind: str) -> Path:
    manifest = root / "target.toml"
    manifest.write_text(re.sub(r"(?m)^kind = .*", f'kind = "{kind}"', manifest.read_text()))
    return root


def trusted(root: Path) -> Target:
    target = load(root)
    remember(*of_target(target))
    return target


class TestAnOwnSuite(SuiteContract):
    @pytest.fixture
    def target(self, root: Path) -> Target:
        return trusted(root)

    @pytest.fixture
    def make_suite(self) -> MakeSuite:
        return suite_for


def test_it_runs_only_once_it_is_trusted(root: Path, loaded: Path) -> None:
    target = load(root)
    (exhibit,) = of_target(target)
    assert 'suite.kind = "./my_suite.py:MySuite": is Python that runs on this machine' in exhibit.rows
    for look in (suite_class_of, suite_for):
        with pytest.raises(UntrustedError, match=r"not trusted: suite\.kind = "):
            look(target)
    assert not loaded.exists()
    remember(exhibit)
    assert type(suite_for(target)).__name__ == "MySuite"
    assert loaded.exists()


def test_another_content_or_neighbour_is_not_what_was_trusted(root: Path) -> None:
    target = trusted(root)
    suite_for(target)
    (root / "helper.py").write_text("LIMIT = 3\n")
    with pytest.raises(UntrustedError):
        suite_for(target)
    remember(*of_target(target))
    (root / "my_suite.py").write_text(SUITE + "# another\n")
    with pytest.raises(UntrustedError):
        suite_for(target)


def test_the_file_lies_where_the_manifest_says_wherever_the_command_runs(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_suite.py").write_text("raise RuntimeError('the wrong one')\n")
    monkeypatch.chdir(tmp_path)
    assert suite_class_of(trusted(root)).__name__ == "MySuite"


def test_a_module_of_an_installed_package_needs_trust_too(root: Path) -> None:
    target = load(measured_by(root, "pygent.benchmarks.suites.timing:TimingSuite"))
    with pytest.raises(UntrustedError):
        suite_class_of(target)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "tournament",
            r"target\.toml: suite\.kind: there is no suite 'tournament'; choose one of cases,",
        ),
        ("./missing.py:MySuite", r"target\.toml: suite\.kind: no such file: .*missing\.py"),
        ("./my_suite:MySuite", r"suite\.kind: \./my_suite:MySuite: write \./my_suite\.py:MySuite"),
        ("object:a.B", r"suite\.kind: object:a\.B: a manifest names no object"),
        ("./my_suite.py:Nobody", r"suite\.kind: suite: .*my_suite\.py has no Nobody"),
        ("./my_suite.py:os", r"suite\.kind: suite: os of .*my_suite\.py is not a class or function"),
        ("./my_suite.py:SuiteKind", r"suite\.kind: suite .*: it has no evaluate"),
        ("./my_suite.py:Graded", r"target\.toml: suite: a \./my_suite\.py:Graded suite takes `grader`"),
        ("./my_suite.py:Beside", r"target\.toml: trust: a .* suite judges beside the variant"),
    ],
)
def test_what_cannot_be_used_is_answered_with_one_clear_line(root: Path, kind: str, words: str) -> None:
    measured_by(root, kind)
    with pytest.raises(TargetError, match=words) as caught:
        suite_class_of(trusted(root))
    assert "\n" not in str(caught.value)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package on the path that declares a suite."""
    from pygent.target_modules.spec.suite_kinds import SUITES

    info = tmp_path / "site" / "their_suites-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-suites\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pygent.suites]\ntheirs = their_suites:MySuite\n")
    (tmp_path / "site" / "their_suites.py").write_text(SUITE)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    vars(SUITES).pop("_entry_points", None)
    yield
    vars(SUITES).pop("_entry_points", None)
    sys.modules.pop("their_suites", None)


@pytest.mark.usefixtures("installed")
def test_a_name_that_an_installed_package_declares_is_a_kind(root: Path) -> None:
    target = load(measured_by(root, "theirs"))
    assert of_target(target) == []
    assert suite_class_of(target).__module__ == "their_suites"


def test_a_target_with_its_own_suite_evolves_once_it_is_trusted(
    root: Path, tmp_path: Path, local: None, loaded: Path
) -> None:
    arguments = ("evolve", root, "--seed", 3, "--evaluations", 5, "--json")
    refused = pygent(*arguments, home=tmp_path / "home")
    assert refused.code != 0
    assert f"pygent trust {root}{os.sep}target.toml" in refused.err
    assert not loaded.exists()
    assert pygent("trust", root, home=tmp_path / "home").code == 0
    done = pygent(*arguments, home=tmp_path / "home")
    assert done.code == 0, done.err
    assert done.json["evaluations"] == 5
    assert loaded.exists()
