from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.benchmarks.metrics import complexity
from pygent.benchmarks.metrics.complexity import ComplexityChange, SymbolComplexity
from pygent.target_modules.patch.model.tree import Tree

SOURCE = '''"""A module."""


class Box:
    def put(self, x):
        if x:
            return 1
        return 0

    class Lid:
        def open(self):
            return [y for y in range(3) if y]


def f(a):
    # a comment
    def inner():
        return a and 1
    return inner()
'''


def test_symbols_have_qualified_names_and_complexities() -> None:
    found = complexity.symbols(SOURCE)
    assert found is not None
    by_name = {one.name: one.complexity for one in found}
    assert by_name["Box.put"] == 2
    assert by_name["Box.Lid.open"] == 3
    assert by_name["f.<locals>.inner"] == 2
    assert SymbolComplexity("f", 15, by_name["f"]) in found


def test_a_trees_metrics_are_figures() -> None:
    tree = Tree(
        {"a.py": SOURCE, "b.py": "def g(x):\n    return x if x else 2\n", "notes.txt": "not Python ("}
    )
    assert complexity.metric("complexity_max", tree) == 4.0
    assert complexity.metric("comments", tree) == 1.0
    assert complexity.metric("sloc", tree) == 14.0
    for name in complexity.METRICS:
        value = complexity.metric(name, tree)
        assert value is not None
        assert value >= 0
    assert 0 < (complexity.metric("maintainability", tree) or 0) <= 100


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\\ud800'\n\x00", "(" * 500, "\tx = 1\n  y = 2\n"])
def test_what_does_not_parse_is_not_available(text: str) -> None:
    tree = Tree({"a.py": text})
    assert [complexity.metric(name, tree) for name in complexity.METRICS] == [None] * len(complexity.METRICS)
    assert complexity.changes(Tree({"a.py": "x = 1\n"}), tree) == []


@given(st.text(alphabet="def f(x):\n\tretun1'\"\\#é\r\x0c", max_size=60))
def test_no_text_makes_it_crash(text: str) -> None:
    tree = Tree({"a.py": text})
    for name in complexity.METRICS:
        value = complexity.metric(name, tree)
        assert value is None or value >= 0


def test_changes_between_parent_and_child_are_told_per_symbol() -> None:
    parent = Tree({"a.py": "def f(x):\n    return x\n\ndef g(): pass\n\ndef h(): pass\n"})
    child = Tree({"a.py": "def f(x):\n    return x if x else 1\n\ndef g(): pass\n\ndef k(): pass\n"})
    assert complexity.changes(parent, child) == [
        ComplexityChange("a.py", "f", 1, 2),
        ComplexityChange("a.py", "h", 1, None),
        ComplexityChange("a.py", "k", None, 1),
    ]


def test_radon_is_imported_only_when_it_is_asked() -> None:
    look = "sys.exit(any(name.startswith('radon') for name in sys.modules))"
    code = (
        f"import sys, pygent.benchmarks.metrics.complexity, pygent.benchmarks.suites.suite_registry; {look}"
    )
    root = Path(complexity.__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
