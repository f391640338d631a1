"""What a configuration comes to, worked out once: who proposes, with which models, on what, measured how."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pygent.archive.end_reason import BUDGETS
from pygent.benchmarks.results import Suite
from pygent.benchmarks.suites.suite_registry import suite_class_of, suite_for
from pygent.evolution.proposers.run_profiles import ReadProfile, read_profile
from pygent.evolution.search.population import MODEL_FREE
from pygent.evolution.settings.config import ConfigError, RunConfig
from pygent.gateway.models.litellm_model import is_for_litellm
from pygent.gateway.models.prices import LOCAL
from pygent.gateway.models.weighted_router import parse
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.target_registry import find_target

ASKING = ("llm", "agent")  # bundled proposers that need a model


@dataclass(frozen=True)
class RunPlan:
    """A plan of inspected parts; before any of them is used, `run_trust.of_run` names what must be trusted.

    `models` are weights by name, of all that the run asks. `profile` is how an agent proposes and
    `task_profile` how agents work that are measured; each is None if no such agent is there. `source` is what
    a resumed run began with, which may have changed on disk since.
    """

    config: RunConfig
    target: Target
    proposer: str
    models: Mapping[str, float]
    profile: ReadProfile | None = None
    task_profile: ReadProfile | None = None
    source: Tree | None = None

    @cached_property
    def suite(self) -> Suite:
        """Loads the target's own grader: not before that is trusted."""
        return suite_for(self.target)

    @cached_property
    def baseline(self) -> Tree:
        return self.target.tree() if self.source is None else self.source

    @property
    def proposes_by_model(self) -> bool:
        """Whether the proposer needs a model. One of somebody's own gets a model if the run names one."""
        return self.proposer in ASKING or (self.proposer not in MODEL_FREE and bool(self.models))

    @property
    def is_model_free(self) -> bool:
        """Whether no variant can be written by a model. Of somebody's own proposer nobody knows."""
        return self.proposer in MODEL_FREE and not self.measures_agents

    @property
    def measures_agents(self) -> bool:
        """Whether a variant is itself an agent, which asks models while it is measured."""
        return suite_class_of(self.target).needs_solver

    @property
    def asks_models(self) -> bool:
        return self.proposes_by_model or self.measures_agents or bool(self.target.manifest.judges)

    @property
    def judge_models(self) -> tuple[str, ...]:
        """The models that the target names for its judges, each once."""
        named = (judge.model for judge in self.target.manifest.judges)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def budgets(self) -> Mapping[str, float]:
        """The limits that the run has, by the name of the setting."""
        limits = {name.value: getattr(self.config, name) for name in BUDGETS}
        return {name: limit for name, limit in limits.items() if limit is not None}


def resolve(config: RunConfig) -> RunPlan:
    """Raises `ConfigError`, and `TargetError`."""
    target = find_target(config.target)
    models = {} if config.model is None else parse(config.model)
    proposer = _chosen(config, models)
    profile = read_profile(config.profile, "--profile") if proposer == "agent" else None
    if config.model is None and profile is not None and profile.profile.model is not None:
        models = parse(profile.profile.model)
    solves = suite_class_of(target).needs_solver
    task_profile = read_profile(config.task_profile, "task_profile") if solves else None
    waiting = [judge.name for judge in target.manifest.judges if judge.model is None]
    if waiting and not models and config.replay is None:
        raise ConfigError(
            f"--model: {target.name} has a metric that a model judges, {waiting[0]}: name a model to ask, "
            "such as --model gpt-4.1-mini"
        )
    return RunPlan(config, target, proposer, models, profile, task_profile)


def _chosen(config: RunConfig, models: Mapping[str, float]) -> str:
    """`auto` is llm if there is a model and a way to reach it, else mutate."""
    if config.proposer != "auto":
        return config.proposer
    if not models:
        return "mutate"
    known = any(os.environ.get(name, "").strip() for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"))
    reachable = known or any(name == LOCAL or is_for_litellm(name) for name in models)
    return "llm" if reachable or config.replay else "mutate"
