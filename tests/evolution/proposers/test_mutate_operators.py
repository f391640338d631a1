"""Every operator: on source that it suits it makes a sound change, and some are known by what they do."""

from __future__ import annotations

import ast
from random import Random
from typing import Any

import pytest

from pygent.evolution.proposers.mutate.change import splice
from pygent.evolution.proposers.mutate.file_symbols import facts
from pygent.evolution.proposers.mutate.operator_catalog import operators
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.operator_registry import OperatorEntry, register
from pygent.evolution.proposers.mutate.region_index import survey

SOURCE = '''
def tidy(words: list[str], limit: int, deep: bool = True) -> list[str]:
    """Shows every kind of site."""
    kept = []
    total, flag = 0, False
    if deep and limit > 3 or not words:
        total += 2
    else:
        total = helper(limit, 10)
    for index, word in enumerate(words):
        size = len(word) * 2 - index
        base = limit * 3
        if size < base and word.startswith("a"):
            total = max(total, helper(size, limit))
            flag = True
        kept.append(word.strip() + str(total))
    lengths = [len(word) for word in kept if word]
    longest = max([len(word) for word in words])
    shown = [n ** 2 for n in lengths]
    doubled = []
    for n in lengths:
        doubled.append(n * 2)
    while total > 100:
        total -= limit
    return [w for w in kept if len(w) > longest - shown[0]]


def helper(a, b):
    return a - b if a < b else helper(a - 1, b)


def other(a, b):
    return a
'''


def scene_of(source: str = SOURCE) -> OperatorContext:
    """A scene over a whole file, as for a file that is one region."""
    read = survey(source, False)
    assert read is not None
    return OperatorContext(read, facts(source))


def outcomes(name: str, source: str, count: int = 400) -> set[str]:
    """What an operator makes of a source: all results over many draws."""
    scene, rng = scene_of(source), Random(1)
    entry = next(entry for entry in operators() if entry.name == name)
    changes = [entry.operator(scene, rng) for _ in range(count)]
    return {splice(source, change.splices) for change in changes if change is not None}


@pytest.mark.parametrize("entry", operators(), ids=lambda entry: entry.name)
def test_makes_changes_that_parse_and_keep_signatures(entry: OperatorEntry) -> None:
    scene, rng = scene_of(), Random(1)
    sound = 0
    signatures = [ast.dump(node.args) for node in ast.parse(SOURCE).body if isinstance(node, ast.FunctionDef)]
    for _ in range(300):
        change = entry.operator(scene, rng)
        if change is None:
            continue
        text = splice(SOURCE, change.splices)
        try:
            body = ast.parse(text).body
        except SyntaxError:
            continue
        sound += text != SOURCE
        kept = [ast.dump(node.args) for node in body if isinstance(node, ast.FunctionDef)]
        assert kept == signatures
        assert change.before
        assert change.after
    assert sound >= 1


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("constant.step", "x = 7", "x = 8"),
        ("constant.step", "x = 1.5", "x = 0.5"),
        ("constant.sign", "x = -3", "x = 3"),
        ("constant.swap", "x = 3\ny = 70", "x = 70\ny = 70"),
        ("constant.kind", "x = 3", "x = 3.0"),
        ("constant.word", "x = True", "x = False"),
        ("compare.exchange", "x = a < b", "x = a <= b"),
        ("compare.exchange", "x = a is not b", "x = a is b"),
        ("arithmetic.exchange", "x = a  -  b", "x = a  +  b"),
        ("condition.negate", "x = a if not b else c", "x = a if b else c"),
        ("condition.drop", "x = a and b", "x = b"),
        ("condition.joint", "x = a and b", "x = a or b"),
        ("order.arguments", "x = f(a, b)", "x = f(b, a)"),
        ("order.operands", "x = a - b * c", "x = (b * c) - a"),
        ("name.function", "x = min(a, b)", "x = max(a, b)"),
        ("expression.unwrap", "x = abs(a - b)", "x = a - b"),
        ("comprehension.kind", "x = sum([a for a in b])", "x = sum(a for a in b)"),
        ("comprehension.kind", "x = sum(a for a in b)", "x = sum([a for a in b])"),
        ("comprehension.unfilter", "x = [a for a in b if a]", "x = [a for a in b]"),
    ],
)
def test_the_plain_changes_are_among_its_results(name: str, before: str, after: str) -> None:
    assert f"{after}\n" in outcomes(name, f"{before}\n")


def function(*lines: str) -> str:
    return "\n".join(("def f(a, b, items):", *(f"    {line}" for line in lines), ""))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("expression.off_by_one", ["return a[b]"], ["return a[b - 1]"]),
        ("name.exchange", ["return a - a"], ["return a - b"]),
        ("arithmetic.augment", ["a += b", "return a"], ["a -= b", "return a"]),
        ("statement.delete", ["a = 1", "return a"], ["return a"]),
        ("statement.move", ["a = b", "b = a", "return a"], ["b = a", "a = b", "return a"]),
        ("statement.free", ["if a:", "    b = 1", "return b"], ["b = 1", "return b"]),
        (
            "statement.otherwise",
            ["if a:", "    b = 1", "else:", "    b = 2", "return b"],
            ["if a:", "    b = 2", "else:", "    b = 1", "return b"],
        ),
        ("early.leave", ["for i in items:", "    if i:", "        a = i", "return a"], None),
        (
            "hoist.expression",
            ["for i in items:", "    b.append(len(a) * i)"],
            ["len_a = len(a)", "for i in items:", "    b.append(len_a * i)"],
        ),
        (
            "hoist.expression",
            ["for i in items:", "    for j in items:", "        a[i][j] = a[i - 1][j] + b"],
            [
                "for i in items:",
                "    a_i_1 = a[i - 1]",
                "    for j in items:",
                "        a[i][j] = a_i_1[j] + b",
            ],
        ),
        (
            "hoist.statement",
            ["for i in items:", "    c = a * 2", "    b.append(c + i)"],
            ["c = a * 2", "for i in items:", "    b.append(c + i)"],
        ),
        (
            "loop.comprehension",
            ["c = []", "for i in items:", "    if i > a:", "        c.append(i * 2)", "return c"],
            ["c = [i * 2 for i in items if i > a]", "return c"],
        ),
        (
            "comprehension.loop",
            ["return [i * 2 for i in items if i > a]"],
            [
                "results = []",
                "for i in items:",
                "    if i > a:",
                "        results.append(i * 2)",
                "return results",
            ],
        ),
    ],
)
def test_the_structural_changes_are_among_its_results(
    name: str, before: list[str], after: list[str] | None
) -> None:
    wanted = function(*(after or [*before[:-1], "        break", before[-1]]))
    assert wanted in outcomes(name, function(*before))


def run(source: str, name: str, *args: Any) -> Any:
    space: dict[str, Any] = {}
    exec(source, space)
    return space[name](*args)


def test_kept_results_of_recursion_are_the_same_and_come_fast() -> None:
    source = (
        "def fib(n: int, step: int = 1) -> int:\n    if n < 2:\n        return n\n"
        "    return fib(n - 1) + fib(n - 2)\n"
    )
    (faster,) = outcomes("memo.recursion", source, 5)
    assert run(faster, "fib", 15) == run(source, "fib", 15) == 610
    assert run(faster, "fib", 150) == 9969216677189303386214405760200


def test_kept_results_of_calls_in_loops_are_the_same() -> None:
    source = (
        "def square(x):\n    return x * x\n\n\n"
        "def total(items):\n    found = 0\n    for item in items:\n        found += square(item)\n"
        "    return found\n"
    )
    for faster in outcomes("memo.call", source, 5):
        assert "memo" in faster
        assert run(faster, "total", [1, 2, 2, 3, 3]) == 27


@pytest.mark.parametrize(
    "lines",
    [
        ["for i in items:", "    a += 1", "    b.append(a * 2)"],
        ["for i in items:", "    a.append(i)", "    b.append(a[0])"],
        ["for i in items:", "    b.append(i * 2)"],
    ],
)
def test_what_the_loop_changes_is_not_hoisted(lines: list[str]) -> None:
    for result in outcomes("hoist.expression", function(*lines)):
        before_loop = result.partition("for i")[0].splitlines()[1:]
        assert all("a * 2" not in line and "a[0]" not in line and "i *" not in line for line in before_loop)


def test_grown_code_uses_only_names_that_can_be_read_there() -> None:
    source = function(
        "total = 0", "for i in items:", "    total = total + i", "late = 3", "return total + late"
    )
    allowed = {"a", "b", "items", "total", "i", "late", "f", "abs", "min", "max", "len", "sum"}
    for name in ("expression.grow", "expression.wrap", "expression.bonus", "expression.choose"):
        for result in outcomes(name, source, 200):
            lines = result.splitlines()
            assert {node.id for node in ast.walk(ast.parse(result)) if isinstance(node, ast.Name)} <= allowed
            assert "late" not in lines[1] + lines[3]


def test_a_name_cannot_be_registered_twice() -> None:
    taken = operators()[0]
    with pytest.raises(ValueError, match="two operators"):
        register(taken.name, 1.0)(taken.operator)


def test_all_weights_are_positive_and_names_are_in_order() -> None:
    names = [entry.name for entry in operators()]
    assert names == sorted(names)
    assert all(entry.weight > 0 for entry in operators())
