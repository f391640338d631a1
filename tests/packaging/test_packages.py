"""What is uploaded, freshly installed, works for someone who has folders with the names of ours."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.smoke import Installed, build, install, smoke, write_strangers

pytestmark = [pytest.mark.campaign, pytest.mark.engine, pytest.mark.bubblewrap]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    wheel, sdist = build(tmp_path_factory.mktemp("dist"))
    return {"wheel": wheel, "sdist": sdist}


def test_the_wheel_holds_one_package_and_says_that_it_is_typed(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pygent"}
    assert {"pygent/py.typed", "pygent/agent/__main__.py", "pygent/interfaces/web/templates/run.html"} <= set(
        names
    )
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_holds_files_and_no_links_out_of_it(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as sdist:
        members = sdist.getmembers()
    assert [one.name for one in members if one.issym() or one.islnk()] == []
    assert not any("/tests/" in one.name for one in members if "/src/" not in one.name)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_new_user_evolves_reviews_and_asks(kind: str, built: dict[str, Path], tmp_path: Path) -> None:
    scripts = install(sys.executable, built[kind], tmp_path / "environment")
    folder = write_strangers(tmp_path / "project")
    sandboxes = ("docker", "bubblewrap") if kind == "wheel" else ("bubblewrap",)
    assert len(smoke(Installed(scripts, folder), sandboxes)) == 3 + len(sandboxes)
