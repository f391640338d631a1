"""An answer made of any valid edit, in any form, comes back as exactly that edit or is refused."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError, read
from tests.target_modules.patch.answers import Module, is_valid, wrapped, written

FORMS = ("announced", "whole", "blocks", "diff", "json")


def edit(rng: Random) -> tuple[str, str, tuple[str, ...]]:
    """A module, what an edit makes of it, and what may be changed."""
    while True:
        module = Module(rng)
        old = module.text()
        for _ in range(rng.randint(1, 3)):
            module.change()
        new = module.text()
        if new != old and is_valid(old) and is_valid(new):
            return old, new, ("m.py:EVOLVE-BLOCK",) if module.in_block else ("**/*.py",)


def outcome(form: str, rng: Random) -> str:
    """`taken` or the kind of the refusal. Fails if the answer comes back as another tree."""
    old, new, editable = edit(rng)
    if rng.random() < 0.2:
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    draft = written(rng.choice(FORMS[:-1]), "m.py", old, old.replace("1", "2"), rng)
    answer = written(form, "m.py", old.replace("\r\n", "\n"), new.replace("\r\n", "\n"), rng)
    tree = Tree({"m.py": old, "n.py": "X = 1\n"})
    try:
        got = apply(tree, read(wrapped(answer, draft, rng), tree, editable))
    except ReadError as error:
        return error.kind
    assert got["m.py"] == new
    assert got["n.py"] == tree["n.py"]
    return "taken"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FORMS), st.randoms(use_true_random=False))
def test_it_comes_back_as_it_is_or_not_at_all(form: str, rng: Random) -> None:
    outcome(form, rng)


@pytest.mark.parametrize(
    ("form", "share"), [("announced", 90), ("whole", 50), ("blocks", 90), ("diff", 90), ("json", 90)]
)
def test_most_are_taken(form: str, share: int) -> None:
    found = [outcome(form, Random(seed)) for seed in range(100)]
    assert found.count("taken") >= share, found


def symbols(rng: Random) -> str:
    """The outcome of an answer that gives only what changes. Blank lines between statements do not count."""
    module = Module(rng)
    while not is_valid(module.text()):
        module = Module(rng)
    old = module.text()
    answer = module.change_symbols()
    new = module.text()
    editable = ("m.py:EVOLVE-BLOCK",) if module.in_block else ("m.py",)
    tree = Tree({"m.py": old})
    try:
        got = apply(tree, read(wrapped(answer, answer.replace("1", "3"), rng), tree, editable))
    except ReadError as error:
        return error.kind
    assert lines_of(got["m.py"]) == lines_of(new)
    return "taken"


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_symbols_come_back_as_they_are_or_not_at_all(rng: Random) -> None:
    symbols(rng)


def test_most_symbols_are_taken() -> None:
    found = [symbols(Random(seed)) for seed in range(100)]
    assert found.count("taken") >= 40, found
