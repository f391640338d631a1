"""The many ways in which repositories write down what they need, and what must not be taken from an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.onboarding.poetry import bounds
from pygent.target_modules.onboarding.requirements import Needed, described, requirements_of
from pygent.target_modules.spec.manifest import TargetError

PROJECT = '[project]\nname = "mine"\nversion = "1"\n'


def of(folder: Path, files: dict[str, str]) -> Needed:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return requirements_of(folder)


def of_poetry(folder: Path, lines: str) -> tuple[str, ...]:
    head = '[tool.poetry]\nname = "mine"\n[tool.poetry.dependencies]\npython = "^3.9"\n'
    return of(folder, {"pyproject.toml": head + lines}).packages


def test_what_the_package_itself_needs_is_never_left_out(tmp_path: Path) -> None:
    text = (
        PROJECT
        + 'dependencies = ["coverage>=7"]\n[dependency-groups]\ntest = ["pytest", "coverage", "mypy"]\n'
    )
    found = of(tmp_path, {"pyproject.toml": text})
    assert found.packages == ("coverage>=7", "pytest")
    assert found.left_out == ("mypy",)


def test_a_group_for_development_counts_only_with_pytest(tmp_path: Path) -> None:
    text = PROJECT + 'dependencies = []\n[dependency-groups]\ndev = ["jinja2"]\n'
    files = {"pyproject.toml": text, "requirements-dev.txt": "pytest-mock\nhypothesis\n"}
    found = of(tmp_path, files)
    assert found.packages == ("hypothesis", "pytest", "pytest-mock")
    assert found.read_from == ("pyproject.toml", "requirements-dev.txt")


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[dependency-groups]\ntest = ["mine[fast]"]\n'},
        {"requirements-test.txt": "-e .[fast]\n"},
        {"requirements-test.txt": ".[fast]\n"},
    ],
)
def test_extras_of_the_package_itself_are_followed(tmp_path: Path, files: dict[str, str]) -> None:
    extras = 'dependencies = []\n[project.optional-dependencies]\nfast = ["mine[more]"]\nmore = ["msgpack"]\n'
    text = PROJECT + extras + files.get("pyproject.toml", "")
    assert of(tmp_path, {**files, "pyproject.toml": text}).packages == ("msgpack", "pytest")


@pytest.mark.parametrize(
    "line", ["-rmore.txt", "--requirement=more.txt", "-r more.txt  # why", "attrs\t# why"]
)
def test_forms_of_lines(tmp_path: Path, line: str) -> None:
    found = of(tmp_path, {"requirements.txt": f"{line}\n", "more.txt": "attrs\r\n"})
    assert found.packages == ("attrs", "pytest")


def test_constraints_bound_only_what_is_asked_for(tmp_path: Path) -> None:
    files = {"requirements.txt": "attrs>=20\n-c bounds.txt\n", "bounds.txt": "attrs==23.1\nsix==1.0\n"}
    assert of(tmp_path, files).packages == ("attrs==23.1,>=20", "pytest")


@pytest.mark.parametrize(
    "line", ["git+https://example.org/x.git#egg=secret", "-e ./secret", "secret @ https://example.org/s.whl"]
)
def test_what_lies_elsewhere_is_named_and_not_asked_of_an_index(tmp_path: Path, line: str) -> None:
    found = of(tmp_path, {"requirements.txt": f"{line}\n"})
    assert found.packages == ("pytest",)
    assert "secret" in "".join(found.elsewhere)
    assert any("secret" in text for text in described(found))


@pytest.mark.parametrize("place", ["git", "path", "url"])
def test_poetrys_own_places_are_not_asked_of_an_index(tmp_path: Path, place: str) -> None:
    assert of_poetry(tmp_path, f'secret = {{ {place} = "../secret" }}\n') == ("pytest",)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("^1.2", ">=1.2,<2.0"),
        ("^0.2.3", ">=0.2.3,<0.3.0"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("^1.2b1", ">=1.2b1,<2.0"),
        ("~1.4", ">=1.4,<1.5"),
        ("~1", ">=1,<2"),
        ("~=1.2", ">=1.2,<2.0"),
        (">= 1.2, <2", ">=1.2,<2"),
        ("1.2", "==1.2"),
        ("1.*", "==1.*"),
        ("*", ""),
        ("<2 || >=3", ">=3"),
        (">=1,!=1.3", ">=1,!=1.3"),
        ("no version", "no version"),
    ],
)
def test_poetrys_bounds(given: str, meant: str) -> None:
    assert bounds(given) == meant


def test_poetry_for_one_python_or_another(tmp_path: Path) -> None:
    lines = 'x = [{version = "1", python = "<3.8"}, {version = "2", python = ">=3.8"}]\n'
    assert of_poetry(tmp_path, lines + 'tomli = {version = "*", python = "~2.7 || <3.8"}\n') == (
        "pytest",
        "x==2",
    )


def test_poetrys_older_table_for_development(tmp_path: Path) -> None:
    lines = '[tool.poetry.dev-dependencies]\npytest = "^8"\nsix = "*"\n'
    assert of_poetry(tmp_path, lines) == ("pytest>=8,<9", "six")


def test_files_that_setup_cfg_and_setuptools_point_to(tmp_path: Path) -> None:
    setup = "[options]\ninstall_requires = file: base.txt\n[options.extras_require]\ntest =\n    pytest>=7\n"
    (tmp_path / "one").mkdir()
    assert of(tmp_path / "one", {"setup.cfg": setup, "base.txt": "attrs\n"}).packages == (
        "attrs",
        "pytest>=7",
    )
    (tmp_path / "two").mkdir()
    dynamic = '[project]\nname = "m"\n[tool.setuptools.dynamic]\ndependencies = {file = ["base.txt"]}\n'
    assert of(tmp_path / "two", {"pyproject.toml": dynamic, "base.txt": "attrs\n"}).packages == (
        "attrs",
        "pytest",
    )


UV = """
[[package]]
name = "mine"
source = { editable = "." }
dependencies = [
    { name = "requests", extra = ["socks"] }, { name = "near" }, { name = "gitted" },
    { name = "numpy", version = "1.26.0", marker = "python_version < '3.99'" },
    { name = "numpy", version = "2.0.0", marker = "python_version >= '3.99'" },
]
[[package]]
name = "numpy"
version = "1.26.0"
[[package]]
name = "numpy"
version = "2.0.0"
[[package]]
name = "requests"
version = "2.32.0"
[package.optional-dependencies]
socks = [{ name = "pysocks" }]
[[package]]
name = "pysocks"
version = "1.7.1"
[[package]]
name = "near"
version = "0.1"
source = { editable = "near" }
dependencies = [{ name = "six" }]
[[package]]
name = "six"
version = "1.17.0"
[[package]]
name = "gitted"
version = "1"
source = { git = "https://example.org/gitted" }
"""


def test_a_uv_lock_with_extras_two_versions_and_members_of_a_workspace(tmp_path: Path) -> None:
    text = PROJECT + 'dependencies = ["requests[socks]", "numpy", "near", "gitted"]\n'
    found = of(tmp_path, {"pyproject.toml": text, "uv.lock": UV})
    assert found.packages == ("numpy==1.26.0", "pysocks==1.7.1", "pytest", "requests==2.32.0", "six==1.17.0")
    assert found.elsewhere == ("gitted", "near")


POETRY = """
[[package]]
name = "requests"
version = "2.32.0"
[package.dependencies]
PySocks = {version = ">=1.5", optional = true, markers = "extra == \\"socks\\""}
chardet = {version = ">=3", optional = true, markers = "extra == \\"chardet\\""}
[package.extras]
socks = ["PySocks (>=1.5)"]
chardet = ["chardet (>=3)"]
[[package]]
name = "pysocks"
version = "1.7.1"
[[package]]
name = "chardet"
version = "5"
"""


def test_a_poetry_lock_with_extras(tmp_path: Path) -> None:
    text = PROJECT + 'dependencies = ["requests[socks]"]\n'
    found = of(tmp_path, {"pyproject.toml": text, "poetry.lock": POETRY})
    assert found.packages == ("pysocks==1.7.1", "pytest", "requests==2.32.0")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"uv.lock": "package = 3\n"}, r"uv\.lock: package: not a list of tables"),
        ({"uv.lock": '[[package]]\nname = "x"\n'}, r"uv\.lock: package x: has no version"),
        ({"uv.lock": '[[package]]\nname="x"\nversion="1"\ndependencies=[3]\n'}, r"3 is not a dependency"),
        ({"uv.lock": "no toml ["}, r"uv\.lock: cannot be read"),
        (
            {"requirements-test.txt": "two words\n"},
            r"requirements-test\.txt: 'two words' is not a requirement",
        ),
        ({"requirements-test.txt": "-r missing.txt\n"}, r"missing\.txt: cannot be read: No such file"),
        ({"setup.cfg": "no section\n"}, r"setup\.cfg: cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_the_file(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    with pytest.raises(TargetError, match=words) as raised:
        of(tmp_path, {"pyproject.toml": PROJECT + 'dependencies = ["x"]\n', **files})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text", ['[dependency-groups]\ntest = "pytest"\n', "[tool.pdm.dev-dependencies]\ntest = 3\n"]
)
def test_a_group_of_the_wrong_type_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(TargetError, match=r"pyproject\.toml: .*: not a list of requirements"):
        of(tmp_path, {"pyproject.toml": text})
