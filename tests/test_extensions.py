"""Extension points: what a reference may be, what it loads, and what one is told if it cannot be used."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest

from pygent.extensions import ExtensionError, Registry, describe, file_of, is_reference, read

WRITTEN = """
from dataclasses import dataclass


@dataclass
class Walker:
    legs: int = 2

    def walk(self):
        return f"on {self.legs}"


class Stone:
    pass


def hopper():
    return Walker(1)


legs = 4
"""


class Animal(Protocol):
    def walk(self) -> str: ...


class Dog:
    def walk(self) -> str:
        return "on 4"


def registry(**bundled: str) -> Registry[Animal]:
    names = {"dog": f"{__name__}:Dog", **bundled}
    return Registry("animal", "pygent.test_animals", names, ("walk",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my_walker.py"
    path.write_text(WRITTEN)
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on `sys.path` with a package that declares entry points, one of them with a bundled name."""
    site = tmp_path / "site"
    info = site / "zoo-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zoo\nVersion: 1.0\n")
    points = "walker = zoo_animals:Walker\ndog = zoo_animals:Stone\nextra = zoo_animals:hopper [legs]\n"
    (info / "entry_points.txt").write_text(f"[pygent.test_animals]\n{points}empty = zoo_animals\n")
    (site / "zoo_animals.py").write_text(WRITTEN)
    monkeypatch.syspath_prepend(str(site))
    yield site
    sys.modules.pop("zoo_animals", None)


@dataclass(frozen=True)
class Told:
    """What a reference that cannot be used is answered with, in one line."""

    reference: str
    words: str


def test_a_bundled_name_is_imported_when_it_is_used() -> None:
    animals = registry(ghost="no_such_module_of_ours:Ghost")
    assert animals.load("dog")().walk() == "on 4"
    with pytest.raises(ExtensionError, match=r"^animal no_such_module_of_ours:Ghost: cannot be imported"):
        animals.load("ghost")


def test_an_unknown_name_is_answered_with_all_names(installed: Path) -> None:
    with pytest.raises(ExtensionError, match=r"no animal 'cat'; choose one of dog, walker, extra, empty,"):
        registry().check("cat")
    with pytest.raises(ExtensionError, match="no animal 'cat'"):
        registry().load("cat")


def test_entry_points_of_installed_packages_are_names_and_bundled_ones_come_first(installed: Path) -> None:
    animals = registry()
    assert animals.names() == ["dog", "walker", "extra", "empty"]
    assert animals.load("walker")().walk() == "on 2"
    assert animals.load("extra")().walk() == "on 1"
    assert animals.load("dog") is Dog
    with pytest.raises(ExtensionError, match="zoo_animals: names no class"):
        animals.load("empty")


def test_a_module_of_an_installed_package_is_imported(installed: Path) -> None:
    assert registry().load("zoo_animals:Walker")().walk() == "on 2"
    assert registry().check("zoo_animals:Walker") == "zoo_animals:Walker"


def test_a_file_is_loaded_from_its_path_alone_under_a_private_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    before = list(sys.path)
    loaded = registry().load("./my_walker.py:Walker")
    assert loaded().walk() == "on 2"
    assert sys.path == before
    assert "my_walker" not in sys.modules
    assert loaded.__module__.startswith("pygent_extension_")
    assert sorted(path.name for path in file.parent.iterdir()) == ["my_walker.py"]


def test_a_file_does_not_see_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "neighbour_of_mine.py").write_text("raise RuntimeError('imported')\n")
    (tmp_path / "mine.py").write_text("import neighbour_of_mine\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place not in ("", str(tmp_path))])
    with pytest.raises(ExtensionError, match="ModuleNotFoundError: No module named 'neighbour_of_mine'"):
        registry().load("./mine.py:Walker")


def test_the_command_does_not_see_the_current_folder(tmp_path: Path) -> None:
    """The same in a process of the command: `-m` puts the current folder on the path, and it is taken off."""
    (tmp_path / "zoo_here.py").write_text("raise RuntimeError('imported')\n")
    words = [
        "-m",
        "pygent",
        "evolve",
        "online_bin_packing",
        "--attempts",
        "1",
        "--selector",
        "zoo_here:Walker",
    ]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "ModuleNotFoundError: No module named 'zoo_here'" in done.stderr


def test_relative_paths_start_at_the_given_folder(file: Path) -> None:
    folder = file.parent
    assert registry().load("./my_walker.py:Walker", folder=folder)().walk() == "on 2"
    assert file_of("my_walker.py:Walker", folder) == file
    assert file_of(f"{file}:Walker", Path("/elsewhere")) == file
    assert file_of("zoo:Walker") is None


def test_a_file_is_run_once_for_all_that_is_asked_of_it(tmp_path: Path) -> None:
    (tmp_path / "counts.py").write_text(
        "import builtins\nbuiltins.runs_of_counts = getattr(builtins, 'runs_of_counts', 0) + 1\n"
        "runs = builtins.runs_of_counts\nclass One:\n    walk = runs\nclass Two:\n    walk = runs\n"
    )
    animals = registry()
    one, two = (animals.load(f"counts.py:{name}", folder=tmp_path) for name in ("One", "Two"))
    assert (one.walk, two.walk) == (1, 1)  # type: ignore[attr-defined]
    assert one.__module__ == two.__module__


def test_new_content_is_loaded_anew(file: Path) -> None:
    animals = registry()
    first = animals.load(f"{file}:Walker")
    file.write_text(WRITTEN.replace("legs: int = 2", "legs: int = 8"))
    assert animals.load(f"{file}:Walker")().walk() == "on 8"
    assert first().walk() == "on 2"


def test_the_bytes_that_were_hashed_are_the_bytes_that_run(file: Path) -> None:
    source = read(f"{file}:Walker")
    assert source is not None
    assert (source.path, source.digest) == (file, sha256(WRITTEN.encode()).hexdigest())
    assert registry().load(f"{file}:Walker", digest=source.digest)().walk() == "on 2"
    file.write_text(WRITTEN + "# another\n")
    with pytest.raises(ExtensionError, match=r"^animal: .*my_walker\.py has changed since the run began"):
        registry().load(f"{file}:Walker", digest=source.digest)
    assert read("zoo:Walker") is None


@pytest.mark.parametrize(
    "told",
    [
        Told("./missing.py:Walker", r"missing\.py cannot be read: No such file"),
        Told("./folder.py:Walker", r"folder\.py cannot be read: Is a directory"),
        Told("./my_walker.py:Nobody", r"my_walker\.py has no Nobody"),
        Told("./my_walker.py:Walker.nobody", r"my_walker\.py has no Walker\.nobody"),
        Told("./my_walker.py:", r"\./my_walker\.py:: names no class"),
        Told("./my_walker.py:legs", r"legs of .*my_walker\.py is not a class or function"),
        Told("./my_walker.py:Stone", r"it has no walk"),
        Told("./my_walker:Walker", r"\./my_walker:Walker: write \./my_walker\.py:Walker"),
        Told("./broken.py:Walker", r"broken\.py: cannot be loaded: SyntaxError: "),
        Told("./raises.py:Walker", r"raises\.py: cannot be loaded: ValueError: two lines$"),
        Told("./exits.py:Walker", r"exits\.py: cannot be loaded: SystemExit: 3"),
        Told("./bytes.py:Walker", r"bytes\.py: cannot be loaded: SyntaxError: "),
        Told("no_such_package:Walker", r"animal no_such_package:Walker: cannot be imported: ModuleNotFound"),
        Told("json:Walker", r"has no Walker"),
        Told("json:", r"json:: names no class"),
        Told(":Walker", r":Walker: cannot be imported"),
        Told("~no-such-user-here/a.py:Walker", r"~no-such-user-here/a\.py:Walker: "),
    ],
    ids=lambda told: told.reference,
)
def test_what_cannot_be_used_is_answered_with_one_clear_line(file: Path, told: Told) -> None:
    folder = file.parent
    (folder / "folder.py").mkdir()
    (folder / "broken.py").write_text("class Walker(:\n")
    (folder / "raises.py").write_text("raise ValueError('two\\nlines')\n")
    (folder / "exits.py").write_text("import sys\nsys.exit(3)\n")
    (folder / "bytes.py").write_bytes(b"\xff\x00")
    modules = set(sys.modules)
    with pytest.raises(ExtensionError, match=told.words) as caught:
        registry().load(told.reference, folder=folder)
    assert "\n" not in str(caught.value)
    left = {name for name in set(sys.modules) - modules if name.startswith("pygent_extension_")}
    assert all(sys.modules[name].__file__ == str(file) for name in left)


def test_a_factory_may_stand_for_a_class(file: Path) -> None:
    assert registry().load(f"{file}:hopper")().walk() == "on 1"


def test_an_object_is_recorded_by_its_class_and_is_not_loaded_again() -> None:
    animals = registry()
    recorded = describe(Dog())
    assert recorded == describe(Dog) == f"object:{__name__}.Dog"
    assert animals.check(recorded) == recorded
    with pytest.raises(
        ExtensionError, match=re.escape(f"{__name__}.Dog was an object in Python; go on from")
    ):
        animals.load(recorded)


def test_an_object_is_looked_at_before_it_is_used() -> None:
    dog = Dog()
    assert registry().conforming(dog, describe(dog)) is dog
    with pytest.raises(ExtensionError, match=r"^animal object:builtins\.int: it has no walk$"):
        registry().conforming(3, describe(3))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("dog", False), ("zoo:Dog", True), ("./zoo.py:Dog", True), ("object:zoo.Dog", False), (3, False)],
)
def test_references_are_told_from_names(value: object, expected: bool) -> None:
    assert is_reference(value) is expected
