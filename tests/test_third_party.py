"""A package of somebody else's with a selector and a proposer: it is installed, found, tested and used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from pygent.evolution.protocols import Candidate, Selector
from pygent.extensions import ExtensionError, Registry

PACKAGE = Path(__file__).parent / "support" / "third_party"
NEEDS = ("add", "remove", "select", "chosen")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its sources; installers leave things beside them."""
    return Path(shutil.copytree(PACKAGE, tmp_path_factory.mktemp("third_party") / "package"))


@pytest.fixture(scope="module")
def site(package: Path) -> Path:
    """A folder with the package as pip installs it, without a network."""
    folder = package.parent / "site"
    offline = ("--no-index", "--no-build-isolation", "--no-deps", "--disable-pip-version-check", "--quiet")
    install = [sys.executable, "-m", "pip", "install", *offline, "--target", str(folder), str(package)]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(site))
    yield
    for name in set(sys.modules) - before:
        if name.startswith("pygent_tournament"):
            del sys.modules[name]


def test_its_own_tests_are_the_contracts_and_pass(package: Path, site: Path) -> None:
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(package / "tests")]
    paths = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        tests, cwd=package, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.usefixtures("installed")
def test_its_entry_points_are_names_that_can_be_chosen() -> None:
    selectors = Registry[Selector]("selector", "pygent.selectors", {}, NEEDS)
    assert "tournament" in selectors.names()
    assert "sign" in Registry[object]("proposer", "pygent.proposers", {}, ("propose",)).names()
    selector = selectors.load("tournament")()
    for number in range(20):
        selector.add(Candidate(f"v{number}", float(number)))
    drawn = [int(selector.select(Random(seed)).removeprefix("v")) for seed in range(200)]
    assert sum(drawn) / len(drawn) > 12  # the mean of all is 9.5, that of tournaments of three about 14


def test_without_it_the_name_is_unknown() -> None:
    with pytest.raises(ExtensionError, match="no selector 'tournament'"):
        Registry[Selector]("selector", "pygent.selectors", {}, NEEDS).check("tournament")
