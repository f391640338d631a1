"""What a run would cost at its models, before anything is asked: `pygent evolve --dry-run`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from agent.messages import messages
from evolution.config import RunConfig
from evolution.proposers.llm import brief
from evolution.proposing import chosen_proposer
from evolution.types import Parent
from gateway.prices import find
from gateway.several import parse
from gateway.tokens import of_prompt
from target_modules.registry import find_target

STEP_TOKENS = 400  # a tool's call and its result, taken as typical; what was measured is in `pygent stats`
CHECKED = 3  # attempts for each that is judged: the others repeat, do not apply or are gated out


@dataclass(frozen=True)
class Estimate:
    """Figures for the whole run; None where a limit that decides them was not given.

    `prompt_tokens` is the first prompt of an attempt on the baseline, counted upwards. An attempt of an agent
    sends its conversation anew with each step, of which caches of providers take most.
    """

    proposer: str
    model: str | None
    prompt_tokens: int
    attempts: int | None
    calls: int | None
    tokens: int | None
    dollars: float | None
    limited_by: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def told(self) -> str:
        if self.model is None:
            return f"proposer {self.proposer}: no model is asked, so it costs nothing"
        rows = [
            f"proposer {self.proposer}, model {self.model}",
            f"first prompt      {self.prompt_tokens:>12,} tokens",
            f"attempts          {_figure(self.attempts):>12}  (a third of them judged)",
            f"calls             {_figure(self.calls):>12}",
            f"tokens, at most   {_figure(self.tokens):>12}",
            f"dollars, at most  {'unknown' if self.dollars is None else f'{self.dollars:,.2f}':>12}",
        ]
        if self.limited_by:
            rows.append(f"ends no later than its budget of {' and '.join(self.limited_by)} allows")
        else:
            rows.append("no budget is given: it would go on until somebody stops it")
        return "\n".join(rows)


def estimate(config: RunConfig) -> Estimate:
    """From the budget of evaluations, or where there is none, from those of tokens and dollars."""
    target, chosen = find_target(config.target), chosen_proposer(config)
    budgets = ("attempts", "evaluations", "minutes", "tokens", "dollars")
    limited = tuple(name for name in budgets if getattr(config, name) is not None)
    if chosen == "mutate" or config.model is None:
        return Estimate(chosen, None, 0, None, None, None, None, limited)
    parent = Parent(_no_variant(target.name), target.tree(), None)
    prompt = of_prompt(messages(brief(target, parent, (), None)))
    calls, whole = _attempt(config, chosen, prompt)
    attempts = config.attempts
    if attempts is None and config.evaluations is not None:
        attempts = config.evaluations * CHECKED
    if attempts is None and config.tokens is not None:
        attempts = max(1, config.tokens // whole)
    prices = [find(name, config.prices) for name in parse(config.model)]
    price = max((one for one in prices if one is not None), key=lambda one: one.output, default=None)
    tokens = None if attempts is None else attempts * whole
    if tokens is not None and config.tokens is not None:
        tokens = min(tokens, config.tokens + config.max_answer_tokens)
    dollars = config.dollars
    if price is not None and tokens is not None:
        written = min(tokens, (attempts or 0) * calls * config.max_answer_tokens)
        most = ((tokens - written) * price.input + written * price.output) / 1e6
        dollars = most if dollars is None else min(most, dollars)
    total = None if attempts is None else attempts * calls
    return Estimate(chosen, config.model, prompt, attempts, total, tokens, dollars, limited)


def _attempt(config: RunConfig, chosen: str, prompt: int) -> tuple[int, int]:
    """Calls and tokens of one attempt, at most."""
    if chosen != "agent":
        return 1, prompt + config.max_answer_tokens
    from evolution.profiles import profile_named

    limits = profile_named(config.profile).limits
    calls = min(limits.calls, limits.steps + 3)
    sent = sum(prompt + STEP_TOKENS * step for step in range(calls))
    return calls, min(limits.tokens + config.max_answer_tokens, sent + calls * config.max_answer_tokens)


def _figure(value: int | None) -> str:
    return "unlimited" if value is None else f"{value:,}"


def _no_variant(target: str) -> Any:
    from archive.types import Status, Variant

    return Variant("", "", 0, target, (), None, Status.VALID, "", "", "", 0, 0.0)
