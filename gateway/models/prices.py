"""What a model's tokens cost: from the user's config first, else from litellm's price map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pygent.archive.records import Usage

LOCAL = "local"  # the model served on this machine, for nothing
_MAP = "model_prices_and_context_window_backup.json"
_TEXT_MODES = frozenset({"chat", "completion", "responses"})


class Price(BaseModel):
    """Dollars per million tokens. `cached` is the price of prompt tokens that a cache served."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    input: float = Field(ge=0, allow_inf_nan=False, description="dollars per million prompt tokens")
    output: float = Field(ge=0, allow_inf_nan=False, description="dollars per million completion tokens")
    cached: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="dollars per million cached prompt tokens; `input` if left out",
    )

    def dollars(self, usage: Usage) -> float:
        """The price of `usage`, whose cached tokens are part of its prompt tokens."""
        cached = self.input if self.cached is None else self.cached
        fresh = usage.prompt_tokens - usage.cached_tokens
        total = fresh * self.input + usage.cached_tokens * cached + usage.completion_tokens * self.output
        return total / 1e6


class PriceUnknownError(Exception):
    """A budget cannot be kept because the price is unknown. The text says what to add to the config."""


def find(model: str, table: Mapping[str, Price]) -> Price | None:
    """The price of `model`: the user's, else litellm's list price, else None."""
    if model == LOCAL and model not in table:
        return Price(input=0.0, output=0.0, cached=0.0)
    return table[model] if model in table else _listed(model)


def require(model: str, price: Price | None, *, tokens: int | None, dollars: float | None) -> None:
    """Raise `PriceUnknownError` if the model has no price and no limit could be kept without one."""
    if price is not None:
        return
    advice = (
        f"give its input and output dollars per million tokens under prices, as [prices.{json.dumps(model)}]"
    )
    if dollars is not None:
        raise PriceUnknownError(
            f"the price of {model} is unknown, so a budget in dollars cannot be kept: {advice}"
        )
    if tokens is None:
        raise PriceUnknownError(f"the price of {model} is unknown: set a budget in tokens, or {advice}")


def _listed(model: str) -> Price | None:
    listed = _price_map()
    entry = listed.get(model)
    provider, slash, bare = model.partition("/")
    if entry is None and slash:
        entry = listed.get(bare)
        if isinstance(entry, dict) and entry.get("litellm_provider") != provider:
            entry = None
    if not isinstance(entry, dict) or entry.get("mode") not in _TEXT_MODES:
        return None
    prompt, completion = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    cached = entry.get("cache_read_input_token_cost")
    if not isinstance(prompt, (int, float)) or not isinstance(completion, (int, float)):
        return None
    return Price(
        input=prompt * 1e6,
        output=completion * 1e6,
        cached=cached * 1e6 if isinstance(cached, (int, float)) else None,
    )


def _price_map() -> Mapping[str, Any]:
    """Read litellm's price file without importing litellm (6 s, and it asks the network for a newer one)."""
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    try:
        listed = json.loads((Path(spec.origin).parent / _MAP).read_bytes())
    except (OSError, ValueError):
        return {}
    return listed if isinstance(listed, dict) else {}
