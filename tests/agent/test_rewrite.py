"""One function written anew: what is asked, under which grammar, and what becomes of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from pygent.agent.brief import Brief
from pygent.agent.host_client import ModelAnswer
from pygent.agent.rewrite import attempt, grammar
from pygent.prompts.message import Message
from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree

SOURCE = '''"""Sums."""


@decorated
def total(
    values,
):
    """Their sum."""
    result = 0
    for value in values:
        result += value
    return result


class Kept:
    def one(self): return 1

    def two(self):
        return 2


def other():
    return total([1])
'''
BODY = "    return sum(values)\n"


def brief(*editable: str, source: str = SOURCE) -> Brief:
    return Brief("sums", "", "", {"sums.py": source}, editable, "", None, None)


class Model:
    def __init__(self, text: str, *, cut_off: bool = False) -> None:
        self.answer = ModelAnswer(text, cut_off=cut_off)
        self.asked: list[tuple[Sequence[Message], str, int]] = []

    def __call__(self, messages: Sequence[Message], *, grammar: str, max_tokens: int) -> ModelAnswer:
        self.asked.append((messages, grammar, max_tokens))
        return self.answer


def test_the_body_is_written_anew_and_all_else_stays() -> None:
    model = Model(f"```python\n@decorated\ndef total(\n    values,\n):\n{BODY}```")
    made = attempt(brief("sums.py:total"), model, Random(1))
    assert (made.reason, made.note) == ("", "total written anew")
    assert made.patch is not None
    after = apply(Tree({"sums.py": SOURCE}), made.patch)["sums.py"]
    loop = "    result = 0\n    for value in values:\n        result += value\n    return result\n"
    assert after == SOURCE.replace(loop, BODY)
    ((prompt,), rules, tokens) = model.asked[0]
    assert '"""' not in prompt.content  # a docstring invites a small model to go on with it
    assert "class Kept" not in prompt.content
    assert rules.startswith('root ::= "```python\\n@decorated\\ndef total(\\n    values,\\n):\\n" line{1,40}')
    assert 120 < tokens < 400


def test_every_function_that_may_change_gets_its_turn_and_no_other() -> None:
    model = Model("")
    for seed in range(40):
        attempt(brief("sums.py:Kept", "sums.py:other"), model, Random(seed))
    prompts = {messages[0].content for messages, _, _ in model.asked}
    assert len(prompts) == 2  # `one` has no lines of its own for a body
    assert not any("total(\n" in prompt for prompt in prompts)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("```python\ndef total(values):\n    return (\n```", "syntax: '(' was never closed"),
        ("I would rather not", "syntax: "),
        ("```python\ndef another():\n    return 1\n```", "no_edit: the answer does not define total"),
        ("```python\ndef total(values): return 1\n```", "no_edit"),
        ("", "no_edit"),
    ],
)
def test_what_cannot_be_used_has_its_reason(text: str, reason: str) -> None:
    made = attempt(brief("sums.py:total"), Model(text), Random(1))
    assert made.patch is None
    assert made.reason.startswith(reason)
    cut = attempt(brief("sums.py:total"), Model(text, cut_off=True), Random(1))
    assert cut.reason == f"answer cut off: {made.reason}"


def test_without_a_function_nothing_is_asked() -> None:
    model = Model("")
    for told in (brief("sums.py:LIMIT", source="LIMIT = 3\n"), brief("sums.py", source="def f(:\n")):
        assert attempt(told, model, Random(1)).reason == "no function may be changed as a whole"
    assert model.asked == []


def test_an_endpoint_that_knows_no_grammar_may_say_more_than_the_block() -> None:
    text = f'Here you are:\n```python\ndef total(values):\n    """New words."""\n{BODY}```\nShorter!'
    made = attempt(brief("sums.py:total"), Model(text), Random(1))
    assert made.patch is not None
    after = apply(Tree({"sums.py": SOURCE}), made.patch)["sums.py"]
    assert '    """Their sum."""\n    return sum(values)\n' in after
    assert "New words" not in after


def test_quotes_of_a_signature_are_escaped_in_the_grammar() -> None:
    assert 'root ::= "```python\\ndef f(a=\\"\\\\n\\"):\\n"' in grammar(['def f(a="\\n"):'])
