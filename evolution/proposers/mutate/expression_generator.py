"""Grow expressions: numbers and conditions made of readable names, small constants and a few functions."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, atom, numberlike, pick
from pygent.evolution.proposers.mutate.type_inference import SEQUENCES

_SMALL = ("0", "1", "2", "3", "5", "10", "0.5", "0.1", "100")
_COMPARED = ("<", "<", "<", "<=", ">", ">", ">", ">=", "==", "!=")


def number(rng: Random, scene: OperatorContext) -> str:
    """A constant: one of the file's, a small one, or one of any size between 0.01 and 1000."""
    chance = rng.random()
    if chance < 0.25 and scene.facts.numbers:
        return scene.facts.numbers[int(rng.random() * len(scene.facts.numbers))]
    if chance < 0.6:
        return _SMALL[int(rng.random() * len(_SMALL))]
    if chance < 0.85:
        return str(round(10 ** rng.uniform(0, 2.2)))
    return figure(10 ** rng.uniform(-2, 1.5))


def threshold(rng: Random, scene: OperatorContext) -> str:
    """A constant to compare with: of any size more often than `number` gives."""
    return str(round(10 ** rng.uniform(0, 2.2))) if rng.random() < 0.5 else number(rng, scene)


def figure(value: float) -> str:
    """A float with two significant digits, as a literal."""
    text = f"{value:.2g}"
    return repr(float(text)) if "e" not in text else text


def power(base: str, rng: Random) -> str:
    """The second or third power, or the square root of the absolute value."""
    exponent = rng.choice(("2", "3", "0.5"))
    return f"abs({base}) ** 0.5" if exponent == "0.5" else f"{atom(base)} ** {exponent}"


class Grower:
    """Grows expressions for `place` (or for `offset`), more often from the names in `focus`.

    The names of the expression at `place` are the focus unless others are given.
    """

    def __init__(
        self,
        scene: OperatorContext,
        place: Expr,
        rng: Random,
        offset: int | None = None,
        focus: AbstractSet[str] | None = None,
    ) -> None:
        self.scene = scene
        self.rng = rng
        offset = place.start if offset is None else offset
        visible = scene.visible(offset)
        kinds = {name: scene.kinds.name(name) for name in visible}
        self.numbers = [name for name, kind in kinds.items() if kind in ("num", "bool")]
        self.sequences = [name for name, kind in kinds.items() if kind in SEQUENCES or kind in ("str", "map")]
        self.unknown = [name for name, kind in kinds.items() if kind == "any"]
        self.truths = [name for name, kind in kinds.items() if kind in ("any", "bool")]
        near = place.names if focus is None else focus
        self.near = [name for name in self.numbers if name in near]
        hidden = scene.local.difference(visible)
        self.borrowed = list(
            dict.fromkeys(
                scene.code(expr)
                for expr in scene.numeric
                if expr.names
                and expr.names.isdisjoint(hidden)
                and not isinstance(expr.node, cst.Name)
                and expr.end - expr.start < 60
                and scene.kinds.of(expr) == "num"
            )
        )

    def term(self) -> str:
        """A number that depends on something, if anything can be read."""
        rng = self.rng
        options: list[tuple[float, Sequence[str]]] = [
            (4.0, self.near),
            (4.0, self.numbers),
            (3.0, self.borrowed),
            (0.7, self.scene.facts.constants),
            (1.0 if self.numbers else 3.0, self.unknown),
        ]
        total = sum(weight for weight, items in options if items) + (0.8 if self.sequences else 0.0)
        mark = rng.random() * total
        for weight, items in options:
            if items:
                mark -= weight
                if mark < 0:
                    return items[int(rng.random() * len(items))]
        if self.sequences:
            name = self.sequences[int(rng.random() * len(self.sequences))]
            return self._of_sequence(name)
        return number(rng, self.scene)

    def _of_sequence(self, name: str) -> str:
        kind = self.scene.kinds.name(name)
        if kind == "nums":
            shape = self.rng.choice(("len({})", "max({})", "min({})", "sum({})", "{}[0]", "{}[-1]"))
            return shape.format(name)
        return (
            f"len({name})"
            if kind == "str" or self.rng.random() < 0.7
            else f"{name}[{self.rng.choice((0, -1))}]"
        )

    def number(self, depth: int = 2) -> str:
        """A numeric expression, at most `depth` operators deep."""
        rng = self.rng
        chance = rng.random()
        if depth <= 0 or chance < 0.22:
            return self.term() if rng.random() < 0.7 else number(rng, self.scene)
        if chance < 0.62:
            return self.arithmetic(self.number(depth - 1), depth)
        if chance < 0.74:
            return f"{atom(self.condition(depth - 1))} * {atom(self.number(depth - 1))}"
        if chance < 0.86:
            test = self.condition(depth - 1)
            return f"{self.number(depth - 1)} if {test} else {self.number(depth - 1)}"
        if chance < 0.93:
            name = rng.choice(("min", "max"))
            return f"{name}({self.term()}, {self.number(depth - 1)})"
        unary = pick(rng, self.scene.facts.unary)
        if unary is not None and rng.random() < 0.6:
            return f"{unary}({self.number(depth - 1)})"
        return f"abs({self.number(depth - 1)})" if rng.random() < 0.5 else f"-{atom(self.number(depth - 1))}"

    def arithmetic(self, left: str, depth: int) -> str:
        """`left` with one more operand. Divisors are expressions that are seldom zero."""
        rng = self.rng
        chance = rng.random()
        if chance < 0.12:
            return power(left, rng)
        right = self.number(depth - 1) if rng.random() < 0.75 else number(rng, self.scene)
        if chance < 0.3:
            if right.replace(".", "").isdigit():
                return f"{atom(left)} / {right}" if float(right) else f"{atom(left)} / 2"
            return (
                f"{atom(left)} / ({right} + 1)"
                if rng.random() < 0.5
                else f"{atom(left)} / ({atom(right)} or 1)"
            )
        if chance < 0.4:
            return (
                f"{atom(left)} % ({atom(right)} or 1)"
                if not right.isdigit() or right == "0"
                else f"{atom(left)} % {right}"
            )
        return f"{atom(left)} {'+' if chance < 0.6 else '-' if chance < 0.8 else '*'} {atom(right)}"

    def condition(self, depth: int = 1) -> str:
        """A truth value: mostly a number against a threshold or another number."""
        rng = self.rng
        chance = rng.random()
        sequence = pick(rng, self.sequences)
        if sequence is not None and (chance < 0.1 or not (self.numbers or self.unknown)):
            return sequence if rng.random() < 0.5 else f"not {sequence}"
        if self.truths and 0.2 <= chance < 0.4:
            name = self.truths[int(rng.random() * len(self.truths))]
            return name if rng.random() < 0.5 else f"not {name}"
        if depth > 0 and chance < 0.2:
            joint = rng.choice(("and", "or"))
            return f"{self.condition(depth - 1)} {joint} {atom(self.condition(depth - 1))}"
        left = self.term()
        right = threshold(rng, self.scene) if rng.random() < 0.6 else self.number(max(0, depth - 1))
        if right == left:
            right = number(rng, self.scene)
        return f"{atom(left)} {rng.choice(_COMPARED)} {atom(right)}"

    def split(self, code: str) -> str:
        """A condition on a number, mostly on `code` or a name in it, against a constant or a number."""
        rng = self.rng
        chance = rng.random()
        if chance < 0.2:
            return self.condition()
        left = code if chance < 0.35 or not self.near else self.near[int(rng.random() * len(self.near))]
        right = threshold(rng, self.scene) if rng.random() < 0.6 else self.term()
        if right == left:
            right = threshold(rng, self.scene)
        return f"{atom(left)} {rng.choice(('<', '<', '<=', '>', '>', '>=', '=='))} {atom(right)}"

    def other(self, code: str) -> str:
        """A replacement for a number: a constant, a readable number, its own negative, or a grown one."""
        rng = self.rng
        chance = rng.random()
        if chance < 0.35:
            return number(rng, self.scene)
        if chance < 0.65:
            return self.term()
        return f"-{atom(code)}" if chance < 0.75 else self.number(1)

    def like(self, expr: Expr) -> str | None:
        """Something of the same kind as `expr`, or None if nothing known fits."""
        kind = self.scene.kinds.of(expr)
        if kind == "bool":
            return self.condition()
        if kind == "num" or (kind == "any" and numberlike(expr)):
            return self.number(self.rng.choice((0, 0, 1, 1, 2)))
        return pick(self.rng, self.sequences) if kind in SEQUENCES else None
