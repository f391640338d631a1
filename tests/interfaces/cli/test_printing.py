"""What programs said is printed as JSON that any reader takes and no terminal obeys."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import Usage
from pygent.gateway.models.chat_protocol import completion_of
from pygent.gateway.transcripts import Exchange
from pygent.interfaces.cli.context import print_json
from pygent.interfaces.views.transcript_views import transcript_lines


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


def test_a_name_that_an_endpoint_gives_its_model_steers_no_terminal() -> None:
    hostile = "m\x1b]0;mine\x07\u202e"
    answer = {"model": hostile, "choices": [{"message": {"content": "fine"}, "finish_reason": "stop"}]}
    assert completion_of(answer, "m", 1).model == r"m\x1b]0;mine\x07\u202e"
    kept = Exchange(
        "complete", "", "plan\x1b[2J", (), {}, {"text": "fine", "calls": []}, Usage(), hostile, 1.0
    )
    (shown,) = transcript_lines([kept])  # as archives of before hold it
    assert shown.isprintable()
