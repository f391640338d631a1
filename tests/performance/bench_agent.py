"""The agent and its models: size and price of a prompt, CPU of a step, start of a box, workers kept busy."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from pygent.agent import bundle
from pygent.agent.dialogue.brief import Brief, Inspiration
from pygent.agent.dialogue.messages import messages
from pygent.agent.profile import load
from pygent.archive.records import RunRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation, Trust
from pygent.evolution.proposers.agent_box import let_work, spec_of
from pygent.evolution.protocols import Parent, Proposal
from pygent.evolution.run.attempt import Attempts
from pygent.evolution.run.attempt_threads import AttemptThreads
from pygent.evolution.run.commit import Ledger
from pygent.evolution.run.end_conditions import Stopping
from pygent.evolution.run.loop import Loop
from pygent.evolution.run.plan import RunPlan, resolve
from pygent.evolution.run.reporter import Reporter
from pygent.evolution.run.run_limits import Clock, RunLimits
from pygent.evolution.search.crossover import CrossoverSchedule
from pygent.evolution.search.parent_selection import Selection
from pygent.evolution.search.parents import Parents
from pygent.evolution.search.population import Population
from pygent.evolution.search.recorded_order import RecordedOrder
from pygent.evolution.search.selectors import selector
from pygent.evolution.settings.config import load_config
from pygent.gateway.models.circuit_breaker import RunBreaker
from pygent.gateway.models.prices import find
from pygent.gateway.models.tokens import of_prompt, of_text
from pygent.sandbox.api import Sandbox
from pygent.target_modules.patch.diff.by_symbol import by_symbol
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import load as load_target
from pygent.testing.small_target import write_small_target
from tests.performance.measuring import backends

MODEL = "gpt-4.1-mini"
ANSWER = "x" * 2400  # an edit of some forty lines
STEPS = 100
LATENCY, SIGMA, EVALUATION = 0.2, 0.5, 0.05  # seconds: 20 s and 5 s, a hundred times as fast
WORKERS, WINDOW, ATTEMPTS = 2, 48, 400


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about 40 seconds."""
    table = [*_prompt()]
    for name, pool in backends():
        with _closed(pool):
            table += _box(name, pool)
    table.append(_fill())
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


class _Slow:
    """Proposes a new tree each time, after a wait like a model's."""

    name, waits, exhausted = "llm", True, ""

    def propose(self, target: Any, parent: Parent, rng: Random, seen: Any, once: Any) -> Proposal:
        time.sleep(LATENCY * rng.lognormvariate(0, SIGMA))
        tree = parent.tree.with_file("ranges.py", f"# {rng.random()}\n" + parent.tree["ranges.py"])
        return Proposal(tree, "slow", written_by_model=True)


class _Evaluator:
    """A verdict after the time of an evaluation."""

    def gate(self, parent: Parent, tree: Tree) -> str:
        return ""

    def evaluate(self, tree: Tree, isolation: Any, once: Any, *, is_baseline: bool) -> Evaluation:
        time.sleep(EVALUATION)
        return Evaluation("search", True, "", 0.5, {"passed": 0.5}, (), 0, Trust.SEALED)

    def accept(self, *known: Any) -> None:
        """Nothing is compared."""


def _fill() -> tuple[str, str]:
    """Judged attempts a second, against what so many workers and waiting attempts could do at most."""
    with tempfile.TemporaryDirectory() as folder, ArchiveStore.open(Path(folder) / "home") as archive:
        target = load_target(write_small_target(Path(folder) / "target"))
        config = load_config(
            None, target=str(target.root), attempts=ATTEMPTS, window=WINDOW, workers=WORKERS, seed=1, fuse=0.0
        )
        archive.runs.add(RunRecord("fill", target.name, {}, 0.0, "max"))
        loop = _loop(archive, "fill", resolve(config))
        began = time.perf_counter()
        loop.run()
        rate = ATTEMPTS / (time.perf_counter() - began)
    mean = LATENCY * 2.718281828 ** (SIGMA**2 / 2)
    bound = min(WORKERS / EVALUATION, WINDOW / (mean + EVALUATION))
    what = f"loop: workers kept busy at a model's latency of {LATENCY * 100:.0f} s, window {WINDOW}"
    return what, f"{rate / bound:.0%} of the bound"


def _loop(archive: ArchiveStore, run: str, plan: RunPlan) -> Loop:
    chooser, config = selector("dgm"), plan.config
    population = Population(plan.target, chooser)
    budget = RunLimits(config, Clock(), RunBreaker())
    stopping = Stopping(plan, archive, run, population, budget, lambda: False)
    reporter = Reporter(run, population, budget, stopping, lambda: None, lambda progress: None)
    parents = Parents(archive, population, chooser, config.seed, told=True)
    fusing = CrossoverSchedule(0.0, config.seed, chooser, population.lineage)
    selection = Selection(plan.target, chooser, parents, fusing, introduced=True)
    ledger = Ledger(archive, run, population, parents, reporter.committed, at_once=True)
    attempts = Attempts(
        plan,
        _Slow(),
        selection,
        _Evaluator(),  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]  # no attempt is accepted
        ledger,
    )
    threads = AttemptThreads(config.workers, config.window)
    return Loop(attempts, ledger, stopping, threads, reporter, RecordedOrder(), window=config.window)


@contextmanager
def _closed(pool: Any) -> Iterator[None]:
    try:
        yield
    finally:
        pool.close()
