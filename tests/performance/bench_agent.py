"""The agent and its models: size and price of a prompt, CPU of a step, start of a box."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from pygent.agent import bundle
from pygent.agent.dialogue.brief import Brief, Inspiration
from pygent.agent.dialogue.messages import messages
from pygent.agent.profile import load
from pygent.evolution.proposers.agent_box import let_work, spec_of
from pygent.gateway.models.prices import find
from pygent.gateway.models.tokens import of_prompt, of_text
from pygent.sandbox.api import Sandbox
from pygent.target_modules.patch.diff.by_symbol import by_symbol
from pygent.target_modules.patch.model.tree import Tree
from tests.performance.measuring import backends

MODEL = "gpt-4.1-mini"
ANSWER = "x" * 2400  # an edit of some forty lines
STEPS = 100


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about 25 seconds."""
    table = [*_prompt()]
    for name, pool in backends():
        with _closed(pool):
            table += _box(name, pool)
    return table


def _prompt() -> Iterator[tuple[str, str]]:
    """A 9 kB module and five inspirations, twice: two proposals from one parent."""
    parent = Tree({"module.py": _module(lambda n: n)})
    others = [Tree({"module.py": _module(lambda n, k=k: n + 100 * (n % 9 == k))}) for k in range(7)]
    told = [
        Inspiration(1.0 + number / 10, by_symbol(parent, other), f"idea {number}")
        for number, other in enumerate(others)
    ]
    whole = ["".join(one.content for one in messages(_brief(parent, told[n : n + 5]))) for n in (0, 2)]
    prefix = next(n for n, (one, other) in enumerate(zip(*whole, strict=False)) if one != other)
    size = len(parent["module.py"])
    yield (
        f"prompt: module of {size / 1000:.1f} kB, five inspirations (OpenEvolve sends about 68,000)",
        f"{len(whole[0]):,} characters",
    )
    yield (
        "prompt: share that stays the same between two proposals from a parent",
        f"{prefix / len(whole[0]):.0%}",
    )
    sent = of_prompt(messages(_brief(parent, told[:5])))
    price = find(MODEL, {})
    assert price is not None
    dollars = (sent * price.input + of_text(ANSWER) * price.output) / 1e6
    yield "proposal: tokens sent and written (counted upwards)", f"{sent:,} and {of_text(ANSWER):,}"
    yield f"proposal: dollars at the list price of {MODEL}, nothing cached", f"{dollars:.5f}"


def _module(value: Callable[[int], int]) -> str:
    functions = (
        f"def function_{number}(values, factor):\n"
        f'    """Work {number} on a list."""\n'
        f"    total = {value(number)}\n"
        "    for value in values:\n        total += value * factor\n"
        "    return total\n"
        for number in range(57)
    )
    return "\n\n".join(['"""A module."""\n', *functions])


def _brief(parent: Tree, inspirations: list[Inspiration]) -> Brief:
    return Brief(
        target="module",
        goal="Make it faster.",
        notes="Inputs are lists of integers.",
        files=parent.files,
        editable=("module.py",),
        objective="The score is `speedup`: higher is better.",
        score=1.0,
        baseline_score=1.0,
        inspirations=tuple(inspirations),
    )


class _Stepping:
    """A door whose model asks to view a file again and again."""

    def __init__(self) -> None:
        self.asked = 0
        self.first = 0.0

    def handle(self, message: Any) -> dict[str, Any]:
        self.first = self.first or time.perf_counter()
        self.asked += 1
        if self.asked > STEPS:
            return {"error": "budget", "text": "enough"}
        return {"text": "", "calls": [[f"c{self.asked}", "view", '{"path": "m.py"}']], "cut_off": False}


def _box(name: str, sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    brief = _brief(Tree({"m.py": "def f(x):\n    return x\n"}), [])
    profile = load("direct").plain()
    profile["limits"] = {**profile["limits"], "steps": STEPS, "calls": STEPS + 1}
    task = {"brief": asdict(brief), "profile": profile, "mcp_tools": []}
    files, spec = bundle.files(), spec_of((), minutes=5)
    starts, engine = [], []
    for turn in range(6):
        door = _Stepping()
        began, cpu = time.perf_counter(), time.process_time()
        let_work(sandbox, spec, files, task, door)  # type: ignore[arg-type]
        if turn:  # the first makes the image
            starts.append(door.first - began)
            engine.append((time.process_time() - cpu) / STEPS)
    yield f"agent: from nothing to its first question, {name}", f"{statistics.median(starts) * 1e3:.0f} ms"
    yield f"agent: CPU of the engine's side for a step, {name}", f"{statistics.median(engine) * 1e3:.2f} ms"


@contextmanager
def _closed(pool: Any) -> Iterator[None]:
    try:
        yield
    finally:
        pool.close()
