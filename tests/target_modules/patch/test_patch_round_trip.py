"""apply(parent, diff(parent, child)) == child, for any two trees: real source, changed in many ways."""

from __future__ import annotations

import random
import sysconfig
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.diff.tree_diff import diff
from pygent.target_modules.patch.model.edits import Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError

STDLIB = Path(sysconfig.get_paths()["stdlib"])
_NAMES = """
    heapq bisect textwrap fractions statistics string enum functools contextlib copy types numbers operator
    abc keyword reprlib pprint graphlib colorsys shlex fnmatch glob calendar queue sched secrets cmd code
    codeop asyncio/queues asyncio/locks asyncio/taskgroups json/decoder json/encoder json/scanner dataclasses
    weakref importlib/abc collections/abc concurrent/futures/_base email/quoprimime
"""
MODULES = _NAMES.split()
SNIPPETS = {
    "crlf": "import a\r\n\r\n\r\ndef f():\r\n    # why\r\n    return 1\r\n\r\n\r\nX = 2\r\n",
    "mixed ends": "def f():\n    return 1\r\ndef g():\r    return 2\n",
    "tabs": "class A:\n\tx = 1\n\n\t# m\n\tdef m(self):\n\t\treturn '''a\n  b'''\n\n\tdef n(self): pass\n",
    "no final newline": "def f():\n    return 1\n\n\ndef g():\n    return 2",
    "byte order mark": "\ufeff# héllo\nimport a\n\n\ndef f():\n    return 'ü'\n",
    "not ASCII": "def größe(ñ):\n    return '🜁' + ñ\n\n\nπ = 3\n",
    "form feeds": "import a\n\x0c\ndef f():\n    return 1\n\x0c\n\x0cdef g():\n    return 2\n",
    "decorated": "@a\n@b(1,\n   2)\n# in between\nasync def f():\n    await g()\n\n\n"
    "@c\nclass D:\n    @property\n    def x(self):\n        return 1\n\n"
    "    @x.setter\n    def x(self, v):\n        self.v = v\n",
    "match": "def f(x):\n    match x:\n        case {'a': [y, *_]} if (z := y):\n"
    "            return f'{z!r:>{x}}'\n"
    "        case _:\n            return None\n",
    "nested": "class A:\n    class B:\n        class C:\n            def d(self):\n                def e():\n"
    "                    return 1\n                return e\n    LIMIT: int = 3\n",
    "branches": "try:\n    import a\nexcept ImportError:\n    def f(): return 1\nelse:\n    def f():\n"
    "        return 2\n"
    "if x:\n    Y = 1\nelse:\n    Y = 2\n",
    "semicolons": "a = 1; b = 2\nx = 1; \\\ny = 2\nclass A: z = 3\n\n\ndef f(): pass; return 1\n",
    "separate lines": "x = '\u2028'\ny = '\x0b\x85'\n\n\ndef f():\n    return x\n",
    "only comments": "# one\n\n# two\n",
    "empty": "",
    "broken": "def f(:\n    return\n",
    "two-space": "class A:\n  def m(self):\n    return 1\n\n  def n(self):\n      return 2\n# end\n",
    "new generics": "type L[T] = list[T]\n\n\ndef f[T](x: T) -> T:\n    return x\n",
}


@cache
def source(name: str) -> str:
    return SNIPPETS[name] if name in SNIPPETS else (STDLIB / f"{name}.py").read_bytes().decode()


def changed(text: str, rng: random.Random) -> str:
    """The text after one random change: of a symbol, of a line, or anywhere."""
    try:
        file = outline(text)
        symbols = file.symbols
    except NotPythonError:
        symbols = ()
    if not symbols or rng.random() < 0.25:
        at, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        end = min(end, at + rng.choice([0, 1, 3, 80]))
        return (
            text[:at] + rng.choice(["", "x", "\n", "\r\n", "    ", "(", "é#\t", "'''", "\n\n\n"]) + text[end:]
        )
    lines = list(file.lines)
    one, other = rng.choice(symbols), rng.choice(symbols)
    body = lines[one.start : one.end]
    change = rng.randrange(7)
    if change == 0:
        del lines[one.start : one.end]
    elif change == 1:
        lines[one.end : one.end] = ["\n", *body]
    elif change == 2:
        lines[one.start : one.end] = [
            "".join(body).replace(one.name.split(".")[-1].split("#")[0], "renamed", 1)
        ]
    elif change == 3:
        at = other.start if other.start <= one.start else other.start - len(body)
        del lines[one.start : one.end]
        lines[at:at] = body
    elif change == 4:
        at = rng.randrange(one.start, one.end)
        lines[at] = lines[at].replace("a", "b").replace("1", "2")
    elif change == 5:
        lines[one.end : one.end] = [
            file.newline * 2,
            f"{one.indent}def helper():{file.newline}",
            f"{one.indent}\tpass",
        ]
        lines[one.end + 2] += file.newline
    else:
        lines[0:0] = [f"import os.path as p{file.newline}"]
    return file.bom + "".join(lines)


def round_trip(parent: Tree, child: Tree) -> Patch:
    patch = diff(parent, child)
    again = Patch.model_validate_json(patch.model_dump_json())
    assert apply(parent, again) == child
    return patch


@pytest.mark.parametrize("name", [*MODULES, *SNIPPETS])
def test_every_change_of_real_source_comes_back_exactly(name: str) -> None:
    parent = source(name)
    for seed in range(5):
        rng = random.Random(f"{name} {seed}")
        child = parent
        for _ in range(rng.randint(1, 3)):
            child = changed(child, rng)
        round_trip(Tree({"m.py": parent}), Tree({"m.py": child}))


@settings(max_examples=120, deadline=None)
@given(name=st.sampled_from(sorted(SNIPPETS)), seed=st.integers(0, 10**6), steps=st.integers(1, 5))
def test_crafted_source_comes_back_exactly(name: str, seed: int, steps: int) -> None:
    rng = random.Random(seed)
    child = source(name)
    for _ in range(steps):
        child = changed(child, rng)
    round_trip(Tree({"m.py": source(name)}), Tree({"m.py": child}))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text(
    "ab\n\r \t#'():=def", max_size=60
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["a.py", "b.py", "c.txt", "d/e.py"]), st.tuples(TEXT, TEXT)), st.data()
)
def test_any_two_trees_round_trip(texts: dict[str, tuple[str, str]], data: st.DataObject) -> None:
    keep = st.sampled_from([(True, True), (True, False), (False, True)])
    sides = {path: data.draw(keep) for path in texts}
    parent = Tree({path: pair[0] for path, pair in texts.items() if sides[path][0]})
    child = Tree({path: pair[1] for path, pair in texts.items() if sides[path][1]})
    round_trip(parent, child)


def test_a_file_may_give_way_to_a_folder_of_its_name() -> None:
    round_trip(Tree({"a": "x"}), Tree({"a/b.py": "y"}))


@pytest.mark.parametrize(
    "name", ["heapq", "fractions", "crlf", "tabs", "no final newline", "byte order mark"]
)
def test_a_change_inside_one_symbol_is_one_edit_of_that_symbol(name: str) -> None:
    parent = source(name)
    file = outline(parent)
    found = [s for s in file.symbols if s.is_definition and "def" in file.lines[s.line - 1]]
    symbol = found[0]
    last = file.lines[symbol.end - 1]
    bare = last.rstrip("\r\n")
    lines = [
        *file.lines[: symbol.end - 1],
        bare + "  # changed" + last[len(bare) :],
        *file.lines[symbol.end :],
    ]
    patch = round_trip(Tree({"m.py": parent}), Tree({"m.py": file.bom + "".join(lines)}))
    assert [(edit.kind, getattr(edit, "symbol", None)) for edit in patch.edits] == [
        ("replace_symbol", symbol.name)
    ]


def test_a_changed_method_does_not_rewrite_its_class() -> None:
    parent = source("fractions")
    child = parent.replace("return a._numerator * b._denominator", "return b._denominator * a._numerator", 1)
    child = child if child != parent else parent.replace("return a._numerator", "return +a._numerator", 1)
    patch = round_trip(Tree({"m.py": parent}), Tree({"m.py": child}))
    assert [edit.kind for edit in patch.edits] == ["replace_symbol"]
    assert patch.edits[0].symbol.startswith("Fraction.")  # type: ignore[union-attr]


def test_equal_trees_differ_by_nothing() -> None:
    tree = Tree({"m.py": source("heapq")})
    assert diff(tree, tree).edits == ()
