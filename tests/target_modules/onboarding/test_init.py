from __future__ import annotations

import json
from pathlib import Path

import pytest

from pygent.target_modules.onboarding.module_target import init
from pygent.target_modules.spec.manifest import TargetError, load

AREA = "def area(w, h):\n    return w + h\n\n\n"
SOURCE = AREA + "class Box:\n    @staticmethod\n    def put(x):\n        return x\n"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    file = tmp_path / "lib" / "shapes.py"
    file.write_text(SOURCE)
    return file


def cases_of(tmp_path: Path, count: int) -> Path:
    file = tmp_path / "given.jsonl"
    file.write_text("".join(json.dumps({"args": [n, 2], "expected": 2 * n}) + "\n" for n in range(count)))
    return file


def test_the_target_reads_the_real_source_where_it_lies(tmp_path: Path, module: Path) -> None:
    made = init(module, "area", cases_of(tmp_path, 3), tmp_path / "out")
    target = load(tmp_path / "out")
    assert made.target == target
    assert target.source == module.parent
    assert target.tree().files == {"shapes.py": SOURCE}
    assert target.manifest.entry == "shapes:area"
    assert (target.manifest.suite.kind, target.primary.metric) == ("cases", "passed")


def test_speed_makes_a_timing_target(tmp_path: Path, module: Path) -> None:
    made = init(module, "area", cases_of(tmp_path, 3), tmp_path / "out", objective="speed")
    assert (made.target.manifest.suite.kind, made.target.primary.metric) == ("timing", "speedup")


def test_ten_cases_and_more_are_split_always_in_the_same_way(tmp_path: Path, module: Path) -> None:
    given = cases_of(tmp_path, 20)
    parts = []
    for out in (tmp_path / "one", tmp_path / "two"):
        made = init(module, "area", given, out)
        assert made.target.manifest.suite.held_out == "held_out.jsonl"
        parts.append([(out / name).read_text().splitlines() for name in ("cases.jsonl", "held_out.jsonl")])
    assert parts[0] == parts[1]
    search, held_out = parts[0]
    assert (len(search), len(held_out)) == (14, 6)
    assert sorted(search + held_out) == sorted(given.read_text().splitlines())


def test_fewer_cases_are_all_search_cases_and_that_is_said(tmp_path: Path, module: Path) -> None:
    made = init(module, "area", cases_of(tmp_path, 9), tmp_path / "out")
    assert made.target.manifest.suite.held_out is None
    assert "all 9 cases are search cases" in made.notes[0]


def test_names_that_toml_must_escape_survive(tmp_path: Path) -> None:
    folder = tmp_path / 'odd "name"\t\\ \u00e9'
    folder.mkdir()
    (folder / "shapes.py").write_text(SOURCE)
    made = init(folder / "shapes.py", "area", cases_of(tmp_path, 3), tmp_path / "Out Folder!")
    assert made.target.source == folder
    assert made.target.name == "out-folder"


def test_a_method_that_needs_no_object_can_be_the_entry(tmp_path: Path, module: Path) -> None:
    made = init(module, "Box.put", cases_of(tmp_path, 3), tmp_path / "out")
    assert made.target.manifest.entry == "shapes:Box.put"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("volume", "has no function volume"),
        ("Box", "is a class"),
        ("area.inner", "has no function area.inner"),
    ],
)
def test_a_function_that_is_not_there_is_refused(
    tmp_path: Path, module: Path, function: str, said: str
) -> None:
    refused(tmp_path, module, function, said)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("gone.py", None, "gone.py cannot be read"),
        ("broken.py", "def area(:\n", "broken.py does not parse"),
        ("not-a-name.py", SOURCE, "is not a Python module"),
        ("shapes.txt", SOURCE, "is not a Python module"),
        ("later.py", "async def area(): ...\n", "is async"),
    ],
)
def test_a_module_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    refused(tmp_path, file, "area", said)


def refused(tmp_path: Path, module: Path, function: str, said: str) -> None:
    given = cases_of(tmp_path, 12)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TargetError) as raised:
        init(module, function, given, tmp_path / "out")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert sorted(tmp_path.iterdir()) == before


def test_bad_cases_are_refused_by_line_and_nothing_is_written(tmp_path: Path, module: Path) -> None:
    given = cases_of(tmp_path, 3)
    given.write_text(given.read_text() + '{"args": [], "expect": 1}\n')
    with pytest.raises(TargetError, match=r"given\.jsonl:4: expect: unknown key"):
        init(module, "area", given, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, module: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("keep")
    with pytest.raises(TargetError, match="exists and is not an empty folder"):
        init(module, "area", cases_of(tmp_path, 3), out)
    assert [file.name for file in out.iterdir()] == ["mine.txt"]


def test_an_empty_folder_may_be_there_and_nothing_is_left_beside_it(tmp_path: Path, module: Path) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "out").mkdir()
    init(module, "area", cases_of(tmp_path, 3), tmp_path / "targets" / "out")
    assert [file.name for file in (tmp_path / "targets").iterdir()] == ["out"]
