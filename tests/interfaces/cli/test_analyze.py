"""`pygent analyze`: what it prints, and what it says where there is nothing to print."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.benchmarks.testing.spectrum import SpectrumUnavailableError
from pygent.target_modules.fault_localization import Spectrum
from pygent.testing.small_target import BUGGY, FIXED, write_small_target
from tests.support.cli import pygent

HELPED = '''"""How far a value lies outside of a range."""


def above(value, high):
    return value + high


def outside(value, low, high):
    if value > high:
        return above(value, high)
    return max(low - value, 0)
'''


def test_lines_and_symbols_are_ranked_with_the_tests_that_ran_them(tmp_path: Path, local: None) -> None:
    done = pygent("analyze", write_small_target(tmp_path / "target"))
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "outside: 4 of 12 tests fail"
    rows = [row.split(maxsplit=5) for row in done.out.partition("lines\n")[2].splitlines()]
    assert rows == [
        ["score", "failing", "passing", "place", "symbol", "source"],
        ["1.000", "4", "0", "ranges.py:8", "outside", "return value + high"],
        ["0.667", "4", "5", "ranges.py:7", "outside", "if value > high:"],
        ["0.577", "4", "8", "ranges.py:5", "outside", "if value < low:"],
    ]


def test_json_says_the_same(tmp_path: Path, local: None) -> None:
    done = pygent("analyze", write_small_target(tmp_path / "target"), "--top", 2, "--json")
    assert done.code == 0, done.err
    told = done.json
    assert (told["target"], told["tests"]) == ("outside", 12)
    assert told["failing"] == ["case 8", "case 9", "case 10", "case 11"]
    assert [(one["path"], one["line"]) for one in told["lines"]] == [("ranges.py", 8), ("ranges.py", 7)]
    assert told["symbols"] == told["lines"][:1]
    assert told["lines"][0]["score"] == 1.0


def test_lines_that_may_not_be_changed_are_shown_where_they_are_asked_for(
    tmp_path: Path, local: None
) -> None:
    target = write_small_target(tmp_path / "target", source=HELPED)
    usual, everything = pygent("analyze", target).out, pygent("analyze", target, "--all").out
    assert "above(value, high)" in usual
    assert "return value + high" not in usual
    assert "return value + high" in everything
    manifest = target / "target.toml"
    manifest.write_text(manifest.read_text().replace("ranges.py:outside", "else.py"))
    assert "--all shows the others" in pygent("analyze", target).out


def test_where_no_test_fails_it_says_so(tmp_path: Path, local: None) -> None:
    target = write_small_target(tmp_path / "target", source=FIXED)
    done = pygent("analyze", target)
    assert (done.code, done.out) == (0, "outside: 12 tests, none of them fails: nothing to localise\n")
    assert pygent("analyze", target, "--json").json["lines"] == []


def test_a_suite_whose_tests_cannot_fail_is_refused(local: None) -> None:
    done = pygent("analyze", "text_distance")
    assert (done.code, done.out) == (2, "")
    assert "timing has no tests that could fail" in done.err


def test_a_module_that_cannot_be_imported_is_one_line(tmp_path: Path, local: None) -> None:
    done = pygent(
        "analyze", write_small_target(tmp_path / "target", source=f"import nothing_like_it\n{BUGGY}")
    )
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "nothing_like_it" in done.err


def test_what_stands_in_the_source_does_not_steer_a_terminal(
    tmp_path: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = BUGGY.replace("value + high", "value + high  # \x1b[31m [bold]")
    done = pygent("analyze", write_small_target(tmp_path / "target", source=source))
    assert "\x1b" not in done.out
    assert "[bold]" in done.out


def test_an_answer_of_the_box_that_is_none_is_told_in_one_line(
    tmp_path: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nonsense(*args: object) -> Spectrum:
        raise SpectrumUnavailableError("an answer that is no report of tests")

    monkeypatch.setattr("pygent.benchmarks.testing.spectrum.take_spectrum", nonsense)
    done = pygent("analyze", write_small_target(tmp_path / "target"))
    assert done.code == 1
    assert done.err == "pygent: an answer that is no report of tests\n"


@pytest.mark.engine
def test_in_a_real_sandbox(tmp_path: Path) -> None:
    done = pygent("analyze", write_small_target(tmp_path / "target"), "--sandbox", "docker", "--json")
    assert done.code == 0, done.err
    assert done.json["lines"][0]["text"] == "return value + high"
