"""One dialect of globs: what may be changed is what `Path.glob` finds, and what `targets check` looks for."""

from __future__ import annotations

import glob
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pygent.benchmarks.target_check import check_target
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.onboarding.package_target import look_at
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.path_glob import matches
from pygent.target_modules.spec.manifest import Target, TargetError, load

PATHS = (
    "a.py", "A.py", "b.txt", ".hidden.py", "[a].py", "a*b.py", "a^.py", "!.py", "p/a.py", "p/[q]/a.py",
    "p/q/a.py", "p/q/r/b.py", "p/q/r/a.py", "ä/ö.py", "p/a-z.py", "p/new\nline.py",
)  # fmt: skip
MANIFEST = """name = "t"
goal = "g"
files = ["**/*.py"]
editable = [{editable}]
entry = "pkg.mod:f"
[suite]
kind = "cases"
cases = "cases.jsonl"
[[objectives]]
metric = "passed"
direction = "max"
"""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disk")
    for path in PATHS:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


def found(disk: Path, pattern: str) -> set[str]:
    """As `Path.glob` finds them. Before Python 3.13 `**` at the end is folders only."""
    asked = f"{pattern}/*" if pattern.endswith("**") else pattern
    return {path.relative_to(disk).as_posix() for path in disk.glob(asked) if path.is_file()}


SEGMENTS = st.one_of(
    st.just("**"),
    st.sampled_from(sorted({part for path in PATHS for part in path.split("/")})),
    st.lists(
        st.sampled_from(
            ["*", "?", "a", "q", ".py", "[a-q]", "[!a]", "[[]", "[*]", "[]a]", "[q-a]", "[", "]"]
        ),
        min_size=1,
        max_size=4,
    ).map("".join),
).filter(lambda text: text == "**" or "**" not in text)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pattern=st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join))
def test_a_glob_means_what_is_found_on_disk(disk: Path, pattern: str) -> None:
    assert {path for path in PATHS if matches(path, pattern)} == found(disk, pattern)


@pytest.mark.parametrize("path", PATHS)
def test_an_escaped_path_means_that_file_alone(path: str) -> None:
    assert [one for one in PATHS if matches(one, glob.escape(path))] == [path]


@pytest.mark.parametrize(
    ("pattern", "path", "is_meant"),
    [
        ("*.py", "pkg/mod.py", False),
        ("**/*.py", "mod.py", True),
        ("pkg/**", "pkg/new/file.py", True),
        ("pkg/**", "pkg", False),
        ("pkg?mod.py", "pkg/mod.py", False),
        ("pkg[/]mod.py", "pkg/mod.py", False),
        ("pkg[!a]mod.py", "pkg/mod.py", False),
        ("pkg/[[]x].py", "pkg/[x].py", True),
    ],
)
def test_what_may_be_changed(pattern: str, path: str, is_meant: bool) -> None:
    assert Editable.of([pattern]).touches(path) is is_meant


def target(folder: Path, editable: str) -> Target:
    for path in ("src/pkg/mod.py", "src/pkg/[x].py"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("def f(x):\n    return x\n")
    (folder / "cases.jsonl").write_text('{"args": [1], "expected": 1}\n')
    (folder / "target.toml").write_text(MANIFEST.format(editable=f'"{editable}"'))
    return load(folder)


@pytest.mark.parametrize("editable", ["*.py", "pkg/[x].py", "mod.py", "*/*/*.py"])
def test_check_refuses_what_means_no_file(tmp_path: Path, editable: str) -> None:
    with pytest.raises(TargetError, match="matches none of the target's files") as raised:
        check_target(target(tmp_path, editable), LocalSandbox())
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("editable", ["*/*.py", "**/*.py", "pkg/[[]x].py", "pkg/**", "pkg/mod.py:f"])
def test_check_takes_what_means_a_file(tmp_path: Path, editable: str) -> None:
    assert check_target(target(tmp_path, editable), LocalSandbox()).graded


def test_two_stars_beside_letters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"editable: .*put `/` around it, as in `pkg/\*\*/\*\.py`"):
        target(tmp_path, "pkg/**.py")


def test_init_takes_the_path_of_a_file_with_brackets_and_refuses_what_means_none(tmp_path: Path) -> None:
    for path, text in {
        "pkg/__init__.py": "",
        "pkg/[x].py": "",
        "tests/test_it.py": "import pkg\ndef test_it(): pass\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert look_at(tmp_path, ["pkg/[x].py"], []).editable == ("pkg/[[]x].py",)
    with pytest.raises(TargetError, match="--editable: no Python file is"):
        look_at(tmp_path, ["*.py"], [])
