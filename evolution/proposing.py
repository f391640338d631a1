"""Which proposer a configuration asks for, put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING

from archive.types import Usage
from evolution.config import ConfigError, RunConfig
from evolution.types import Parent, Proposer
from target_modules.manifest import Target
from target_modules.patch.unified import unified

if TYPE_CHECKING:
    from agent.brief import Inspiration
    from target_modules.suspicion import Weights


def chosen_proposer(config: RunConfig) -> str:
    """`mutate` or `llm`. `auto` is llm where there is a model and a way to reach it."""
    if config.proposer != "auto":
        return config.proposer
    reachable = os.environ.get("OPENAI_API_KEY", "").strip() or os.environ.get("OPENAI_BASE_URL", "").strip()
    return "llm" if config.model is not None and reachable else "mutate"


def make_proposer(
    config: RunConfig,
    spent: Usage,
    baseline: Callable[[], float | None],
    weights: Callable[[], Weights | None] = lambda: None,
) -> Proposer:
    """`spent` is what the run has paid before, `weights` says which lines mutations should look at first.

    Raises `ConfigError` or `gateway.errors.ModelError`.
    """
    if chosen_proposer(config) == "mutate":
        if config.model is not None and config.proposer == "mutate":
            raise ConfigError("--model: the mutate proposer uses no model; leave one of the two out")
        from evolution.proposers.mutate import MutateProposer

        return MutateProposer(weights=weights)
    if config.model is None:
        raise ConfigError("--model: the llm proposer needs the name of a model, such as --model gpt-4.1-mini")
    from evolution.proposers.llm import LlmProposer
    from gateway.budget import Budget
    from gateway.connect import connect
    from gateway.prices import PriceUnknown

    account = Budget(config.tokens, config.dollars, spent)
    try:
        model = connect(config.model, account, config.prices)
    except PriceUnknown as error:
        raise ConfigError(str(error)) from None
    return LlmProposer(
        model,
        inspire=inspirations,
        baseline=baseline,
        paid_before=account.add,
        budget=lambda: account.exhausted,
        max_tokens=config.max_answer_tokens,
        temperature=config.temperature,
    )


def inspirations(target: Target, parent: Parent, rng: Random) -> Sequence[Inspiration]:
    """The parent's inspirations as diffs against it."""
    from agent.brief import Inspiration

    return [
        Inspiration(other.variant.score, unified(parent.tree, other.tree))
        for other in parent.inspirations
        if other.variant.score is not None
    ]
