"""What a very small model's guesses are worth: expressions filled in, against random ones and mutations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pygent.agent.brief import Brief
from pygent.agent.host_client import ModelAnswer
from pygent.agent.infill import attempt, drawn, masked
from pygent.agent.rewrite import Ask, one_of
from pygent.archive.store import Archive
from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import EvaluationContext
from pygent.evolution.run.execution import create_run, execute_run
from pygent.evolution.settings.config import load_config
from pygent.gateway.budget import RunAccount
from pygent.gateway.local.install import install
from pygent.gateway.model_api import Model, Request
from pygent.gateway.models.connect import connect
from pygent.prompts.message import Message
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.select import open_sandbox
from pygent.target_modules.gate.checks import gate
from pygent.target_modules.patch.apply import apply
from pygent.target_modules.spec.registry import find_target

TARGETS = ("online_bin_packing", "text_distance")
PLACES = 40
MINUTES = 0.75  # of each run, one thing at a time: the model has one thread, so have the mutations


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; needs a sandbox, takes about six minutes."""
    install()
    table = []
    sandbox = open_sandbox()
    model = connect("local", RunAccount(), environment={})
    try:
        for name in TARGETS:
            table += _guesses(name, model, sandbox)
    finally:
        model.close()
    try:
        table += [_run(name, proposer, sandbox) for name in TARGETS for proposer in ("mutate", "infill")]
    finally:
        sandbox.close()
    return table


def _guesses(name: str, model: Model, sandbox: Sandbox) -> list[tuple[str, str]]:
    """The same masked places, filled in by the model and at random from the same grammar."""
    target = find_target(name)
    before = target.tree()
    told = Brief(name, "", "", before.files, target.manifest.editable, "", None, None)
    bench = EvaluationContext(sandbox, Isolation.PROCESS, 1, before)
    baseline = evaluate_tree(target, before, bench).score
    assert baseline is not None
    table = []
    for who in ("the model", "random expressions"):
        judged = valid = good = 0
        for number in range(PLACES):
            ask = _asking(model, number) if who == "the model" else _drawing(told, number)
            made = attempt(told, ask, Random(number))
            after = None if made.patch is None else apply(before, made.patch)
            if after is None or after.id == before.id or gate(target, before, after):
                continue
            judged += 1
            found = evaluate_tree(target, after, bench)
            if found.graded and found.score is not None:
                valid += 1
                good += target.fitness(found.score) >= target.fitness(baseline)
        figure = f"{judged} judged, {valid} valid, {good} at least as good"
        table.append((f"infill: {PLACES} places of {name} filled by {who}", figure))
    return table


def _asking(model: Model, number: int) -> Ask:
    def ask(messages: Sequence[Message], *, grammar: str, max_tokens: int) -> ModelAnswer:
        got = model.complete(Request(tuple(messages), max_tokens, 0.8, number, grammar=grammar))
        return ModelAnswer(got.text, cut_off=False)

    return ask


def _drawing(told: Brief, number: int) -> Ask:
    def ask(messages: Sequence[Message], *, grammar: str, max_tokens: int) -> ModelAnswer:
        return ModelAnswer(_random(told, number), cut_off=False)

    return ask


def _random(told: Brief, number: int) -> str:
    rng = Random(number)
    chosen = one_of(told, rng)
    assert chosen is not None
    place = masked("\n".join((*chosen.head, *chosen.body)) + "\n", rng)
    assert place is not None
    return drawn(place, Random(f"drawn/{number}"))


def _run(name: str, proposer: str, sandbox: Sandbox) -> tuple[str, str]:
    options = {"model": "local", "tokens": 10**9} if proposer == "infill" else {}
    config = load_config(
        None, target=name, proposer=proposer, minutes=MINUTES, workers=1, window=1, seed=1, **options
    )
    with TemporaryDirectory() as folder, Archive.open(Path(folder)) as archive:
        ended = execute_run(
            archive, Path(folder), create_run(archive, config), sandbox, lambda progress: None, lambda: False
        )
    told = ended.summary
    best = told["best"] or told["baseline"]
    return (
        f"infill: {MINUTES * 60:.0f} s of {name} with {proposer}, one thing at a time",
        f"{told['evaluations']} judged, {told['accepted']} accepted, best {best['score']:.4g} "
        f"(baseline {told['baseline']['score']:.4g})",
    )
