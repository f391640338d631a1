"""Functions at hand as targets, and `pygent.bench`."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import pygent
from pygent.testing import LocalSandbox
from pygent.testing.small_target import BUGGY, FIXED


def middle(numbers: list[int]) -> int:
    """For targets that are refused."""
    return sorted(numbers)[len(numbers) // 2]


CASES = [(([3, 1, 2],), 2), (([5],), 5), (([9, 7, 8, 1, 2],), 7), (([4, 4, 1],), 4)]
AT_HAND = """
def middle(numbers):
    return sorted(numbers)[len(numbers) // 2 - 1]
"""


def test_a_function_at_hand_is_evolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "at_hand.py").write_text(AT_HAND)
    monkeypatch.syspath_prepend(str(tmp_path))
    middle = importlib.import_module("at_hand").middle
    target = pygent.target(function=middle, cases=CASES, home=tmp_path)
    assert target.name == "middle"
    run = pygent.evolve(
        target, home=tmp_path, seed=1, proposer="mutate", evaluations=200, until=1, sandbox=LocalSandbox()
    )
    assert run.best is not None
    assert run.best.score == 1
    again = pygent.target(function=middle, cases=CASES, home=tmp_path)
    assert again.root == target.root


@pytest.mark.parametrize(
    ("function", "cases", "words"),
    [
        (len, CASES, "not a function of a module"),
        (middle, [], "middle: no cases"),
        (middle, [1], "case 1: not a pair of arguments and answer"),
        (middle, [((1,), object())], "case 1: "),
    ],
    ids=["builtin", "no cases", "no pair", "not plain"],
)
def test_what_is_no_target_is_one_clear_line(
    tmp_path: Path, function: object, cases: list[object], words: str
) -> None:
    with pytest.raises(pygent.TargetError) as raised:
        pygent.target(function=function, cases=cases, home=tmp_path)  # type: ignore[arg-type]
    assert words in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_target_is_measured_as_it_is_as_text_by_path_and_as_a_folder(target: Path, tmp_path: Path) -> None:
    box = LocalSandbox()
    assert pygent.bench(target, sandbox=box).score == pytest.approx(2 / 3)
    assert pygent.bench(target, FIXED, sandbox=box).score == 1
    assert pygent.bench(target, {"ranges.py": FIXED}, sandbox=box).score == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ranges.py").write_text(FIXED)
    assert pygent.bench(target, tmp_path / "other", sandbox=box).score == 1
    held_out = pygent.bench(target, held_out=True, sandbox=box, seed=1)
    assert (held_out.split, held_out.seed, held_out.graded) == ("held_out", 1, True)


def test_a_source_that_fails_is_a_result(target: Path) -> None:
    failed = pygent.bench(target, "def outside(:", sandbox=LocalSandbox())
    assert not failed.graded
    assert failed.reason


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"nowhere.py": ""}, "outside has no nowhere.py; it has ranges.py"),
        (Path("nowhere"), "nowhere is not a folder"),
    ],
    ids=["unknown file", "no folder"],
)
def test_a_source_that_does_not_fit_is_one_clear_line(target: Path, source: object, words: str) -> None:
    with pytest.raises(pygent.TargetError, match=words):
        pygent.bench(target, source, sandbox=LocalSandbox())  # type: ignore[arg-type]


def test_one_text_for_several_files_is_refused(target: Path) -> None:
    (target / "src" / "more.py").write_text("")
    manifest = target / "target.toml"
    manifest.write_text(manifest.read_text().replace('["ranges.py"]', '["ranges.py", "more.py"]'))
    with pytest.raises(pygent.TargetError, match="outside has 2 files: give their texts by path"):
        pygent.bench(target, BUGGY, sandbox=LocalSandbox())


def test_an_unknown_target_is_one_clear_line() -> None:
    with pytest.raises(pygent.TargetError, match="nowhere: no such target"):
        pygent.bench("nowhere", sandbox=LocalSandbox())


@pytest.mark.bubblewrap
def test_limits_are_waived_as_for_a_run(target: Path) -> None:
    limits = "memory,processes,cpu,inodes"
    assert pygent.bench(target, FIXED, sandbox="bubblewrap", waive=limits).score == 1
