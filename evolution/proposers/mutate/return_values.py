"""What a function may return: values of the kinds in its annotation and its other returns."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.expression_generator import Grower
from pygent.evolution.proposers.mutate.nodes import FunctionScope
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.type_inference import SEQUENCES, annotated

_EMPTY = {
    "num": ("0", "1", "-1"),
    "bool": ("True", "False"),
    "str": ('""',),
    "map": ("{}",),
    "any": ("None",),
}


def kinds(scene: OperatorContext, function: FunctionScope) -> set[str]:
    """The kinds of a function's results; any kind if nothing is known."""
    note = function.node.returns
    if note is not None:
        known = annotated(cst.Module([]).code_for_node(note.annotation))
        if known != "any":
            return {known}
    found = {scene.kinds.of(e) for e in scene.survey.exprs if e.slot == "return" and e.function is function}
    return found - {"any"} or {"any"}


def result(scene: OperatorContext, function: FunctionScope, grower: Grower, offset: int, rng: Random) -> str:
    """A constant, a readable name, another result of the function, or something grown."""
    wanted = kinds(scene, function)
    options = [value for kind in sorted(wanted) for value in _EMPTY.get(kind, ())]
    if wanted & SEQUENCES:
        options.append("[]")
    options += [
        name
        for name in scene.visible(offset)
        if scene.kinds.name(name) in wanted
        or scene.kinds.name(name) == "any"
        or (wanted & SEQUENCES and scene.kinds.name(name) in SEQUENCES)
    ]
    options += [
        scene.code(e)
        for e in scene.survey.exprs
        if e.slot == "return" and e.function is function and scene.readable(e, offset)
    ]
    if "num" in wanted:
        options += [f"len({name})" for name in grower.sequences]
        options += [grower.number(1), grower.term()]
    if "any" in wanted:
        options += ["0", "True", "False", "[]"]
    return rng.choice(options)
