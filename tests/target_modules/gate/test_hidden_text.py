"""What a reviewer would read otherwise than Python is a finding; what merely is not English is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.target_modules.gate.hidden_text import check

OLD = "def f(x):\n    return x\n"


def rules(new: str, old: str = OLD, scripts: tuple[str, ...] = ()) -> list[str]:
    return [one.rule for one in check("m.py", old, new, scripts)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("\u3164 = 1", "hidden_text"),  # a Hangul filler is a legal name
        ("\uffa0 = f(\uffa0)", "hidden_text"),
        ("a\ufe0f = 1", "hidden_text"),  # a variation selector inside of one
        ("a = 1  # fine\u2800", "hidden_text"),
        ("a =\u00a01", "hidden_text"),
        ("a = 1 \u200b", "hidden_text"),
        ("a = 1  # \x1b[2J", "hidden_text"),
        ("\u0430 = 1", "name"),  # Cyrillic
        ("\uff45val = 1", "name"),  # folded into `eval`
        ("\u03c0 = 3", "name"),
        ("def \u0441lose(): pass", "name"),
        ("a.\u0435xp", "name"),
        ("a = f'{\u0430}'", "name"),
        ("a = f'{x!r} {\u0430 + 1}'", "name"),
        ("# -*- coding: latin-1 -*-", "encoding"),
        ("a = 1  # \u202e", "hidden_text"),
    ],
)
def test_is_found_with_its_line(line: str, rule: str) -> None:
    new = f"{line}\n{OLD}" if rule == "encoding" else f"{OLD}\n{line}\n"
    found = list(check("m.py", OLD, new))
    assert rule in {one.rule for one in found}
    assert {one.line for one in found} == {1 if rule == "encoding" else 4}
    assert all(one.message.isprintable() and one.message.isascii() for one in found)


@pytest.mark.parametrize(
    "line",
    [
        "a = 'Grüße, 世界 🙂'",
        "a = '\u3164\u200b\ufe0f'",  # shown as escapes
        'a = """\n\u2800\n"""',
        "a = 1  # größer als 世界",
        "a = f'größer {x} 世界'",
        "\fa = 1",
        "a = 'é' + f(1)",
    ],
)
def test_other_languages_in_strings_and_comments_are_left_alone(line: str) -> None:
    assert rules(f"{OLD}\n{line}\n") == []


def test_what_was_there_before_and_what_the_manifest_allows_is_no_finding() -> None:
    greek = "π = 3.14\n"
    assert rules(f"{greek}a = π\n", greek) == []
    assert rules(greek, "", ("Greek",)) == []
    assert rules("πа = 3\n", "", ("GREEK",)) == ["name"]  # the second letter is Cyrillic


def test_a_file_that_is_no_python_yields_what_was_seen_until_then() -> None:
    assert rules("\u0430 = 1\n'''\n") == ["name"]
    assert rules("é = (") == ["name"]


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    found = [one for one in check("m.py", "", text) if one.rule != "encoding"]
    assert all(one.message.isascii() for one in found)
    assert [one for one in check("m.py", text, text) if one.rule != "encoding"] == []
