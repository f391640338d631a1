"""Three-way merges: both sides' changes in one file, nothing lost, and what cannot be decided has a name."""

from __future__ import annotations

import random
import re
import sysconfig
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pygent.target_modules.patch.merge.tree_merge import Merged, merge
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError

STDLIB = Path(sysconfig.get_paths()["stdlib"])
BASE = '''"""Shapes."""

from __future__ import annotations

import math
from typing import Any

LIMIT = 10


# How far.
def far(x):
    return x


class Shape:
    """A shape."""

    sides = 3

    def area(self):
        return 1

    # Around it.
    def around(self):
        return 2


# The end of it.
def near(x):
    return -x


if __name__ == "__main__":
    print(far(1))
'''


def one(text: str) -> Tree:
    return Tree({"m.py": text})


def merged(base: str, ours: str, theirs: str) -> str:
    found = merge(one(base), one(ours), one(theirs))
    assert found.conflicts == ()
    assert found.tree is not None
    return found.tree["m.py"]


def conflicts(base: str, ours: str, theirs: str) -> tuple[str, ...]:
    found = merge(one(base), one(ours), one(theirs))
    assert (found.tree is None) == bool(found.conflicts)
    return found.conflicts


def with_all(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_changes_of_different_symbols_are_both_taken_and_all_else_is_as_it_was() -> None:
    far, near = ("return x\n", "return x + 1\n"), ("return -x", "return 0 - x")
    ours, theirs = with_all(BASE, far), with_all(BASE, near)
    assert merged(BASE, ours, theirs) == merged(BASE, theirs, ours) == with_all(BASE, far, near)
    assert merge(one(BASE), one(ours), one(theirs)).took == {"m.py:far": "ours", "m.py:near": "theirs"}


def test_a_class_is_merged_member_by_member() -> None:
    area, sides = ("return 1", "return self.sides"), ("sides = 3", "sides = 4")
    base_class = ("class Shape:", "class Shape(Any):")
    ours, theirs = with_all(BASE, area), with_all(BASE, sides, base_class)
    assert merged(BASE, ours, theirs) == with_all(BASE, area, sides, base_class)
    found = merge(one(BASE), one(ours), one(theirs))
    assert found.took == {
        "m.py:Shape": "theirs",
        "m.py:Shape.area": "ours",
        "m.py:Shape.sides": "theirs",
    }


def test_a_symbol_that_both_changed_differently_is_a_conflict_with_its_name() -> None:
    ours = with_all(BASE, ("return x\n", "return x + 1\n"), ("return 1", "return 3"), ("= 10", "= 11"))
    theirs = with_all(BASE, ("return x\n", "return x + 2\n"), ("return 1", "return 4"), ("= 10", "= 11"))
    assert conflicts(BASE, ours, theirs) == ("m.py:Shape.area", "m.py:far")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("class Shape:", "class Shape({}):"), "m.py:Shape"),
        (('"""Shapes."""', '"""Shapes {}."""'), "m.py:docstring"),
        (("print(far(1))", "print({})"), 'm.py:if __name__ == "__main__":'),
        (("LIMIT = 10", "LIMIT: {} = 10"), "m.py:LIMIT"),
        (("# How far.", "# How far {}."), "m.py:far"),
        (("LIMIT = 10", "LIMIT = 10\n\n# Aside {}.\n"), "m.py:far"),
    ],
)
def test_whatever_clashes_has_a_name(change: tuple[str, str], named: str) -> None:
    old, new = change
    found = conflicts(BASE, with_all(BASE, (old, new.format("A"))), with_all(BASE, (old, new.format("B"))))
    assert named in found


def test_a_symbol_that_one_side_changed_and_the_other_removed_is_a_conflict() -> None:
    gone = with_all(BASE, ("# How far.\ndef far(x):\n    return x\n\n\n", ""))
    assert conflicts(BASE, gone, with_all(BASE, ("return x\n", "return 7\n"))) == ("m.py:far",)
    assert "def far" not in merged(BASE, gone, with_all(BASE, ("return -x", "return 7")))


def test_added_helpers_stay_near_their_neighbours() -> None:
    first = "def halved(x):\n    return x / 2\n\n\n"
    second = "def doubled(x):\n    return x * 2\n\n\n"
    ours, theirs = (
        BASE.replace("# How far.", first + "# How far."),
        BASE.replace("# The end of it.", second + "# The end of it."),
    )
    assert merged(BASE, ours, theirs) == ours.replace("# The end of it.", second + "# The end of it.")
    both = BASE.replace("# How far.", second + "# How far.")
    assert merged(BASE, ours, both) == BASE.replace("# How far.", first + second + "# How far.")


def test_a_moved_symbol_stays_where_it_was_moved_and_has_the_other_sides_change() -> None:
    near = "# The end of it.\ndef near(x):\n    return -x\n\n\n"
    moved = with_all(BASE, (near, "")).replace("# How far.", near + "# How far.")
    changed = with_all(BASE, ("return -x", "return 5"))
    expected = with_all(moved, ("return -x", "return 5"))
    assert merged(BASE, moved, changed) == merged(BASE, changed, moved) == expected


def test_a_symbol_that_both_moved_elsewhere_is_a_conflict() -> None:
    text = "A = 1\nB = 1\nC = 1\nD = 1\nE = 1\n"
    ours, theirs = "E = 1\nA = 1\nB = 1\nC = 1\nD = 1\n", "A = 1\nB = 1\nE = 1\nC = 1\nD = 1\n"
    assert conflicts(text, ours, theirs) == ("m.py:E",)
    assert merged(text, ours, text.replace("C = 1\nD = 1\n", "D = 1\nC = 1\n")) == (
        "E = 1\nA = 1\nB = 1\nD = 1\nC = 1\n"
    )


def test_a_comment_that_one_side_put_above_what_the_other_removed_is_a_conflict() -> None:
    text = "A = 1\n\n\ndef f():\n    return 1\n\n\nB = 1\n"
    gone = text.replace("def f():\n    return 1\n\n\n", "")
    assert conflicts(text, gone, text.replace("def f", "# aside\n\n\ndef f")) == ("m.py:f",)
    assert merged(text, gone, text.replace("def f", "\n\ndef f")) == gone


def test_two_additions_of_one_name_clash_unless_they_are_alike() -> None:
    def with_helper(text: str) -> str:
        return BASE.replace("# How far.", text + "\n\n\n# How far.")

    helper = "def helper():\n    return 1"
    assert merged(BASE, with_helper(helper), with_helper(helper) + "X = 1\n").count("def helper") == 1
    assert conflicts(BASE, with_helper(helper), with_helper("helper = 3")) == ("m.py:helper",)
    assert conflicts(BASE, with_helper(helper), with_helper("from os import path as helper")) == (
        "m.py:helper",
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("import math\nimport os", "import math\nimport re", "import math\nimport os\nimport re"),
        ("import math\nimport os", "import math\nimport os", "import math\nimport os"),
        ("import os", "import math\nimport re", "import os\nimport math\nimport re"),
        ("import os", "import re", "import os\nimport re"),
    ],
)
def test_imports_are_united(ours: str, theirs: str, expected: str) -> None:
    """What one side no longer needs may be what the other side's new code needs."""
    far, near = ("return x\n", "return 1\n"), ("return -x", "return 0 - x")
    texts = [with_all(BASE, ("import math", new), change) for new, change in ((ours, far), (theirs, near))]
    found = outline(merged(BASE, *texts))
    lines = [line.strip() for line in found.lines if line.startswith("import ")]
    assert sorted(lines) == sorted(expected.split("\n"))


def test_names_imported_from_one_module_are_united_on_one_line() -> None:
    ours = with_all(BASE, ("import Any", "import Any, Iterable"))
    theirs = with_all(BASE, ("import Any", "import Any, Callable as C"))
    assert merged(BASE, ours, theirs) == with_all(BASE, ("import Any", "import Any, Iterable, Callable as C"))
    names = [f"quite_a_long_name_{number}" for number in range(8)]
    wide = merged(BASE, ours, with_all(BASE, ("import Any", f"import Any, {', '.join(names)}")))
    assert max(map(len, wide.splitlines())) < 100
    assert all(f"    {name},\n" in wide for name in ["Any", "Iterable", *names])


def test_an_import_that_one_side_replaced_by_another_of_its_name_is_gone() -> None:
    text = "from a import f\n\n\ndef g():\n    return f()\n"
    ours, theirs = text.replace("from a", "from b"), text.replace("f()", "f() + 1")
    assert merged(text, ours, theirs) == "from b import f\n\n\ndef g():\n    return f() + 1\n"
    assert conflicts(text, ours, text.replace("from a", "from c")) == ("m.py:f",)
    own = "def f():\n    return 2\n\n\ndef g():\n    return f()\n"
    assert merged(text, own, theirs) == own.replace("f()\n", "f() + 1\n").replace("def f() + 1", "def f()")


def test_the_docstring_and_future_imports_stay_first() -> None:
    text = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
    ours = "import os\n\n\n" + text
    theirs = '"""Numbers."""\n\nfrom __future__ import annotations\n\n\n' + text
    for found in (merged(text, ours, theirs), merged(text, theirs, ours)):
        assert found.startswith('"""Numbers."""\n\nfrom __future__ import annotations\n')
        assert "import os\n" in found
        compile(found, "m.py", "exec")


def test_one_addition_of_both_sides_in_two_places_loses_no_comment_beside_it() -> None:
    text = "def f(): return 1\n\n\n# first\n\n\ndef g(): return 2\n\n\n# second\n\n\ndef h(): return 3\n"
    added = "def helper():\n    return 0\n\n\n"
    ours, theirs = (
        text.replace("# first\n\n\n", "# first\n\n\n" + added),
        text.replace("def f", added + "def f"),
    )
    assert merged(text, ours, theirs).count("# first") == merged(text, theirs, ours).count("# first") == 1
    both = text.replace("# second\n\n\n", "# second\n\n\n" + added)
    assert conflicts(text, ours, both) == ("m.py:helper",)


def test_properties_of_one_name_are_told_apart() -> None:
    text = (
        "class A:\n    @property\n    def x(self):\n        return 1\n\n"
        "    @x.setter\n    def x(self, v):\n        self.v = v\n"
    )
    ours, theirs = text.replace("return 1", "return 2"), text.replace("= v", "= -v")
    assert merged(text, ours, theirs) == text.replace("return 1", "return 2").replace("= v", "= -v")


def test_unnamed_statements_are_told_apart_by_text_and_place() -> None:
    text = "f(1)\nf(2)\nf(3)\n"
    assert merged(text, "f(0)\nf(1)\nf(2)\nf(3)\n", "f(1)\nf(2)\nf(33)\n") == "f(0)\nf(1)\nf(2)\nf(33)\n"
    assert merged(text, "f(1)\nf(1)\nf(2)\nf(3)\n", "f(1)\nf(2)\nf(3)\nf(1)\n").count("f(1)") == 3
    assert conflicts(text, "f(1)\nf(22)\nf(3)\n", "f(1)\nf(23)\nf(3)\n") == ("m.py:f(2)",)


def test_a_class_of_which_each_side_removed_another_half_is_a_conflict() -> None:
    text = "class A:\n    x = 1\n    y = 2\n"
    assert conflicts(text, "class A:\n    x = 1\n", "class A:\n    y = 2\n") == ("m.py:A",)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_line_ends_are_kept(newline: str, bom: str, end: str) -> None:
    def styled(text: str) -> str:
        return bom + (text.removesuffix("\n") + end).replace("\n", newline)

    ours, theirs = BASE.replace("return x\n", "return 3\n"), BASE + "\n\ndef last():\n    pass\n"
    expected = styled(theirs.replace("return x\n", "return 3\n"))
    assert merged(styled(BASE), styled(ours), styled(theirs)) == expected


def test_files_are_added_removed_and_taken_whole() -> None:
    base = Tree({"a.py": "A = 1\n", "b.py": "B = 1\n", "c.txt": "c", "d.py": "D = 1\n"})
    ours = Tree({"a.py": "A = 2\n", "b.py": "B = 1\n", "c.txt": "c", "new.py": "N = 1\n", "same": "s"})
    theirs = Tree({"a.py": "A = 1\n", "c.txt": "cc", "d.py": "D = 1\n", "other.txt": "o", "same": "s"})
    found = merge(base, ours, theirs)
    assert found.tree == Tree(
        {"a.py": "A = 2\n", "c.txt": "cc", "new.py": "N = 1\n", "other.txt": "o", "same": "s"}
    )
    assert found.took == {
        "a.py": "ours",
        "b.py": "theirs",
        "c.txt": "theirs",
        "d.py": "ours",
        "new.py": "ours",
        "other.txt": "theirs",
        "same": "both",
    }


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ({"a.txt": "1"}, {"a.txt": "2"}, {"a.txt": "3"}),
        ({"a.py": "A = 1\n"}, {"a.py": "A = 2\n"}, {}),
        ({}, {"a.py": "A = 1\n"}, {"a.py": "B = 1\n"}),
        ({"a.py": "def f(:\n"}, {"a.py": "A = 1\n"}, {"a.py": "B = 1\n"}),
        ({"a.py": "A = 1\nB = 1\n"}, {"a.py": "A = 2\nB = 1\n"}, {"a.py": "A = 1\nB = (\n"}),
    ],
)
def test_a_file_that_cannot_be_merged_is_a_conflict_of_its_path(
    base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]
) -> None:
    found = merge(Tree(base), Tree(ours), Tree(theirs))
    assert found == Merged(None, tuple({*base, *ours}), found.took)


def test_a_file_and_a_folder_of_one_name_clash() -> None:
    found = merge(Tree({}), Tree({"a": "x"}), Tree({"a/b/c.py": "y"}))
    assert (found.tree, found.conflicts) == (None, ("a",))


# Invariants, over modules whose symbols are known, and over real source changed at random.

Module = dict[str, tuple[str, ...]]  # a top-level name, and its members where it is a class
NAMES = st.sampled_from([f"s{number}" for number in range(8)])
MODULES = st.dictionaries(NAMES, st.just(()) | st.just(("m0", "m1", "m2")), min_size=2, max_size=8)


def leaves(module: Module) -> list[str]:
    return [leaf for name, members in module.items() for leaf in ([f"{name}.{m}" for m in members] or [name])]


def written(module: Module, values: dict[str, str], imports: list[str]) -> str:
    parts = ["".join(f"import {name}\n" for name in imports)]
    for name, members in module.items():
        if members:
            found = [f"{name}.{member}" for member in members]
            bodies = [
                f"    # of {leaf}\n    def {leaf.split('.')[1]}(self):\n        return {values[leaf]}\n"
                for leaf in found
            ]
            parts.append(f"class {name}:\n" + "\n".join(bodies))
        else:
            parts.append(f"# of {name}\ndef {name}():\n    return {values[name]}\n")
    return "\n\n".join(part for part in parts if part)


@settings(max_examples=120, deadline=None)
@given(MODULES, st.data())
def test_disjoint_changes_always_merge_and_both_are_there(module: Module, data: st.DataObject) -> None:
    found = leaves(module)
    owner = {leaf: data.draw(st.sampled_from(["base", "ours", "theirs"]), leaf) for leaf in found}
    texts: dict[str, str] = {}
    expected = {leaf: f"'{leaf} {who}'" for leaf, who in owner.items()}
    imports = {"base": ["math"], "ours": ["math", "os"], "theirs": ["math", "re"]}
    for side in ("base", "ours", "theirs"):
        values = {leaf: f"'{leaf} {side if who == side else 'base'}'" for leaf, who in owner.items()}
        version = dict(module)
        for number in range(data.draw(st.integers(0, 2)) if side != "base" else 0):
            helper = f"{side}_{number}"
            order = [*version]
            order.insert(data.draw(st.integers(0, len(order))), helper)
            version = {name: version.get(name, ()) for name in order}
            values[helper] = expected[helper] = f"'{helper}'"
        for name, members in version.items():
            if members and side != "base" and data.draw(st.booleans()):
                version[name] = (*members, f"by_{side}")
                values[f"{name}.by_{side}"] = expected[f"{name}.by_{side}"] = "'new'"
        texts[side] = written(version, values, imports[side])
    result = merged(texts["base"], texts["ours"], texts["theirs"])
    symbols = outline(result).by_name
    for leaf, value in expected.items():
        text = outline(result).text(symbols[leaf].start, symbols[leaf].end)
        assert f"# of {leaf}\n" in text
        assert f"return {value}\n" in text
    assert {name for name in symbols if name not in module or not module[name]} == set(expected)
    assert [line for line in result.splitlines() if line.startswith("import")] == [
        "import math",
        *(["import os"] if texts["ours"] != texts["base"] else []),
        *(["import re"] if texts["theirs"] != texts["base"] else []),
    ]


TEXT = st.text("ab\n\r\t #'():=;\\\f", max_size=40) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=40
)
LINES = st.lists(
    st.sampled_from(
        [
            "import a\n",
            "from a import b, c\n",
            "from a import b\n",
            "from a import *\n",
            "x = 1; y = 2\n",
            "x = 1; \\\ny = 2\n",
            "class A: pass\n",
            "class A:\n\tx = 1\n\n\t# last\n",
            "class A:\n  '''doc'''\n  def f(self): pass; pass\n",
            "def f():\n    return 1\n",
            "@f\ndef f(): return 2\n",
            "try:\n    import b\nexcept ImportError:\n    b = 1\n",
            "# comment\n",
            "\n",
            "\x0c\n",
            "'''doc'''\n",
            "from __future__ import annotations\n",
            "f()\r\n",
        ]
    ),
    max_size=6,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.tuples(LINES, LINES, LINES) | st.tuples(TEXT, TEXT, TEXT))
@example(("", "from a import b, c\n", "# comment\nfrom a import *\nfrom a import b, c\n"))
def test_no_text_makes_a_merge_fail_and_what_comes_out_parses(texts: tuple[str, str, str]) -> None:
    base, ours, theirs = (one(text) for text in texts)
    here, there = merge(base, ours, theirs), merge(base, theirs, ours)
    assert here.conflicts == there.conflicts
    assert (here.tree is None) == bool(here.conflicts)
    if here.tree is not None and len({*texts}) == 3:
        outline(here.tree["m.py"])


@cache
def source(name: str) -> str:
    return BASE if name == "shapes" else (STDLIB / f"{name}.py").read_text(encoding="utf-8")


def altered(text: str, rng: random.Random) -> str:
    """The text after one change: of a symbol in a few ways, or anywhere, so that it may not parse."""
    try:
        symbols = outline(text).symbols
    except NotPythonError:
        symbols = ()
    lines = text.splitlines(keepends=True)
    if not symbols or rng.random() < 0.1:
        at = rng.randrange(len(lines) + 1)
        return "".join([*lines[:at], rng.choice(["x = (\n", "# loose\n", "\n", "import os\n"]), *lines[at:]])
    symbol, other = rng.choice(symbols), rng.choice(symbols)
    body = lines[symbol.start : symbol.end]
    kind = rng.randrange(5)
    if kind == 0:
        lines[symbol.start : symbol.end] = []
    elif kind == 1:
        at = rng.randrange(symbol.start, symbol.end)
        lines[at] = lines[at].replace("self", "this").replace("1", "2").replace("x", "y")
    elif kind == 2:
        lines[symbol.end : symbol.end] = ["\n", f"{symbol.indent}def h{rng.randrange(9)}(): return 1\n"]
    elif kind == 3:
        lines[symbol.start : symbol.start] = [f"{symbol.indent}# about it, {rng.randrange(9)}\n"]
    else:
        at = other.start if other.start <= symbol.start else other.start - len(body)
        del lines[symbol.start : symbol.end]
        lines[at:at] = body
    return "".join(lines)


def lines_of(tree: Tree) -> Counter[str]:
    return Counter(line.strip() for line in tree["m.py"].splitlines() if line.strip())


def words(tree: Tree) -> list[str]:
    return sorted(re.findall(r"\w+|[^\w\s,()]", tree["m.py"]))


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["shapes", "heapq", "bisect", "fractions", "string", "queue", "enum", "contextlib"]),
    seed=st.integers(0, 10**6),
    steps=st.tuples(st.integers(1, 4), st.integers(1, 4)),
)
def test_whatever_is_merged_the_laws_of_merging_hold(name: str, seed: int, steps: tuple[int, int]) -> None:
    rng = random.Random(seed)
    ours = theirs = source(name)
    for _ in range(steps[0]):
        ours = altered(ours, rng)
    for _ in range(steps[1]):
        theirs = altered(theirs, rng)
    base, x, y = one(source(name)), one(ours), one(theirs)
    assert merge(base, x, base).tree == merge(base, base, x).tree == merge(base, x, x).tree == x
    here, there = merge(base, x, y), merge(base, y, x)
    assert here.conflicts == there.conflicts
    assert (here.tree is None) == bool(here.conflicts)
    if here.tree is not None and there.tree is not None:
        assert words(here.tree) == words(there.tree)
        before, mine, other, all_of_it = (lines_of(tree) for tree in (base, x, y, here.tree))
        kept = [line for line in before | mine | other if before[line] <= min(mine[line], other[line])]
        assert {line for line in kept if all_of_it[line] < max(mine[line], other[line])} == set()
        if x["m.py"] != base["m.py"] != y["m.py"] != x["m.py"]:
            outline(here.tree["m.py"])
