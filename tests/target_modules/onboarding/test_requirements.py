"""What a repository says that it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.onboarding.requirements import requirements_of
from pygent.target_modules.spec.manifest import TargetError

PROJECT = (
    '[project]\nname = "mine"\nversion = "1"\ndependencies = ["attrs>=23", "tomli; python_version < \'3\'"]\n'
)


def repository(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_the_package_and_its_group_of_tests(tmp_path: Path) -> None:
    groups = """[dependency-groups]
docs = ["sphinx"]
test = ["pytest>=8", {include-group = "extra"}, "ruff"]
extra = ["hypothesis"]
"""
    found = requirements_of(repository(tmp_path, pyproject_toml=PROJECT + groups))
    assert found.packages == ("attrs>=23", "hypothesis", "pytest>=8")
    assert found.left_out == ("ruff",)
    assert found.read_from == ("pyproject.toml", "pyproject.toml, group test")


def test_an_extra_may_ask_for_other_extras_of_the_package_itself(tmp_path: Path) -> None:
    extras = '[project.optional-dependencies]\ndev = ["mine[more]", "pytest"]\nmore = ["six"]\n'
    found = requirements_of(repository(tmp_path, pyproject_toml=PROJECT + extras))
    assert found.packages == ("attrs>=23", "pytest", "six")


def test_pytest_is_always_there(tmp_path: Path) -> None:
    found = requirements_of(tmp_path)
    assert (found.packages, found.read_from) == (("pytest",), ())


def test_requirement_files_with_inclusions_comments_and_hashes(tmp_path: Path) -> None:
    repo = repository(
        tmp_path,
        requirements_txt="# all\nattrs==23.1 \\\n  --hash=sha256:aa\n"
        "-r more/base.txt\n-e .\n--index-url x\nnumpy # last\n",
        more__base_txt="six>=1\n-r base.txt\n",
    )
    (repo / "requirements-dev.txt").write_text("pytest\nmypy\n")
    found = requirements_of(repo)
    assert found.packages == ("attrs==23.1", "numpy", "pytest", "six>=1")
    assert found.read_from == ("requirements.txt", "requirements-dev.txt")


UV = """
[[package]]
name = "mine"
version = "1"
source = { editable = "." }
dependencies = [{ name = "attrs" }]
[[package]]
name = "attrs"
version = "23.2.0"
dependencies = [{ name = "zope-interface" }, { name = "old", marker = "python_version < '3'" }]
[[package]]
name = "zope-interface"
version = "6.1"
[[package]]
name = "old"
version = "1"
[[package]]
name = "unrelated"
version = "9"
"""
POETRY = """
[[package]]
name = "attrs"
version = "23.2.0"
[package.dependencies]
zope-interface = ">=5"
old = {version = "*", markers = "python_version < '3'"}
[[package]]
name = "zope-interface"
version = "6.1"
"""


@pytest.mark.parametrize(("name", "text"), [("uv.lock", UV), ("poetry.lock", POETRY)])
def test_a_lock_pins_what_is_needed_and_what_that_needs(tmp_path: Path, name: str, text: str) -> None:
    repo = repository(tmp_path, pyproject_toml=PROJECT)
    (repo / name).write_text(text)
    found = requirements_of(repo)
    assert found.packages == ("attrs==23.2.0", "pytest", "zope-interface==6.1")
    assert found.read_from == ("pyproject.toml", name)


def test_poetrys_own_notation(tmp_path: Path) -> None:
    tables = """
[tool.poetry]
name = "mine"
[tool.poetry.dependencies]
python = "^3.9"
attrs = "^23.1"
small = "^0.2.3"
near = {version = "~1.4", extras = ["fast"]}
any = "*"
maybe = {version = "1", optional = true}
[tool.poetry.group.test.dependencies]
pytest = ">=7,<9"
"""
    found = requirements_of(repository(tmp_path, pyproject_toml=tables))
    assert found.packages == (
        "any",
        "attrs>=23.1,<24.0",
        "near[fast]>=1.4,<1.5",
        "pytest>=7,<9",
        "small>=0.2.3,<0.3.0",
    )


def test_setup_cfg(tmp_path: Path) -> None:
    text = """[options]
install_requires =
    attrs
    six; python_version < '3'
[options.extras_require]
tests =
    pytest
"""
    assert requirements_of(repository(tmp_path, setup_cfg=text)).packages == ("attrs", "pytest")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project", r"pyproject\.toml: cannot be read"),
        ('[project]\ndependencies = "attrs"', r"pyproject\.toml: project\.dependencies: not a list"),
        ('[project]\ndependencies = ["!!"]', "'!!' is not a requirement"),
        ('[dependency-groups]\ntest = [{include-group = "test"}]', "includes itself"),
    ],
)
def test_files_that_cannot_be_understood_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        requirements_of(repository(tmp_path, pyproject_toml=text))
