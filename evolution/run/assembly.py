"""The parts of a run's session, put together."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pygent.archive.records import RunRecord, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.learned_limits import unfinished
from pygent.benchmarks.results import Evaluation, EvaluationContext, Solver
from pygent.evolution.extension_points import (
    ACCEPTORS,
    NO_OBJECTS,
    PROPOSERS,
    SELECTORS,
    ExtensionObjects,
    made,
)
from pygent.evolution.promotion.hints import standing
from pygent.evolution.proposers.factory import ProposerContext
from pygent.evolution.proposers.failure_spectrum import FailureSpectrum
from pygent.evolution.protocols import DurableSteps
from pygent.evolution.run.attempt import Attempts
from pygent.evolution.run.attempt_threads import AttemptThreads
from pygent.evolution.run.commit import Ledger
from pygent.evolution.run.end_conditions import Stopping
from pygent.evolution.run.loop import Loop
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.run.progress import Observer, Progress
from pygent.evolution.run.reporter import Reporter
from pygent.evolution.run.run_limits import Clock, RunLimits
from pygent.evolution.run.variant_evaluator import VariantEvaluator
from pygent.evolution.search.baseline_record import BaselineRecord
from pygent.evolution.search.crossover import CrossoverSchedule, is_worthwhile
from pygent.evolution.search.holdout_test import HoldoutTest
from pygent.evolution.search.parent_selection import Selection
from pygent.evolution.search.parents import Parents
from pygent.evolution.search.population import Population
from pygent.evolution.search.recorded_order import recorded_order
from pygent.gateway.models.circuit_breaker import RunBreaker
from pygent.gateway.models.replay_model import Replay
from pygent.gateway.secrets import Redactor
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.host.pool_sizing import free_memory_mb
from pygent.sandbox.host.retry import RetryingSandbox
from pygent.target_modules.patch.model.tree import Tree

if TYPE_CHECKING:
    from pygent.evolution.models.model_session import ModelSession

SECONDS_KEPT_EVERY = 2.0
_AGENTS_SHARE = 0.5  # of the free memory that the boxes of agents at work may be promised


@dataclass(frozen=True)
class RunSession:
    """The inputs of one session of a run.

    `history` are the run's earlier variants in the order of commits, read once; `assemble` consumes them.
    """

    archive: ArchiveStore
    run: RunRecord
    plan: RunPlan
    history: deque[VariantRecord]
    sandbox: Sandbox
    clock: Clock
    observer: Observer
    interrupted: Callable[[], bool]
    objects: ExtensionObjects = NO_OBJECTS


def assemble(session: RunSession, held: ExitStack) -> Loop:
    """`held` closes what is opened here. Raises what opening a model or a server raises."""
    archive, run, plan, config = session.archive, session.run.id, session.plan, session.plan.config
    breaker = RunBreaker(dollars_per_hour=config.dollars_per_hour)
    replays = plan.asks_models and config.replay is not None
    replay = Replay(archive, str(config.replay)) if replays else None
    budget = RunLimits(config, session.clock, breaker, None if replay is None else replay.attempts)
    objects, digests = session.objects, config.extensions
    chooser = made(SELECTORS, config.selector, objects.selector, digests)
    acceptor = made(ACCEPTORS, config.acceptor, objects.acceptor, digests)
    population = Population(plan.target, chooser, config.approval)
    stopping = Stopping(plan, archive, run, population, budget, session.interrupted)
    sandbox = RetryingSandbox(session.sandbox, minutes=config.engine_minutes, ended=stopping.meanwhile)
    world = _world(session, replay, stopping)
    if world is not None:
        held.callback(world.close)
    keeper = _Keeper(session, world, breaker)
    held.callback(keeper.keep)

    threads = AttemptThreads(1 if plan.suite.exclusive else config.workers, _askers(plan))
    baseline = BaselineRecord(archive, [str(config.replay), run] if replays else [run], plan.baseline.id)
    bench = EvaluationContext(
        sandbox, Isolation.PROCESS, config.seed or 0, plan.baseline, baseline_found=baseline
    )
    suspicion = FailureSpectrum(archive, run, plan.target, bench)
    around = ProposerContext(
        plan,
        archive,
        bench,
        None if world is None else world.doors,
        baseline=lambda: population.baseline_score,
        weights=lambda: suspicion.weights,
        aside=threads.aside,
    )
    proposer = made(PROPOSERS, plan.proposer, objects.proposer, digests, around)
    solver = _solver(plan, sandbox, world)
    judge = _judge(plan, world, threads)
    reporter = Reporter(run, population, budget, stopping, lambda: sandbox.waiting, keeper)

    def look_at(evaluation: Evaluation, once: DurableSteps) -> None:
        baseline.note(evaluation)
        said = (evaluation.limits, unfinished(plan.target, evaluation))
        reporter.notes += [text for text in said if text]
        if plan.proposer == "mutate":
            suspicion.look_at(evaluation, once)

    heard = replace(bench, tell=reporter.notes.append)
    evaluator = VariantEvaluator(plan, acceptor, heard, look_at=look_at, solver=solver, judge=judge)
    confirmer = HoldoutTest(plan.target, plan.suite, bench, config.error_rate, solver)

    redact = Redactor.of(os.environ) if world is None else world.redact
    parents = Parents(
        archive,
        population,
        chooser,
        config.seed,
        told=proposer.waits,
        hints=lambda: standing(archive, run, redact),
    )
    share = config.fuse if is_worthwhile(plan.target.manifest.editable, plan.baseline) else 0.0
    fusing = CrossoverSchedule(share, config.seed, chooser, population.lineage)
    selection = Selection(plan.target, chooser, parents, fusing, introduced=proposer.waits)
    replayed = str(config.replay) if replays else None
    recorded = recorded_order(archive, run, session.history, window=config.window, replayed=replayed)
    ledger = Ledger(
        archive,
        run,
        population,
        parents,
        reporter.committed,
        at_once=proposer.waits,
        replayed=recorded.replayed,
    )
    attempts = Attempts(plan, proposer, selection, evaluator, confirmer, ledger)
    session.history.clear()
    return Loop(attempts, ledger, stopping, threads, reporter, recorded, window=config.window)


class _Keeper:
    """Passes progress on, and keeps the run's time and health in the archive now and then."""

    def __init__(self, session: RunSession, world: ModelSession | None, breaker: RunBreaker) -> None:
        self._session = session
        self._world = world
        self._breaker = breaker
        self._kept = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() - self._kept >= SECONDS_KEPT_EVERY:
            self.keep()
        self._session.observer(progress)

    def keep(self) -> None:
        self._kept = time.monotonic()
        health = None
        if self._world is not None:
            health = {**self._world.health(), "run": {"breaker": self._breaker.snapshot()}}
        seconds = self._session.clock.seconds
        self._session.archive.runs.update(self._session.run.id, seconds=seconds, health=health)


def _world(session: RunSession, replay: Replay | None, stopping: Stopping) -> ModelSession | None:
    """None for runs that ask no model."""
    if not session.plan.asks_models:
        return None
    from pygent.evolution.models.model_session import open_world, paid

    spent = paid(session.archive, session.run.id, session.history)
    return open_world(session.plan, session.archive, spent, replay, stopping.meanwhile)


def _askers(plan: RunPlan) -> int:
    """How many attempts at a time may make a proposal.

    An agent keeps a box while it works. At their memory limits, all of these boxes fit into half of the free
    memory; if it is less, as many agents work as evaluations run.
    """
    config = plan.config
    if plan.profile is None:
        return config.window
    from pygent.evolution.proposers.agent_box import MEMORY_MB

    room = free_memory_mb() * _AGENTS_SHARE / MEMORY_MB
    return int(min(config.window, max(config.workers, room)))


def _judge(
    plan: RunPlan, world: ModelSession | None, threads: AttemptThreads
) -> Callable[[Evaluation, Tree, DurableSteps], Evaluation] | None:
    """None unless the target has metrics that a model judges. It has no turn while it waits for the model."""
    if not plan.target.manifest.judges or world is None:
        return None
    from pygent.evolution.models.model_judge import ModelJudge

    judge = ModelJudge(plan.target, plan.baseline, world.doors_to)
    return lambda found, tree, once: threads.without_turn(lambda: judge(found, tree, once))


def _solver(
    plan: RunPlan, sandbox: Sandbox, world: ModelSession | None
) -> Callable[[DurableSteps], Solver] | None:
    """None unless variants are agents."""
    if plan.task_profile is None or world is None:
        return None
    from pygent.evolution.models.attempt_gateways import AttemptLimits
    from pygent.evolution.proposers.run_profiles import for_tasks
    from pygent.evolution.proposers.task_solver import AgentSolver

    config, doors, profile = plan.config, world.doors, for_tasks(plan.task_profile).plain()
    limits = AttemptLimits(tokens=config.task_tokens, calls=config.task_calls, minutes=config.task_minutes)
    return lambda once: AgentSolver(
        doors, sandbox, once, profile=profile, limits=limits, minutes=config.task_minutes
    )
