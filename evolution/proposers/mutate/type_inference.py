"""A little typing: whether an expression is a number, a text or a sequence, as far as the region shows."""

from __future__ import annotations

import re

import libcst as cst

from pygent.evolution.proposers.mutate.nodes import Binding, Expr
from pygent.evolution.proposers.mutate.region_index import RegionIndex

# "num", "bool", "str", "seq" of unknown elements, "nums", "strs", "map", or "any"
Kind = str

SEQUENCES = frozenset({"seq", "nums", "strs"})
_RESULTS: dict[Kind, str] = {
    "num": """len abs min max sum int float round ord pow divmod hash count index find sqrt log exp floor ceil
        sin cos tan log2 log10 hypot gcd""",
    "seq": "sorted list tuple reversed set frozenset zip enumerate map filter",
    "str": "str repr chr strip lower upper join replace title",
    "bool": "bool isinstance any all startswith endswith isdigit isalpha",
    "nums": "range",
    "strs": "split",
    "map": "dict",
}
_CALLS = {name: kind for kind, names in _RESULTS.items() for name in names.split()}
_NUMERIC = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Power)
_ORDERED = (cst.LessThan, cst.GreaterThan, cst.LessThanEqual, cst.GreaterThanEqual, cst.Equal, cst.NotEqual)
_WORD = re.compile(r"\w+")


class Kinds:
    """Kinds of a region's names and expressions, found once and kept."""

    def __init__(self, survey: RegionIndex) -> None:
        self._bindings: dict[str, list[Binding]] = {}
        for binding in survey.bindings:
            self._bindings.setdefault(binding.name, []).append(binding)
        self._kept: dict[Expr, Kind] = {}
        self._names: dict[str, Kind] = {}
        self._evidence = _evidence(survey)

    def of(self, expr: Expr) -> Kind:
        kept = self._kept.get(expr)
        if kept is None:
            self._kept[expr] = "any"  # ends a cycle of names
            kept = self._kept[expr] = self._find(expr)
        return kept

    def name(self, name: str) -> Kind:
        kept = self._names.get(name)
        if kept is None:
            self._names[name] = "any"
            kept = self._names[name] = self._find_name(name)
        return kept

    def _find_name(self, name: str) -> Kind:
        bindings = self._bindings.get(name, [])
        for binding in bindings:
            kind = annotated(binding.annotation)
            if kind != "any":
                return kind
        for binding in bindings:
            if binding.source is not None:
                kind = self.of(binding.source)
                kind = element(kind) if binding.element else kind
                if kind != "any":
                    return kind
        return self._evidence.get(name, "any")

    def _find(self, expr: Expr) -> Kind:
        node = expr.node
        if isinstance(node, cst.BaseNumber):
            return "num"
        if isinstance(node, cst.SimpleString):
            return "str"
        if isinstance(node, cst.Name):
            return "bool" if node.value in ("True", "False") else self.name(node.value)
        if isinstance(node, cst.Comparison):
            return "bool"
        if isinstance(node, cst.UnaryOperation):
            return "bool" if isinstance(node.operator, cst.Not) else "num"
        if isinstance(node, cst.BooleanOperation | cst.IfExp):
            kinds = {self.of(child) for child in expr.children if child.slot != "condition"}
            return kinds.pop() if len(kinds) == 1 else "any"
        if isinstance(node, cst.BinaryOperation):
            return self._binary(node, expr)
        if isinstance(node, cst.ListComp | cst.GeneratorExp | cst.List | cst.Tuple | cst.SetComp | cst.Set):
            parts = [c for c in expr.children if c.slot in ("elt", "element")]
            kinds = {self.of(child) for child in parts}
            return {"num": "nums", "str": "strs"}.get(kinds.pop(), "seq") if len(kinds) == 1 else "seq"
        if isinstance(node, cst.Dict | cst.DictComp):
            return "map"
        if isinstance(node, cst.Call):
            return _CALLS.get(called(node), "any")
        if isinstance(node, cst.Subscript) and expr.children:
            kind = self.of(expr.children[0])
            sliced = any(isinstance(part.slice, cst.Slice) for part in node.slice)
            return kind if sliced else element(kind)
        return "any"

    def _binary(self, node: cst.BinaryOperation, expr: Expr) -> Kind:
        left, right = (
            (self.of(child) for child in expr.children[:2]) if len(expr.children) > 1 else ("any",) * 2
        )
        if isinstance(node.operator, _NUMERIC):
            return "num"
        for kind in ("str", "strs", "nums", "seq"):
            if kind in (left, right):
                return kind
        if isinstance(node.operator, cst.Multiply) or "num" in (left, right):
            return "num"
        return "any"


def called(node: cst.Call) -> str:
    """The last part of the called name: `sqrt` for `math.sqrt(x)`; empty if it has none."""
    func = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    return func.value if isinstance(func, cst.Name) else ""


def element(kind: Kind) -> Kind:
    """The kind of a sequence's elements."""
    return {"nums": "num", "strs": "str", "str": "str"}.get(kind, "any")


def annotated(text: str) -> Kind:
    """The kind that an annotation names."""
    words: list[str] = _WORD.findall(text)
    if not words:
        return "any"
    first = words[0]
    if first in ("int", "float", "complex"):
        return "num"
    if first in ("str", "bool"):
        return first
    if first in ("dict", "Dict", "Mapping", "defaultdict"):
        return "map"
    if first in ("list", "List", "Sequence", "tuple", "Tuple", "Iterable", "Iterator", "set", "frozenset"):
        inner = words[1] if len(words) > 1 else ""
        return {"int": "nums", "float": "nums", "str": "strs"}.get(inner, "seq")
    return "any"


def _evidence(survey: RegionIndex) -> dict[str, Kind]:
    """What names are used for: arithmetic and comparison with numbers, subscripts, loops and `len`."""
    found: dict[str, Kind] = {}
    for expr in survey.exprs:
        node = expr.node
        if not isinstance(node, cst.Name):
            continue
        parent = expr.parent.node if expr.parent is not None else None
        if isinstance(parent, cst.BinaryOperation):
            other = next((c.node for c in expr.parent.children if c is not expr), None)  # type: ignore[union-attr]
            if isinstance(parent.operator, _NUMERIC) or isinstance(other, cst.BaseNumber):
                found.setdefault(node.value, "num")
        elif isinstance(parent, cst.Comparison) and isinstance(parent.comparisons[0].operator, _ORDERED):
            if any(isinstance(c.node, cst.BaseNumber) for c in expr.parent.children):  # type: ignore[union-attr]
                found.setdefault(node.value, "num")
        elif (expr.slot == "base" and isinstance(parent, cst.Subscript)) or expr.slot == "iter":
            found.setdefault(node.value, "seq")
        elif isinstance(parent, cst.Call) and isinstance(parent.func, cst.Name) and expr.slot == "arg":
            if parent.func.value in ("len", "sum", "sorted", "enumerate"):
                found.setdefault(node.value, "seq")
            elif parent.func.value in ("range", "abs"):
                found.setdefault(node.value, "num")
    return found
