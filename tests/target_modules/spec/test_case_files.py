from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.spec.cases_file import read_cases
from pygent.target_modules.spec.manifest import TargetError


def written(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_a_case_is_a_call_its_answer_and_tolerances(tmp_path: Path) -> None:
    line = '{"args": [1, {"$tuple": [2]}], "kwargs": {"k": {"a": 1}}, "expected": {"$set": [1]}, "rel": 0.5}'
    (case,) = read_cases(written(tmp_path, f"\n{line}\r\n\n"))
    assert case.call.args == (1, (2,))
    assert case.call.kwargs == {"k": {"a": 1}}
    assert case.expected == {1}
    assert (case.rel, case.abs) == (0.5, 0.0)


def test_line_separators_within_a_string_do_not_end_the_line(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, '{"args": ["a\u2028b\x85c"], "expected": null}\n'))
    assert case.call.args == ("a\u2028b\x85c",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"args": [], "expect": 1}', ":2: expect: unknown key"),
        ('{"args": []}', ":2: expected: missing key"),
        ('{"expected": 1}', ":2: args: missing key"),
        ('{"args": 1, "expected": 1}', ":2: args: must be an array"),
        ('{"args": [], "kwargs": [], "expected": 1}', ":2: kwargs: must be an object"),
        ('{"args": [], "expected": 1, "rel": -1}', ":2: rel: must be a number"),
        ('{"args": [], "expected": 1, "abs": true}', ":2: abs: must be a number"),
        ('{"args": [], "expected": NaN}', ":2: bare NaN"),
        ('{"args": [], "args": [], "expected": 1}', ":2: a key occurs twice"),
        ('{"args": [}', ":2: not JSON"),
        ("[1]", ":2: a case is a JSON object, not list"),
        ('{"args": [{"$int": "zz"}], "expected": 1}', ":2: $int"),
    ],
)
def test_a_bad_line_is_named_with_its_file_line_and_key(tmp_path: Path, line: str, said: str) -> None:
    file = written(tmp_path, '{"args": [], "expected": 1}\n' + line + "\n")
    with pytest.raises(TargetError) as raised:
        read_cases(file)
    assert str(raised.value).startswith(f"{file}{said}")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"), [("", "no cases"), ("\n \n", "no cases"), (b"\xff\xfe", "not UTF-8")]
)
def test_a_bad_file_is_named(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        read_cases(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"gone\.jsonl: cannot be read"):
        read_cases(tmp_path / "gone.jsonl")
