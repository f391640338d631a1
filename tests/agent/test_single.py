"""One completion becomes a patch or a reason."""

from __future__ import annotations

from typing import Any

import pytest

from pygent.agent.dialogue.brief import Brief
from pygent.agent.host_client import HostClient, ModelUnavailableError
from pygent.agent.single import Attempt, attempt
from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree

SOURCE = "def double(x):\n    return x + x\n"
BRIEF = Brief("t", "Faster.", "", {"m.py": SOURCE}, ("m.py",), "Time: lower is better.", 1.0, 1.0)
EDIT = """\
IDEA: shift instead of adding
m.py
```python
<<<<<<< SEARCH
    return x + x
=======
    return x << 1
>>>>>>> REPLACE
```
"""


def tried(text: str, cut_off: bool = False) -> Attempt:
    return attempt(BRIEF, HostClient(lambda asked: {"text": text, "calls": [], "cut_off": cut_off}))


def test_an_answer_in_the_format_that_was_asked_for_becomes_a_patch() -> None:
    made = tried(EDIT)
    assert made.patch is not None
    assert apply(Tree(BRIEF.files), made.patch)["m.py"] == "def double(x):\n    return x << 1\n"
    assert (made.note, made.reason) == ("shift instead of adding", "")


def test_the_model_is_asked_once_if_its_answer_is_taken_and_sees_the_source() -> None:
    asked: list[Any] = []

    def answer(question: Any) -> Any:
        asked.append(question)
        return {"text": EDIT, "calls": [], "cut_off": False}

    attempt(BRIEF, HostClient(answer))
    assert len(asked) == 1
    assert SOURCE in asked[0]["messages"][1]["content"]


@pytest.mark.parametrize("text", ["I would rather not.", "IDEA: none", EDIT.replace("x + x", "x * 3")])
def test_an_answer_without_a_usable_edit_has_a_reason_of_one_line(text: str) -> None:
    made = tried(text)
    assert made.patch is None
    assert made.reason
    assert made.reason.isprintable()


def test_an_unmatched_search_is_named() -> None:
    assert "search" in tried(EDIT.replace("x + x", "x * 3")).reason.lower()


def test_an_answer_that_was_cut_off_says_so() -> None:
    assert "cut off" in tried(EDIT[:60], cut_off=True).reason
    assert "cut off" in tried("", cut_off=True).reason


def test_edits_drafted_in_thoughts_do_not_count() -> None:
    draft = EDIT.replace("x << 1", "x - x")
    made = tried(f"<think>\n{draft}\n</think>\n{EDIT}")
    assert made.patch is not None
    assert "x << 1" in apply(Tree(BRIEF.files), made.patch)["m.py"]
    assert tried(f"<think>\n{draft}").patch is None


def test_a_note_cannot_steer_a_terminal() -> None:
    assert tried(EDIT.replace("shift", "\x1b[2Jshift")).note.startswith("\\x1b[2Jshift")


def test_what_asking_raises_goes_through() -> None:
    with pytest.raises(ModelUnavailableError, match="refused: not today"):
        attempt(BRIEF, HostClient(lambda asked: {"error": "refused", "text": "not today"}))
