"""A repository's layout, as `init --repo` finds it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pygent.target_modules.onboarding.package_target import Package, look_at, manifest_of
from pygent.target_modules.onboarding.pytest_settings import options_of
from pygent.target_modules.spec.manifest import TargetError, load
from tests.support.small_package import write_repository

PYTEST = """[tool.pytest.ini_options]
testpaths = ["pkg"]
addopts = "-ra --cov=pkg -p no:doctest"
"""
TESTED = "from {0} import f\n\n\ndef test_f():\n    assert f() == 1\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def written(package: Package, folder: Path) -> Path:
    folder.mkdir()
    (folder / "target.toml").write_text(manifest_of(package, folder))
    return folder


def test_a_src_layout_with_data_and_a_name_of_ours(tmp_path: Path) -> None:
    repo = write_repository(tmp_path / "repo")
    write(
        repo, {"src/agent/.mypy_cache/x.json": "{}", ".git/config": "", "conftest.py": "", "docs/conf.py": ""}
    )
    target = load(written(look_at(repo, ["src/agent/core.py:total"], []), tmp_path / "target"))
    assert target.manifest.pythonpath == ("src",)
    assert set(target.tree()) == {"src/agent/__init__.py", "src/agent/core.py"}
    assert target.module_of("src/agent/core.py") == "agent.core"
    assert set(target.support) == {
        "conftest.py",
        "src/agent/greeting.txt",
        "tests/conftest.py",
        "tests/test_core.py",
    }
    assert target.manifest.suite.tests == ("tests",)
    assert target.source == repo


def test_a_flat_package_whose_tests_lie_inside_of_it(tmp_path: Path) -> None:
    repo = write(
        tmp_path / "repo",
        {
            "pyproject.toml": PYTEST,
            "pkg/__init__.py": "",
            "pkg/mod.py": "def f(): return 1\n",
            "pkg/deep/__init__.py": "",
            "pkg/deep/other.py": "",
            "pkg/deep/tests/test_other.py": TESTED.format("pkg.mod"),
            "pkg/tests/test_mod.py": TESTED.format("pkg.mod"),
            "pkg/tests/data.json": "{}",
            "sibling/__init__.py": "",
            "setup.py": "raise SystemExit",
        },
    )
    package = look_at(repo, ["pkg/mod.py"], [])
    target = load(written(package, tmp_path / "target"))
    assert set(target.tree()) == {
        "pkg/__init__.py",
        "pkg/mod.py",
        "pkg/deep/__init__.py",
        "pkg/deep/other.py",
        "sibling/__init__.py",
    }
    assert set(target.manifest.suite.tests) == {"pkg/tests", "pkg/deep/tests"}
    assert target.manifest.suite.options == ("-p", "no:doctest")
    assert {"pkg/tests/data.json", "pkg/tests/test_mod.py"} <= set(target.support)


@pytest.mark.parametrize(
    ("files", "editable", "root", "module"),
    [
        ({"mod.py": "def f(): return 1\n", "tests/test_mod.py": ""}, "mod.py", ".", "mod"),
        (
            {"src/ns/part/mod.py": "x = 1\n", "tests/test_x.py": ""},
            "src/ns/part/mod.py",
            "src",
            "ns.part.mod",
        ),
        (
            {"tests/__init__.py": "", "tests/mod.py": "x = 1\n", "test/test_x.py": ""},
            "tests/mod.py",
            ".",
            "tests.mod",
        ),
    ],
    ids=["one module", "namespace package", "package called tests"],
)
def test_other_layouts(tmp_path: Path, files: dict[str, str], editable: str, root: str, module: str) -> None:
    name = "tests" if "tests/mod.py" in files else "mod"
    repo = write(
        tmp_path / "repo", {**files, "pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\n'}
    )
    given = ["test"] if name == "tests" else []
    package = look_at(repo, [editable], given)
    target = load(written(package, tmp_path / "target"))
    assert package.root == root
    assert editable in target.tree()
    assert target.module_of(editable) == module


@pytest.mark.parametrize(
    ("editable", "tests", "words"),
    [
        (
            ["src/agent/cor.py"],
            [],
            r"--editable: no Python file is .*cor\.py; did you mean src/agent/core.py",
        ),
        (["src/agent/core.py:totl"], [], r"--editable: src/agent/core\.py has no totl; did you mean total\?"),
        (["../x.py"], [], "--editable: '../x.py' does not lie below|--editable: ../x.py does not lie below"),
        (["src/agent/core.py"], ["missing"], "--tests: no such file or folder: .*missing"),
    ],
)
def test_what_is_not_there_is_named(
    tmp_path: Path, editable: list[str], tests: list[str], words: str
) -> None:
    repo = write_repository(tmp_path / "repo")
    with pytest.raises(TargetError, match=words):
        look_at(repo, editable, tests)


def test_a_repository_without_tests_is_told_what_to_say(tmp_path: Path) -> None:
    repo = write(tmp_path / "repo", {"mod.py": "x = 1\n"})
    with pytest.raises(TargetError, match="has no folder `tests`: name the files or folders"):
        look_at(repo, ["mod.py"], [])


@pytest.mark.parametrize(
    ("addopts", "kept", "dropped"),
    [
        ("--cov=pkg --cov-report term -n auto -q --strict-markers", ("--strict-markers",), 6),
        (
            "-n4 -W error::DeprecationWarning --doctest-modules",
            ("-W", "error::DeprecationWarning", "--doctest-modules"),
            1,
        ),
        ("", (), 0),
    ],
)
def test_options_that_do_not_belong_in_a_box_are_left_out(
    addopts: str, kept: tuple[str, ...], dropped: int
) -> None:
    found, out = options_of(addopts)
    assert found == kept
    assert len(out) == dropped


def test_a_recorded_target_has_cases_and_its_tests_as_a_gate(tmp_path: Path) -> None:
    package = look_at(write_repository(tmp_path / "repo"), ["src/agent/core.py"], [])
    manifest = tomllib.loads(manifest_of(package, tmp_path / "t", recorded="timing", held_out=True))
    assert manifest["suite"] | {"options": []} == {
        "kind": "timing",
        "tests": ["tests"],
        "options": [],
        "cases": "cases.jsonl",
        "held_out": "held_out.jsonl",
    }
    assert manifest["objectives"] == [{"metric": "speedup", "direction": "max"}]
