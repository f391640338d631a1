"""Which proposer a configuration asks for, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.evolution.protocols import Proposer
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.settings.config import ConfigError

if TYPE_CHECKING:
    from pygent.evolution.models.attempt_gateways import AttemptGateways
    from pygent.target_modules.fault_localization import LineWeights


@dataclass(frozen=True)
class ProposerContext:
    """What proposers may use of their run.

    `baseline` tells the score that it began with, `weights` which lines mutations should look at first;
    `aside` runs an evaluation where those of the run have their turns.
    """

    archive: ArchiveStore
    bench: EvaluationContext
    baseline: Callable[[], float | None]
    weights: Callable[[], LineWeights | None]
    aside: Callable[[Callable[[], Evaluation]], Evaluation]


def build_proposer(plan: RunPlan, around: ProposerContext, doors: AttemptGateways | None) -> Proposer:
    """`doors` are there for whatever asks models, be it the proposer or the suite. Raises `ConfigError`."""
    config = plan.config
    if plan.proposer == "mutate":
        if config.model is not None and config.proposer == "mutate" and doors is None:
            raise ConfigError("--model: the mutate proposer uses no model; leave one of the two out")
        from pygent.evolution.proposers.mutate import MutateProposer

        return MutateProposer(weights=around.weights)
    assert doors is not None
    if plan.proposer == "agent":
        return _agent(plan, around, doors)
    from pygent.evolution.proposers.llm import LlmProposer

    return LlmProposer(doors, baseline=around.baseline)


def _agent(plan: RunPlan, around: ProposerContext, doors: AttemptGateways) -> Proposer:
    from pygent.agent import bundle
    from pygent.evolution.models.attempt_gateways import AttemptLimits
    from pygent.evolution.proposers.agent import AgentProposer, AgentSetup
    from pygent.evolution.proposers.agent_box import spec_of
    from pygent.evolution.proposers.agent_services import services_for
    from pygent.evolution.proposers.run_profiles import for_proposals

    assert plan.profile is not None
    target = plan.target
    profile = for_proposals(plan.profile, suite_class_of(target))
    limits = profile.limits
    setup = AgentSetup(
        bundle.files(),
        spec_of(target.manifest.packages, minutes=limits.minutes),
        profile.plain(),
        AttemptLimits(tokens=limits.tokens, calls=limits.calls, minutes=limits.minutes),
    )
    return AgentProposer(
        doors,
        around.bench.sandbox,
        setup,
        services=lambda parent: services_for(
            target, plan.suite, around.bench, around.archive, parent, around.aside
        ),
        baseline=around.baseline,
    )
