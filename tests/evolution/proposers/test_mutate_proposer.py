"""The mutate proposer over real source: what it proposes parses, stays in scope, is new."""

from __future__ import annotations

import ast
import bisect
import colorsys
import difflib
import fractions
import heapq
import shlex
import statistics
import textwrap
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.archive.records import Status, VariantRecord
from pygent.evolution.proposers.mutate import MutateProposer
from pygent.evolution.protocols import Parent, Proposal
from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Manifest

MODULES = (bisect, colorsys, difflib, fractions, heapq, shlex, statistics, textwrap)
seeds = st.integers(0, 2**32)


def source(module: Any) -> str:
    return Path(module.__file__).read_bytes().decode()


@cache
def symbols() -> tuple[tuple[str, str], ...]:
    """Functions and methods of the modules, as (file, qualified name)."""
    found = []
    for module in MODULES:
        for node in ast.parse(source(module)).body:
            inner = node.body if isinstance(node, ast.ClassDef) else [node]
            prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            names = [f"{prefix}{part.name}" for part in inner if isinstance(part, ast.FunctionDef)]
            found += [
                (f"{module.__name__}_.py", name)
                for name in names
                if names.count(name) == 1 and not overloaded(module, name)
            ]
    return tuple(found)


def overloaded(module: Any, name: str) -> bool:
    return source(module).count(f"def {name.rpartition('.')[2]}(") > 1


def tree_of(path: str) -> Tree:
    module = next(m for m in MODULES if path == f"{m.__name__}_.py")
    return Tree({path: source(module), "other.py": "LIMIT = 3\n"})


def target(*editable: str, entry: str = "other:none") -> Target:
    return Target(
        Path("unused"),
        Manifest.model_validate(
            {
                "name": "real",
                "goal": "x",
                "editable": editable,
                "entry": entry,
                "suite": {"kind": "cases", "cases": "c.jsonl"},
                "objectives": [{"metric": "score", "direction": "max"}],
            }
        ),
    )


def parent(tree: Tree) -> Parent:
    variant = VariantRecord("p", "r", 0, "t", (), tree.id, Status.VALID, "", "baseline", "", 0, 0.0)
    return Parent(variant, tree, None)


def never(step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    raise AssertionError("a mutation is free and needs no journal")


def propose(
    tree: Tree, goal: Target, seed: int, seen: Callable[[str], bool] = lambda _: False, tries: int = 50
) -> Proposal:
    return MutateProposer(tries).propose(goal, parent(tree), Random(seed), seen, never)


def found(tree: Tree, path: str, name: str) -> ast.FunctionDef:
    body = ast.parse(tree[path]).body
    for part in name.split("."):
        node = next(n for n in body if isinstance(n, ast.ClassDef | ast.FunctionDef) and n.name == part)
        body = node.body
    assert isinstance(node, ast.FunctionDef)
    return node


def around(tree: Tree, path: str, node: ast.FunctionDef) -> tuple[str, str]:
    lines = tree[path].splitlines(keepends=True)
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    assert node.end_lineno is not None
    return "".join(lines[: first - 1]), "".join(lines[node.end_lineno :])


@settings(max_examples=80, deadline=None)
@given(which=st.sampled_from(symbols()), seed=seeds)
def test_only_the_editable_symbol_changes_and_its_signature_stays(which: tuple[str, str], seed: int) -> None:
    path, name = which
    tree = tree_of(path)
    proposal = propose(tree, target(f"{path}:{name}"), seed)
    if proposal.tree is None:
        assert proposal.reason
        return
    before, after = found(tree, path, name), found(proposal.tree, path, name)
    assert around(proposal.tree, path, after) == around(tree, path, before)
    assert ast.dump(after.args) == ast.dump(before.args)
    assert [ast.dump(d) for d in after.decorator_list] == [ast.dump(d) for d in before.decorator_list]
    assert ast.dump(after) != ast.dump(before) or proposal.tree[path] != tree[path]
    assert proposal.tree["other.py"] == tree["other.py"]


@settings(max_examples=80, deadline=None)
@given(which=st.sampled_from(symbols()), seed=seeds)
def test_the_gate_has_nothing_against_it(which: tuple[str, str], seed: int) -> None:
    path, name = which
    tree = tree_of(path)
    goal = target(f"{path}:{name}")
    proposal = propose(tree, goal, seed)
    if proposal.tree is not None:
        assert gate(goal, tree, proposal.tree) == []


@settings(max_examples=40, deadline=None)
@given(module=st.sampled_from(MODULES), seed=seeds)
def test_whole_files_keep_their_names_imports_and_signatures(module: Any, seed: int) -> None:
    path = f"{module.__name__}_.py"
    tree, goal = tree_of(path), target(path)
    proposal = propose(tree, goal, seed)
    assert proposal.tree is not None
    assert gate(goal, tree, proposal.tree) == []


@settings(max_examples=25, deadline=None)
@given(which=st.sampled_from(symbols()), seed=seeds)
def test_a_line_of_descent_stays_sound(which: tuple[str, str], seed: int) -> None:
    path, name = which
    tree, goal = tree_of(path), target(f"{path}:{name}")
    start, proposer, rng = tree, MutateProposer(), Random(seed)
    for _ in range(6):
        proposal = proposer.propose(goal, parent(tree), rng, lambda _: False, never)
        if proposal.tree is None:
            break
        assert gate(goal, start, proposal.tree) == []
        tree = proposal.tree


@settings(max_examples=25, deadline=None)
@given(which=st.sampled_from(symbols()), seed=seeds)
def test_the_same_seed_proposes_the_same(which: tuple[str, str], seed: int) -> None:
    path, name = which
    tree, goal = tree_of(path), target(f"{path}:{name}")
    warm = MutateProposer()
    warm.propose(goal, parent(tree), Random(seed + 1), lambda _: False, never)
    assert warm.propose(goal, parent(tree), Random(seed), lambda _: False, never) == propose(tree, goal, seed)


@settings(max_examples=25, deadline=None)
@given(module=st.sampled_from(MODULES), seed=seeds)
def test_a_child_is_known_as_if_it_were_read_anew(module: Any, seed: int) -> None:
    path = f"{module.__name__}_.py"
    tree, goal = tree_of(path), target(path)
    proposer, rng = MutateProposer(), Random(seed)
    for _ in range(4):
        child = proposer.propose(goal, parent(tree), rng, lambda _: False, never).tree
        assert child is not None
        again = proposer.propose(goal, parent(child), Random(seed), lambda _: False, never)
        assert again == propose(child, goal, seed)
        tree = child


def test_threads_may_share_one_proposer() -> None:
    path = "heapq_.py"
    tree, goal, proposer = tree_of(path), target(path), MutateProposer()

    def many(seed: int) -> list[Proposal]:
        rng = Random(seed)
        return [proposer.propose(goal, parent(tree), rng, lambda _: False, never) for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(many, range(4)))
    assert together == [many(seed) for seed in range(4)]


SMALL = Tree({"m.py": "def f(a, b):\n    return a - b\n"})


def test_nothing_that_was_seen_is_proposed_again() -> None:
    seen = {SMALL.id}
    proposer, rng, goal = MutateProposer(), Random(1), target("m.py")
    for _ in range(300):
        proposal = proposer.propose(goal, parent(SMALL), rng, seen.__contains__, never)
        assert proposal.tree is not None
        assert proposal.tree.id not in seen
        seen.add(proposal.tree.id)


def test_where_all_was_seen_it_says_after_how_many_tries_it_gave_up() -> None:
    proposal = propose(SMALL, target("m.py"), 1, lambda _: True, tries=7)
    assert proposal.tree is None
    assert proposal.reason == "no unseen mutation found in 7 tries"
    assert proposal.operator == "mutate"


@pytest.mark.parametrize("text", ["def f(:\n", "", "import os\n", '"""Only words."""\n'])
def test_where_nothing_can_be_changed_it_says_so(text: str) -> None:
    proposal = propose(Tree({"m.py": text}), target("m.py"), 1)
    assert proposal.tree is None
    assert "nothing to mutate" in proposal.reason


def test_a_file_that_is_not_editable_is_left_alone() -> None:
    proposal = propose(SMALL, target("else.py"), 1)
    assert proposal.tree is None
    assert "else.py" in proposal.reason


def test_a_model_written_monster_is_left_alone() -> None:
    deep = "x = " + "-" * 5000 + "1\n"
    proposal = propose(Tree({"m.py": deep}), target("m.py"), 1)
    assert proposal.tree is None


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", ["    ", "\t", "  "])
@pytest.mark.parametrize("end", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_tabs_and_byte_order_marks_are_kept(
    newline: str, indent: str, end: bool, mark: str
) -> None:
    lines = [
        "# über",
        "LIMIT = 10",
        "",
        "def f(items,  total ):  # odd spaces",
        "{i}for item in items:",
        "{i}{i}if item > LIMIT:",
        "{i}{i}{i}total += item*2",
        "{i}return total",
    ]
    text = mark + newline.join(line.replace("{i}", indent) for line in lines) + (newline if end else "")
    tree, goal = Tree({"m.py": text}), target("m.py:f")
    for seed in range(60):
        proposal = propose(tree, goal, seed)
        assert proposal.tree is not None
        new = proposal.tree["m.py"]
        head = text.index("def f")
        assert new[:head] == text[:head]
        assert new.count("\n") == new.count(newline)
        assert new.endswith(newline) == end
        assert "odd spaces" in new
        assert gate(goal, tree, proposal.tree) == []


def test_methods_locals_and_constants_are_reached_by_their_names() -> None:
    text = (
        "LIMIT = 3\nOTHER = 4\n\n\nclass Box:\n    size = 2\n\n    def area(self, width):\n"
        "        return width * 2\n"
        "\n    def edge(self, width):\n        return width + 5\n"
    )
    tree = Tree({"m.py": text})
    for symbol, kept in {
        "LIMIT": ["OTHER = 4", "width * 2", "width + 5", "size = 2"],
        "Box.size": ["LIMIT = 3", "width * 2", "width + 5"],
        "Box.edge": ["LIMIT = 3", "OTHER = 4", "size = 2", "width * 2"],
        "Box": ["LIMIT = 3", "OTHER = 4", "class Box:\n"],
    }.items():
        for seed in range(20):
            proposal = propose(tree, target(f"m.py:{symbol}"), seed)
            assert proposal.tree is not None
            assert all(text in proposal.tree["m.py"] for text in kept), (symbol, proposal.note)


def test_the_note_says_where_and_what() -> None:
    tree = Tree({"m.py": "import os\n\n\ndef f(a):\n    return 7\n"})
    notes = {propose(tree, target("m.py:f"), seed).note for seed in range(80)}
    assert "m.py:5 f: 7 -> 8" in notes
    assert all(note.startswith("m.py:5 f: ") for note in notes)


def test_it_is_no_model_and_does_not_wait() -> None:
    proposal = propose(SMALL, target("m.py"), 1)
    assert not proposal.written_by_model
    assert proposal.usage.calls == 0
    assert (MutateProposer.name, MutateProposer.waits) == ("mutate", False)
