from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.spec.target_registry import bundled, find_target, in_order, with_dependencies


def made(root: Path, name: str, *depends: str) -> Target:
    folder = root / name
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "m.py").write_text("def f(): return 1\n")
    (folder / "cases.jsonl").write_text('{"args": [], "expected": 1}\n')
    quoted = ", ".join(f'"{one}"' for one in depends)
    (folder / "target.toml").write_text(
        f'name = "{name}"\ngoal = "g"\neditable = ["m.py"]\nentry = "m:f"\ndepends = [{quoted}]\n'
        '[suite]\nkind = "cases"\ncases = "cases.jsonl"\n'
        '[[objectives]]\nmetric = "passed"\ndirection = "max"\n'
    )
    return load(folder)


def test_a_bundled_target_is_found_by_name_and_any_by_its_folder(tmp_path: Path) -> None:
    target = made(tmp_path, "mine")
    assert find_target("text_distance").name == "text_distance"
    assert find_target(str(tmp_path / "mine")).root == target.root
    assert find_target(str(tmp_path / "mine" / "target.toml")).root == target.root


def test_a_bundled_name_means_the_bundled_target_though_a_folder_here_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "text_distance")
    monkeypatch.chdir(tmp_path)
    assert find_target("text_distance").manifest.suite.kind == "timing"
    assert find_target("./text_distance").manifest.suite.kind == "cases"


@pytest.mark.parametrize("name", ["nobody", "no/such/folder", "../text_distance", ""])
def test_an_unknown_target_is_answered_with_the_names_that_exist(name: str) -> None:
    with pytest.raises(TargetError) as raised:
        find_target(name)
    assert "\n" not in str(raised.value)


def test_the_answer_to_an_unknown_name_lists_the_bundled_ones() -> None:
    with pytest.raises(TargetError, match=r"circle_packing, coding_agent, online_bin_packing"):
        find_target("nobody")


def test_targets_come_after_those_they_build_on(tmp_path: Path) -> None:
    targets = [
        made(tmp_path, "a", "b", "c"),
        made(tmp_path, "b", "c"),
        made(tmp_path, "c"),
        made(tmp_path, "d"),
    ]
    assert [target.name for target in in_order(targets)] == ["c", "d", "b", "a"]


def test_a_cycle_is_named(tmp_path: Path) -> None:
    targets = [
        made(tmp_path, "a", "b"),
        made(tmp_path, "b", "c"),
        made(tmp_path, "c", "a"),
        made(tmp_path, "d"),
    ]
    with pytest.raises(TargetError, match=r"target\.toml: depends: a cycle: ") as raised:
        in_order(targets)
    names = str(raised.value).rpartition("cycle: ")[2].split(" -> ")
    assert names[0] == names[-1]
    builds_on = {("a", "b"), ("b", "c"), ("c", "a")}
    assert set(pairwise(names)) == builds_on


def test_a_target_that_builds_on_itself_is_a_cycle(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="a cycle: a -> a"):
        in_order([made(tmp_path, "a", "a")])


def test_a_missing_dependency_is_named(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"a/target\.toml: depends: no target is named gone"):
        in_order([made(tmp_path, "a", "gone")])


def test_two_targets_of_one_name_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"name: a is also in"):
        in_order([made(tmp_path, "a"), made(tmp_path / "other", "a")])


def test_dependencies_are_sought_beside_a_target_and_among_the_bundled(tmp_path: Path) -> None:
    made(tmp_path, "b", "text_distance")
    made(tmp_path, "unrelated", "nothing-that-exists")
    target = made(tmp_path, "a", "b")
    assert [one.name for one in with_dependencies(target)] == ["text_distance", "b", "a"]


def test_bundled_targets_can_be_ordered() -> None:
    assert {target.name for target in in_order(bundled())} == {target.name for target in bundled()}
