"""Which proposer a configuration asks for, put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pygent.archive.store import Archive
from pygent.benchmarks.results import Evaluation, EvaluationContext, Suite
from pygent.evolution.proposers.run_profiles import profile_named
from pygent.evolution.protocols import Proposer
from pygent.evolution.run.population import MODEL_FREE
from pygent.evolution.settings.config import ConfigError, RunConfig
from pygent.gateway.models.litellm_model import is_for_litellm
from pygent.gateway.models.prices import LOCAL
from pygent.gateway.models.weighted_router import parse
from pygent.target_modules.spec.manifest import Target

if TYPE_CHECKING:
    from pygent.agent.profile import Profile
    from pygent.evolution.run.attempt_gateways import AttemptGateways
    from pygent.target_modules.fault_localization import LineWeights


@dataclass(frozen=True)
class ProposerContext:
    """What proposers may use of their run.

    `baseline` tells the score that it began with, `weights` which lines mutations should look at first;
    `aside` runs an evaluation where those of the run have their turns.
    """

    archive: Archive
    target: Target
    suite: Suite
    bench: EvaluationContext
    baseline: Callable[[], float | None]
    weights: Callable[[], LineWeights | None]
    aside: Callable[[Callable[[], Evaluation]], Evaluation]


def chosen_proposer(config: RunConfig) -> str:
    """`auto` is llm where there is a model and a way to reach it, else mutate."""
    if config.proposer != "auto":
        return config.proposer
    if config.model is None:
        return "mutate"
    known = any(os.environ.get(name, "").strip() for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"))
    reachable = known or any(name == LOCAL or is_for_litellm(name) for name in parse(config.model))
    return "llm" if reachable or config.replay else "mutate"


def asks_models(config: RunConfig, target: Target) -> bool:
    """Whether a run needs a model: to propose, or to let the agents work that it measures."""
    return chosen_proposer(config) not in MODEL_FREE or target.manifest.suite.kind == "tasks"


def models_of(config: RunConfig, profile: Callable[[str], Profile] = profile_named) -> Mapping[str, float]:
    """The run's models with their weights, else that of the agent's profile; none where none is named.

    `profile` finds one by its name: to look at, or to be used."""
    name = config.model
    if name is None and config.proposer == "agent":
        name = profile(config.profile).model
    return {} if name is None else parse(name)


def build_proposer(config: RunConfig, around: ProposerContext, doors: AttemptGateways | None) -> Proposer:
    """`doors` are there for whatever asks models, be it the proposer or the suite. Raises `ConfigError`."""
    chosen = chosen_proposer(config)
    if chosen == "mutate":
        if config.model is not None and config.proposer == "mutate" and doors is None:
            raise ConfigError("--model: the mutate proposer uses no model; leave one of the two out")
        from pygent.evolution.proposers.mutate import MutateProposer

        return MutateProposer(weights=around.weights)
    assert doors is not None
    if chosen == "agent":
        return _agent(config, around, doors)
    from pygent.evolution.proposers.llm import LlmProposer

    return LlmProposer(doors, baseline=around.baseline)


def _agent(config: RunConfig, around: ProposerContext, doors: AttemptGateways) -> Proposer:
    from pygent.agent import bundle
    from pygent.evolution.proposers.agent import AgentProposer
    from pygent.evolution.proposers.agent_box import spec_of
    from pygent.evolution.proposers.agent_services import services_for
    from pygent.evolution.proposers.run_profiles import chosen_profile
    from pygent.evolution.run.attempt_gateways import AttemptLimits

    profile = chosen_profile(config, around.target)
    limits = profile.limits
    return AgentProposer(
        doors,
        around.bench.sandbox,
        spec_of(around.target.manifest.packages, minutes=limits.minutes),
        bundle.files(),
        profile.plain(),
        AttemptLimits(tokens=limits.tokens, calls=limits.calls, minutes=limits.minutes),
        services=lambda parent: services_for(
            around.target, around.suite, around.bench, around.archive, parent, around.aside
        ),
        baseline=around.baseline,
    )
