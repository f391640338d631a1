"""What programs said is printed as JSON that any reader takes and no terminal obeys."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.interfaces.cli.session import print_json


def printed(capsys: pytest.CaptureFixture[str], value: object) -> str:
    print_json(value)
    return capsys.readouterr().out


def test_a_lone_surrogate_and_marks_that_turn_text_around_are_escaped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = "lone \ud800, turned \u202e, c1 \x9b31m, esc \x1b[2J, ünïcode"
    out = printed(capsys, {"said": text})
    assert json.loads(out) == {"said": text}
    out.encode()
    assert "ünïcode" in out
    assert all(char.isprintable() or char == "\n" for char in out)


@given(st.text(st.characters(exclude_categories=())))
def test_all_text_comes_back(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        written: list[str] = []
        patch.setattr("sys.stdout.write", written.append)
        print_json([text])
    assert json.loads("".join(written)) == [text]
    "".join(written).encode()
