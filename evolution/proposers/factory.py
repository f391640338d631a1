"""The bundled proposers, each made with what it may use of its run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from pygent.archive.store import ArchiveStore
from pygent.benchmarks.calibration import box_speed
from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.evolution.models.answer_limit import answer_limit
from pygent.evolution.proposers.brief_of_parent import RunFacts, visible_inputs
from pygent.evolution.protocols import Aside, Proposer
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.settings.config import ConfigError

if TYPE_CHECKING:
    from pygent.evolution.models.attempt_gateways import AttemptGateways
    from pygent.target_modules.fault_localization import LineWeights


_T = TypeVar("_T")


@dataclass(frozen=True)
class ProposerContext:
    """What a proposer may use of its run: each is made with one.

    `gateways` lead to the run's models and servers; None if it has none. `baseline` returns the score that
    the run began with, `weights` which lines mutations should look at first. `aside` runs an evaluation in
    turn with the run's own.
    """

    plan: RunPlan
    archive: ArchiveStore
    bench: EvaluationContext
    gateways: AttemptGateways | None
    baseline: Callable[[], float | None]
    weights: Callable[[], LineWeights | None]
    aside: Aside


def facts_of(context: ProposerContext) -> RunFacts:
    """The facts of a run that its models are told; both that take time are found once."""
    target, bench = context.plan.target, context.bench
    return RunFacts(
        speed=_once(lambda: context.aside(lambda: box_speed(target, bench.sandbox))),
        answer_tokens=answer_limit(context.plan),
        inputs=_once(lambda: visible_inputs(target, bench.seed)),
    )


def _once(find: Callable[[], _T]) -> Callable[[], _T]:
    """A function that finds a value when it is first called, on whatever thread, and then knows it."""
    lock, found = Lock(), list[_T]()

    def known() -> _T:
        with lock:
            if not found:
                found.append(find())
            return found[0]

    return known


def mutate(context: ProposerContext) -> Proposer:
    """Mutation operators; no model. Raises `ConfigError` if the run names a model that nobody would ask."""
    config = context.plan.config
    if config.model is not None and config.proposer == "mutate" and context.gateways is None:
        raise ConfigError("--model: the mutate proposer uses no model; leave one of the two out")
    from pygent.evolution.proposers.mutate import MutateProposer

    return MutateProposer(weights=context.weights)


def llm(context: ProposerContext) -> Proposer:
    """One completion per attempt."""
    from pygent.evolution.proposers.llm import LlmProposer

    assert context.gateways is not None  # the plan says that it asks models
    return LlmProposer(context.gateways, baseline=context.baseline, facts=facts_of(context))


def agent(context: ProposerContext) -> Proposer:
    """The coding agent in its box, by the profile of the run."""
    from pygent.agent import bundle
    from pygent.evolution.models.attempt_gateways import AttemptLimits
    from pygent.evolution.proposers.agent import AgentProposer, AgentSetup
    from pygent.evolution.proposers.agent_box import spec_of
    from pygent.evolution.proposers.agent_services import services_for
    from pygent.evolution.proposers.archive_lookup import ArchiveLookup
    from pygent.evolution.proposers.run_profiles import for_proposals

    plan = context.plan
    assert plan.profile is not None
    assert context.gateways is not None  # the plan says that it asks models
    target = plan.target
    profile = for_proposals(plan.profile, suite_class_of(target))
    limits = profile.limits
    setup = AgentSetup(
        bundle.files(),
        spec_of(target.manifest.packages, minutes=limits.minutes),
        profile.plain(),
        AttemptLimits(tokens=limits.tokens, calls=limits.calls, minutes=limits.minutes),
    )
    lookup = ArchiveLookup(target, context.archive)
    return AgentProposer(
        context.gateways,
        context.bench.sandbox,
        setup,
        services=lambda parent: services_for(
            target, plan.suite, context.bench, lookup, parent, context.aside
        ),
        baseline=context.baseline,
        facts=facts_of(context),
    )
