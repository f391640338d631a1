"""Layouts of repositories: which files a variant consists of, which support its tests, and none for both."""

from __future__ import annotations

import tempfile
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.target_modules.onboarding.globs import Disk, cover
from pygent.target_modules.onboarding.import_root import root_of
from pygent.target_modules.onboarding.package_target import Package, look_at, manifest_of
from pygent.target_modules.onboarding.pytest_settings import options_of
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.spec.manifest_tables import Manifest

F = "def f(): return 1\n"
TEST = "from {0} import f\n\n\ndef test_f():\n    assert f() == 1\n"


def write(repo: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)
    return repo


def made(folder: Path, files: dict[str, str], editable: str, *tests: str) -> tuple[Target, Package]:
    package = look_at(write(folder / "repo", files), [editable], tests)
    (folder / "target").mkdir()
    (folder / "target" / "target.toml").write_text(manifest_of(package, folder / "target"))
    return load(folder / "target"), package


FLAT = {"pkg/__init__.py": "", "pkg/m.py": F, "tests/test_a.py": TEST.format("pkg.m")}
LAYOUTS: dict[str, tuple[dict[str, str], str, str, set[str]]] = {
    "flat": (FLAT, "pkg/m.py", ".", {"tests/test_a.py"}),
    "named like a folder that is usually no package": (
        {"tools/__init__.py": "", "tools/m.py": F, "tests/test_a.py": ""},
        "tools/m.py",
        ".",
        {"tests/test_a.py"},
    ),
    "namespace below src": (
        {"src/acme/tools/__init__.py": "", "src/acme/tools/m.py": F, "tests/test_a.py": ""},
        "src/acme/tools/m.py",
        "src",
        {"tests/test_a.py"},
    ),
    "flat namespace, as its tests import it": (
        {
            "acme/tools/__init__.py": "",
            "acme/tools/n.py": "",
            "acme/tools/m.py": F,
            "t/test_a.py": TEST.format("acme.tools.m"),
        },
        "acme/tools/m.py",
        ".",
        {"t/test_a.py"},
    ),
    "a project inside of a repository of several": (
        {
            "parts/one/one/__init__.py": "",
            "parts/one/one/m.py": F,
            "parts/one/tests/test_a.py": TEST.format("one.m"),
        },
        "parts/one/one/m.py",
        "parts/one",
        {"parts/one/tests/test_a.py"},
    ),
    "a root that only the settings tell": (
        {
            "pyproject.toml": '[tool.setuptools.package-dir]\n"" = "code"\n',
            "code/acme/tools/__init__.py": "",
            "code/acme/tools/m.py": F,
            "tests/test_a.py": "",
        },
        "code/acme/tools/m.py",
        "code",
        {"pyproject.toml", "tests/test_a.py"},
    ),
    "a folder called build within the package": (
        {**FLAT, "pkg/build/__init__.py": "", "build/lib/pkg/m.py": F},
        "pkg/m.py",
        ".",
        {"tests/test_a.py"},
    ),
    "data of all kinds": (
        {
            **FLAT,
            "pkg/[a].txt": "",
            "pkg/deep/b.json": "",
            "pkg/py.typed": "",
            "README.md": "",
            "notes.doc": "",
        },
        "pkg/m.py",
        ".",
        {"tests/test_a.py", "pkg/[a].txt", "pkg/deep/b.json", "pkg/py.typed", "README.md"},
    ),
    "folders that tests name": (
        {**FLAT, "tests/test_a.py": "OPEN = 'examples/a.json'\n", "examples/a.json": "", "docs/b.md": ""},
        "pkg/m.py",
        ".",
        {"tests/test_a.py", "examples/a.json"},
    ),
    "what tools and people leave behind": (
        {
            **FLAT,
            "tests/.venv/pyvenv.cfg": "",
            "tests/mine/pyvenv.cfg": "",
            "tests/.env": "KEY",
            "tests/x.pyc": "",
        },
        "pkg/m.py",
        ".",
        {"tests/test_a.py"},
    ),
    "metadata of an installed package": (
        {**FLAT, "pkg.egg-info/PKG-INFO": "", "docs/x.egg-info/PKG-INFO": ""},
        "pkg/m.py",
        ".",
        {"tests/test_a.py", "pkg.egg-info/PKG-INFO"},
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_supports_the_tests_and_where_modules_are_imported_from(tmp_path: Path, name: str) -> None:
    files, editable, root, support = LAYOUTS[name]
    tests = ("t",) if "t/test_a.py" in files else ()
    asked = ("parts/one/tests",) if root == "parts/one" else tests
    target, _ = made(tmp_path, files, editable, *asked)
    folder = editable.rpartition("/")[0]
    assert {path for path in files if path.startswith(folder) and path.endswith(".py")} <= set(target.tree())
    assert target.manifest.pythonpath == (root,)
    assert set(target.support) == support
    assert not set(target.support) & set(target.tree())


INSIDE = {"pkg/__init__.py": "", "pkg/m.py": F, "pkg/tests/__init__.py": "", "pkg/tests/test_a.py": ""}


def test_tests_inside_of_the_package_are_found_without_being_named(tmp_path: Path) -> None:
    target, _ = made(tmp_path, INSIDE, "pkg/m.py")
    assert target.manifest.suite.tests == ("pkg/tests",)
    assert set(target.tree()) == {"pkg/__init__.py", "pkg/m.py"}


def test_a_glob_of_sources_opens_no_tests(tmp_path: Path) -> None:
    target, _ = made(tmp_path, INSIDE, "pkg/**/*.py")
    opened = Editable.of(target.manifest.editable)
    assert [path for path in INSIDE if opened.is_whole(path)] == ["pkg/__init__.py", "pkg/m.py"]


def test_tests_beside_the_modules_are_no_part_of_a_variant(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/m.py": F, "pkg/test_m.py": "", "pkg/conftest.py": ""}
    target, _ = made(tmp_path, files, "pkg/m.py", "pkg")
    assert target.manifest.suite.tests == ("pkg/test_m.py",)
    assert set(target.tree()) == {"pkg/__init__.py", "pkg/m.py"}


def test_helpers_beside_a_chosen_folder_of_tests_come_along(tmp_path: Path) -> None:
    target, _ = made(
        tmp_path, {**FLAT, "tests/unit/test_b.py": "", "tests/helpers.py": ""}, "pkg/m.py", "tests/unit/"
    )
    assert target.manifest.suite.tests == ("tests/unit",)
    assert "tests/helpers.py" in target.support


def test_testpaths_may_be_globs(tmp_path: Path) -> None:
    settings = '[tool.pytest.ini_options]\ntestpaths = ["tests/*", "gone"]\n'
    files = {**FLAT, "tests/unit/test_b.py": "", "pyproject.toml": settings}
    assert made(tmp_path, files, "pkg/m.py")[0].manifest.suite.tests == ("tests/test_a.py", "tests/unit")


def test_files_that_no_box_should_get_are_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path / "repo", {"tests/big.bin": "x" * (3 << 20), "pkg/fast.so": ""})
    target, package = made(tmp_path, FLAT, "pkg/m.py")
    assert set(target.support) == {"tests/test_a.py"}
    said = "\n".join(package.notes)
    assert "as it is large: tests/big.bin (3.0 MB)" in said
    assert "pkg/fast.so" in said


def test_a_link_that_leads_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    repo = write(tmp_path / "repo", FLAT)
    (tmp_path / "key").write_text("secret")
    (repo / "tests" / "link.txt").symlink_to(tmp_path / "key")
    (repo / "tests" / "good.txt").symlink_to(repo / "pkg" / "m.py")
    assert set(made(tmp_path, {}, "pkg/m.py")[0].support) == {"tests/test_a.py", "tests/good.txt"}


@pytest.mark.parametrize(
    ("editable", "words"),
    [
        ("pkg", r"did you mean pkg/\*\*/\*\.py"),
        ("", "does not lie below"),
        (":f", "does not lie below"),
        ("tests/test_a.py", "is one of the tests"),
        ("pkg/data.txt", "no Python file"),
    ],
)
def test_what_cannot_be_edited_is_told(tmp_path: Path, editable: str, words: str) -> None:
    with pytest.raises(TargetError, match=f"--editable: .*{words}"):
        made(tmp_path, {**FLAT, "pkg/data.txt": ""}, editable)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("--cov pkg --cov-report term-missing tests -x", ()),
        ("--asyncio-mode=auto --snapshot-details", ("--asyncio-mode=auto",)),
        ("-p pytest_asyncio -p xdist.plugin -p no:randomly", ("-p", "pytest_asyncio", "-p", "no:randomly")),
        ("--mine --ours=3 --theirs 4", ("--mine", "--ours=3")),
        ("-m 'not slow' -kfast -Werror", ("-m", "not slow", "-kfast", "-Werror")),
        ("--ff --stepwise --rootdir=/x -c other.ini --durations 5 --basetemp=/x -rfE -vvs", ()),
        (
            "--import-mode=importlib --doctest-glob '*.rst'",
            ("--import-mode=importlib", "--doctest-glob", "*.rst"),
        ),
    ],
)
def test_options_stay_where_the_image_or_the_repository_knows_them(words: str, kept: tuple[str, ...]) -> None:
    found, dropped = options_of(words, {"pytest", "pytest-asyncio"}, {"--mine", "--ours"}.__contains__)
    assert found == kept
    assert not set(dropped) & {word for word in kept if word.startswith("--")}


def test_options_that_a_conftest_defines_stay(tmp_path: Path) -> None:
    conftest = "def pytest_addoption(parser):\n    parser.addoption('--mine')\n"
    files = {**FLAT, "conftest.py": conftest, "pytest.ini": "[pytest]\naddopts = --mine=1 --other\n"}
    target, package = made(tmp_path, files, "pkg/m.py")
    assert target.manifest.suite.options == ("--mine=1",)
    assert "options of pytest left out: --other" in package.notes


def test_settings_that_would_stop_pytest_in_a_box_are_overruled(tmp_path: Path) -> None:
    ini = "[pytest]\nrequired_plugins = pytest-cov\nfilterwarnings = error\nstrict = true\n"
    options = made(tmp_path, {**FLAT, "pytest.ini": ini}, "pkg/m.py")[0].manifest.suite.options
    assert {"required_plugins=", "strict_config=false", "ignore::pytest.PytestConfigWarning"} <= set(options)


PROJECT = '[project]\nname = "My-Own"\n{0}\n[project.entry-points.pytest11]\nown = "pkg.plugin"\n'


@pytest.mark.parametrize(
    ("more", "source", "version"),
    [
        ('version = "1.2"', "", "1.2"),
        ('dynamic = ["version"]', "from x import y\n__version__ = '3.4.0'\n", "3.4.0"),
        ('dynamic = ["version"]', "", "0"),
    ],
)
def test_the_package_can_ask_for_its_own_version_and_entry_points(
    tmp_path: Path, more: str, source: str, version: str
) -> None:
    files = {**FLAT, "pkg/__init__.py": source, "pyproject.toml": PROJECT.format(more)}
    target, _ = made(tmp_path, files, "pkg/m.py")
    (work := tmp_path / "work").mkdir()
    write(work, {path: text for path, text in target.support.items() if isinstance(text, str)})
    (found,) = metadata.distributions(path=[str(work)])
    assert (found.metadata["Name"], found.version) == ("my-own", version)
    assert [(one.group, one.value) for one in found.entry_points] == [("pytest11", "pkg.plugin")]
    assert not list((tmp_path / "repo").rglob("*.dist-info"))


def test_quotes_that_do_not_end_are_told(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="addopts: no closing quotation"):
        made(tmp_path, {**FLAT, "pytest.ini": "[pytest]\naddopts = -k 'open\n"}, "pkg/m.py")


def test_what_tests_import_decides_where_a_namespace_begins() -> None:
    files = {"lab/acme/m.py"}
    assert root_of("lab/acme/m.py", files, ["import acme.m"], ()) == "lab"
    assert root_of("lab/acme/m.py", files, ["from m import f"], ()) == "lab/acme"
    assert root_of("lab/acme/m.py", files, ["import lab.acme"], ()) == "."
    assert root_of("lab/acme/m.py", files, [], {"lab"}) == "lab"


MANIFEST = {
    "name": "t",
    "goal": "g",
    "editable": ["m.py"],
    "suite": {"kind": "pytest", "tests": ["tests"]},
    "objectives": [{"metric": "passed", "direction": "max"}],
}
names = st.lists(st.sampled_from(["a", "b", "[x]", "c.py", "d.py", "*.py"]), min_size=1, max_size=3)


@settings(max_examples=40)
@given(st.dictionaries(names.map("/".join), st.booleans(), max_size=12), st.sampled_from(["", ".py"]))
def test_globs_mean_the_wanted_files_and_no_others(there: dict[str, bool], suffix: str) -> None:
    folders = {path.rsplit("/", number)[0] for path in there for number in range(1, path.count("/") + 1)}
    files = {path: "" for path in there if path not in folders and path.endswith(suffix)}
    wanted = {path for path in files if there[path]}
    globs = cover(wanted, Disk(dict.fromkeys(files, 0), frozenset()), suffix)
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), files)
        manifest = Manifest.model_validate(MANIFEST | {"source": ".", "support": globs})
        assert set(Target(root, manifest).support) == wanted
