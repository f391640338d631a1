"""A run from its first record to its summary: what `evolve` and `resume` do."""

from __future__ import annotations

import logging
import re
import secrets
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygent.archive.locks import RunLock
from pygent.archive.records import PARENTS, RunRecord
from pygent.archive.store import Archive
from pygent.benchmarks.results import EvaluationContext, Solver
from pygent.benchmarks.suites.registry import suite_for
from pygent.evolution.proposers.factory import ProposerContext, asks_models, build_proposer, chosen_proposer
from pygent.evolution.proposers.failure_spectrum import FailureSpectrum
from pygent.evolution.protocols import DurableSteps
from pygent.evolution.run.budget import Clock, RunLimits
from pygent.evolution.run.evaluate_variant import VariantEvaluator
from pygent.evolution.run.log_context import run_id
from pygent.evolution.run.loop import Loop
from pygent.evolution.run.population import MODEL_FREE
from pygent.evolution.run.progress import Observer, Progress
from pygent.evolution.run.sandbox_retry import AWAY, RetryingSandbox
from pygent.evolution.run.summary import summarise
from pygent.evolution.search.acceptance import PairedAcceptor
from pygent.evolution.search.holdout_test import HoldoutTest
from pygent.evolution.search.selectors import selector
from pygent.evolution.settings.config import RunConfig
from pygent.evolution.settings.run_trust import of_run
from pygent.evolution.settings.stored_config import left_out, stored_config, vouch
from pygent.gateway.models.circuit_breaker import RunBreaker
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends import waivers
from pygent.sandbox.host.child_environment import without_keys
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.registry import find_target
from pygent.target_modules.trust.exhibit import require

if TYPE_CHECKING:
    from pygent.evolution.run.model_session import ModelSession

log = logging.getLogger(__name__)

SECONDS_KEPT_EVERY = 2.0


@dataclass(frozen=True)
class RunResult:
    """How a session of a run ended: `summary` is the closing JSON of `pygent evolve --json`."""

    run: RunRecord
    summary: dict[str, Any]


def create_run(archive: Archive, config: RunConfig) -> RunRecord:
    """Record a new run; nothing is executed yet.

    Without a seed it gets 63 random bits: cases are drawn from the seed by code that anybody can read, so
    that a variant which could guess it could foresee them. Raises `UntrustedError` where nobody has agreed
    to what the run would use.
    """
    target = find_target(config.target)
    require(*of_run(config, target))
    by_folder = Path(config.target).resolve() == target.root
    seed = secrets.randbits(63) if config.seed is None else config.seed
    settled = config.model_copy(
        update={"target": str(target.root) if by_folder else config.target, "seed": seed}
    )
    run = RunRecord(
        id=new_id(),
        target=target.name,
        config=settled.model_dump(mode="json"),
        created=time.time(),
        direction=target.primary.direction,
    )
    vouch(run.id, settled)
    archive.add_run(run)
    return run


def new_id(draw: Callable[[], str] = lambda: secrets.token_hex(4)) -> str:
    """Eight hexadecimal digits that no client takes for a number, as some do `12e45678` and `00000042`."""
    while not re.search("[abcdf]", drawn := draw()):
        pass
    return drawn


def execute_run(
    archive: Archive,
    home: Path,
    run: RunRecord,
    sandbox: Sandbox,
    observer: Observer,
    interrupted: Callable[[], bool],
    /,
    **changes: Any,
) -> RunResult:
    """Take a run on from where it is until a budget or a person ends it, and write its summary.

    `changes` are settings that this session changes, such as a larger budget. Raises `ArchiveError` where
    another process is at this run; `ModelError` where it cannot go on (it can be resumed);
    `SandboxUnavailableError` where code that a model wrote would run without a limit that nobody has waived;
    `UntrustedError` where nobody has agreed to what the run would use.
    """
    run_id.set(run.id)
    with RunLock(home, run.id) as lock:

        def seen(progress: Progress) -> None:
            if progress.baseline is not None and progress.baseline.status in PARENTS:
                lock.say_working()
            observer(progress)

        run = archive.run(run.id)
        config = stored_config(run, **changes)
        target = find_target(config.target)
        require(*of_run(config, target))
        if left := [name for name in left_out(run) if changes.get(name) is None]:
            log.warning("not taken from the archive: %s; give anew what you want", ", ".join(left))
        vouch(run.id, config)
        if asks_models(config, target) or any(
            variant.proposer not in MODEL_FREE for variant in archive.variants(run=run.id)
        ):
            waivers.require(sandbox, "code that a model wrote")
        archive.update_run(
            run.id, config=config.model_dump(mode="json"), state="running", wish="", stopped_by=""
        )
        clock = Clock(run.seconds)
        breaker = RunBreaker(dollars_per_hour=config.dollars_per_hour)
        patient = RetryingSandbox(sandbox, minutes=config.engine_minutes, ended=lambda: loop.ended_meanwhile)
        with ExitStack() as held:
            try:
                world = _world(config, archive, run, target, lambda: loop.ended_meanwhile)
                if world is not None:
                    held.callback(world.close)
                keeper = _Keeper(archive, run.id, clock, seen, world, breaker)
                held.callback(keeper.keep)
                loop = _loop(
                    archive, run, config, target, patient, clock, keeper, interrupted, world, breaker
                )
                stopped_by = loop.run()
            except BaseException as error:
                archive.update_run(
                    run.id, state="paused", stopped_by=type(error).__name__, seconds=clock.seconds
                )
                raise
        state = "paused" if stopped_by in ("pause", "interrupted", AWAY) else "finished"
        archive.update_run(run.id, state=state, wish="", stopped_by=stopped_by, seconds=clock.seconds)
        summary = summarise(archive, archive.run(run.id), target, loop.population, sandbox.name)
        archive.update_run(run.id, summary=summary)
    if config.on_finish is not None and state == "finished":
        _on_finish(config.on_finish, config.on_finish_keys, summary)
    return RunResult(replace(run, state=state, stopped_by=stopped_by), summary)


class _Keeper:
    """Passes progress on, and keeps the run's time and health in the archive now and then."""

    def __init__(
        self,
        archive: Archive,
        run: str,
        clock: Clock,
        observer: Observer,
        world: ModelSession | None,
        breaker: RunBreaker,
    ) -> None:
        self._archive = archive
        self._run = run
        self._clock = clock
        self._observer = observer
        self._world = world
        self._breaker = breaker
        self._kept = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() - self._kept >= SECONDS_KEPT_EVERY:
            self.keep()
        self._observer(progress)

    def keep(self) -> None:
        self._kept = time.monotonic()
        health = None
        if self._world is not None:
            health = {**self._world.health(), "run": {"breaker": self._breaker.snapshot()}}
        self._archive.update_run(self._run, seconds=self._clock.seconds, health=health)


def _loop(
    archive: Archive,
    run: RunRecord,
    config: RunConfig,
    target: Target,
    sandbox: RetryingSandbox,
    clock: Clock,
    observer: Observer,
    interrupted: Callable[[], bool],
    world: ModelSession | None,
    breaker: RunBreaker,
) -> Loop:
    suite = suite_for(target)
    baseline = _baseline(archive, run, target)
    bench = EvaluationContext(sandbox, Isolation.PROCESS, config.seed or 0, baseline)
    suspicion = FailureSpectrum(archive, run.id, target, bench)
    look_at = suspicion.look_at if chosen_proposer(config) == "mutate" else None
    solver = _solver(config, sandbox, world) if target.manifest.suite.kind == "tasks" else None
    judge = VariantEvaluator(
        target,
        suite,
        PairedAcceptor(),
        bench,
        error_rate=config.error_rate,
        look_at=look_at,
        solver=solver,
    )
    around = ProposerContext(
        archive,
        target,
        suite,
        bench,
        baseline=lambda: _score(loop),
        weights=lambda: suspicion.weights,
        aside=lambda work: loop.aside(work),
    )
    proposer = build_proposer(config, around, None if world is None else world.doors)
    loop = Loop(
        run,
        config,
        target,
        baseline,
        archive,
        proposer,
        selector(config.selector),
        judge,
        HoldoutTest(target, suite, bench, config.error_rate, solver),
        RunLimits(
            config,
            clock,
            breaker,
            waits=proposer.waits,
            attempts=None if world is None else world.attempts,
        ),
        observer,
        workers=1 if suite.exclusive else config.workers,
        interrupted=interrupted,
        waiting=lambda: sandbox.waiting,
    )
    return loop


def _world(
    config: RunConfig, archive: Archive, run: RunRecord, target: Target, ended: Callable[[], str]
) -> ModelSession | None:
    """None for runs that ask no model."""
    if not asks_models(config, target):
        return None
    from pygent.evolution.run.model_session import open_world

    return open_world(config, archive, run, ended)


def _solver(
    config: RunConfig, sandbox: Sandbox, world: ModelSession | None
) -> Callable[[DurableSteps], Solver]:
    from pygent.evolution.proposers.run_profiles import task_profile
    from pygent.evolution.proposers.task_solver import AgentSolver
    from pygent.evolution.run.attempt_gateways import AttemptLimits

    assert world is not None
    doors, profile = world.doors, task_profile(config).plain()
    waivers = AttemptLimits(tokens=config.task_tokens, calls=config.task_calls, minutes=config.task_minutes)
    return lambda once: AgentSolver(
        doors, sandbox, once, profile=profile, limits=waivers, minutes=config.task_minutes
    )


def _baseline(archive: Archive, run: RunRecord, target: Target) -> Tree:
    """The source that the run began with, also where it has changed on disk since."""
    for first in archive.variants(run=run.id, limit=1):
        if first.tree is not None:
            return Tree(archive.files(first.tree))
    return target.tree()


def _score(loop: Loop) -> float | None:
    baseline = loop.population.baseline
    return None if baseline is None else baseline.score


def _on_finish(command: str, keys: str, summary: dict[str, Any]) -> None:
    best = summary["best"] or {}
    told = {
        "PYGENT_RUN": str(summary["run"]),
        "PYGENT_TARGET": str(summary["target"]),
        "PYGENT_STOPPED_BY": str(summary["stopped_by"]),
        "PYGENT_BEST": str(best.get("variant") or ""),
    }
    environment = without_keys(*(name.strip() for name in keys.split(",")))
    ended = subprocess.run(command, shell=True, env={**environment, **told}, check=False)
    if ended.returncode:
        log.warning("--on-finish ended with exit code %s: %s", ended.returncode, command)
