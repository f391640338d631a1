"""Ochiai, the ranking made of it, and what becomes of a line's weight while its file changes."""

from __future__ import annotations

import math
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.target_modules.fault_localization import LineWeights, Spectrum, by_symbol, ochiai, suspects
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import split_lines

counts = st.integers(0, 200)


@given(hits=counts, missed=counts, passing=counts)
def test_ochiai_is_between_none_and_all_of_it(hits: int, missed: int, passing: int) -> None:
    score = ochiai(hits, hits + missed, passing)
    assert 0.0 <= score <= 1.0
    assert (score == 0.0) == (hits == 0)
    if hits:
        assert math.isclose(score, hits / math.sqrt((hits + missed) * (hits + passing)))
        assert (score == 1.0) == (missed == 0 and passing == 0)
        assert ochiai(hits, hits + missed, passing + 1) < score
        assert ochiai(hits + 1, hits + missed + 1, passing) > score or score == 1.0


TEXT = dedent(
    '''\
    """Two functions."""
    LIMIT = 3


    def low(a):
        if a < LIMIT:
            return sum(
                (a, 1),
            )
        # neither
        return a


    class Box:
        def high(self, a):
            return a + LIMIT
    '''
)
TREE = Tree({"m.py": TEXT, "other.py": "def never(a):\n    return a\n"})
# tests 0 and 1 fail, 2 and 3 pass, 4 does not count
SPECTRUM = Spectrum(
    ("a", "b", "c", "d", "e"),
    failing=0b00011,
    passing=0b01100,
    lines={"m.py": {6: 0b11111, 7: 0b00011, 8: 0b00001, 11: 0b11100, 16: 0b00101}},
    imported={"m.py": frozenset({1, 2, 5, 14, 15})},
)


def test_lines_of_failing_tests_are_ranked_and_ties_go_by_place() -> None:
    ranked = suspects(SPECTRUM, TREE, ["m.py"])
    assert [(one.line, one.symbol, one.failing, one.passing) for one in ranked] == [
        (7, "low", 2, 0),
        (6, "low", 2, 2),
        (8, "low", 1, 0),
        (16, "Box.high", 1, 1),
    ]
    assert [one.score for one in ranked] == pytest.approx([1.0, 0.7071, 0.7071, 0.5], abs=1e-4)
    assert ranked[0].text == "return sum("
    assert [(one.symbol, one.line) for one in by_symbol(ranked)] == [("low", 7), ("Box.high", 16)]


@pytest.mark.parametrize(
    ("editable", "lines"),
    [
        (["**/*.py"], {6, 7, 8, 16}),
        (["m.py:low"], {6, 7, 8}),
        (["m.py:Box"], {16}),
        (["m.py:Bo"], set()),
        (["other.py"], set()),
    ],
)
def test_each_line_says_whether_it_may_be_changed(editable: list[str], lines: set[int]) -> None:
    ranked = suspects(SPECTRUM, TREE, editable)
    assert len(ranked) == 4
    assert {one.line for one in ranked if one.editable} == lines


def test_lines_between_markers_may_be_changed() -> None:
    text = "def f(a):\n    # EVOLVE-BLOCK-START\n    a += 1\n    # EVOLVE-BLOCK-END\n    return a\n"
    spectrum = Spectrum(("a",), 1, 0, {"m.py": {3: 1, 5: 1}}, {})
    ranked = suspects(spectrum, Tree({"m.py": text}), ["m.py:EVOLVE-BLOCK"])
    assert [(one.line, one.editable) for one in ranked] == [(3, True), (5, False)]


def test_a_source_that_does_not_parse_is_ranked_without_symbols() -> None:
    spectrum = Spectrum(("a",), 1, 0, {"m.py": {1: 1, 99: 1}}, {})
    (one,) = suspects(spectrum, Tree({"m.py": "def f(:\n"}), ["m.py"])
    assert (one.line, one.symbol, one.score) == (1, "", 1.0)


def weights() -> list[float]:
    return LineWeights.of(SPECTRUM, TREE).of_lines("m.py", TEXT)


def test_a_statement_weighs_as_its_most_suspicious_line_and_a_comment_as_what_is_before_it() -> None:
    found = weights()
    assert found[6:9] == [1.0, 1.0, 1.0]  # the whole of `return sum(...)`
    assert found[9] == 1.0  # the comment
    assert found[10] == 0.0  # run by passing tests only


def test_what_runs_at_import_weighs_as_if_every_test_ran_it_but_a_function_s_head_nothing() -> None:
    found = weights()
    assert found[1] == pytest.approx(math.sqrt(0.5))  # LIMIT
    assert found[4] == found[14] == 0.0


def test_files_that_cannot_be_changed_are_left_out() -> None:
    assert LineWeights.of(SPECTRUM, TREE, ["other.py"]).to_json() == {}


def test_weights_survive_the_archive() -> None:
    found = LineWeights.of(SPECTRUM, TREE)
    again = LineWeights.from_json(TREE, found.to_json())  # type: ignore[arg-type]
    assert again.of_lines("m.py", TEXT) == weights()


def test_a_changed_line_keeps_its_weight_and_a_new_one_has_its_neighbours() -> None:
    found = LineWeights.of(SPECTRUM, TREE)
    changed = TEXT.replace("    if a < LIMIT:\n", "    if a <= LIMIT:\n")
    assert found.of_lines("m.py", changed) == weights()
    longer = TEXT.replace("    # neither\n", "    # neither\n    assert a\n")
    assert found.of_lines("m.py", longer) == [*weights()[:10], 1.0, *weights()[10:]]
    shorter = TEXT.replace("        return a + LIMIT\n", "")
    assert found.of_lines("m.py", shorter) == weights()[:15]


@given(data=st.data())
def test_every_line_of_a_descendant_has_a_weight_that_its_file_had(data: st.DataObject) -> None:
    lines = split_lines(TEXT)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(lines)))
        end = data.draw(st.integers(start, len(lines)))
        new = data.draw(st.lists(st.sampled_from(["    a += 1\n", "\n", "    return a\n"]), max_size=3))
        lines[start:end] = new
    text = "".join(lines)
    found = LineWeights.of(SPECTRUM, TREE).of_lines("m.py", text)
    assert len(found) == len(lines)
    assert set(found) <= {*weights(), 0.0}


def test_a_file_that_no_test_ran_weighs_nothing() -> None:
    assert LineWeights.of(SPECTRUM, TREE).of_lines("other.py", TREE["other.py"]) == [0.0, 0.0]
    assert LineWeights.of(SPECTRUM, TREE).of_lines("new.py", "x = 1\n") == [0.0]
