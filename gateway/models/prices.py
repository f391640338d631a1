"""What a model's tokens cost: from the user's config first, else from litellm's price map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
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
    cache_write: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="dollars per million prompt tokens that are written to a cache; `input` if left out",
    )

    def dollars(self, usage: Usage, written: int = 0) -> float:
        """The price of `usage`. Its cached tokens, and those `written` to a cache, are among its prompt's."""
        cached = self.input if self.cached is None else self.cached
        write = self.input if self.cache_write is None else self.cache_write
        fresh = usage.prompt_tokens - usage.cached_tokens - written
        total = fresh * self.input + usage.cached_tokens * cached + written * write
        return (total + usage.completion_tokens * self.output) / 1e6


class PriceUnknownError(Exception):
    """A budget cannot be kept because the price is unknown. The text says what to add to the config."""


def find(model: str, table: Mapping[str, Price]) -> Price | None:
    """The price of `model`: the user's, else litellm's list price, else None."""
    if model == LOCAL and model not in table:
        return Price(input=0.0, output=0.0, cached=0.0)
    return table[model] if model in table else _listed(model)


def require(
    model: str,
    price: Price | None,
    *,
    tokens: int | None,
    dollars: float | None,
    is_nearby: bool = False,
    is_limited: bool = False,
) -> None:
    """Raise `PriceUnknownError` if the model has no price and no limit could be kept without one.

    A model that `is_nearby` most likely costs nothing, so that a run that `is_limited` in any way will do.
    """
    if price is not None:
        return
    if dollars is not None:
        raise PriceUnknownError(
            f"the price of {model} is unknown, so a budget in dollars cannot be kept: {_advice(model)}"
        )
    if tokens is None and not (is_nearby and is_limited):
        budget = "a budget, such as --attempts" if is_nearby else "a budget in tokens"
        raise PriceUnknownError(f"the price of {model} is unknown: set {budget}, or {_advice(model)}")


def require_known(model: str, price: Price | None, setting: str) -> None:
    """Raise `PriceUnknownError` if the model has no price, which `setting` needs."""
    if price is None:
        raise PriceUnknownError(f"{setting}: the price of {model} is unknown: {_advice(model)}")


def _advice(model: str) -> str:
    return (
        f"give its input and output dollars per million tokens under prices, as [prices.{json.dumps(model)}]"
    )


def longest_answer(model: str) -> int | None:
    """The most tokens that `model` writes by litellm's list, and at most half of its window; else None."""
    entry = _entry(model)
    most, window = entry.get("max_output_tokens"), entry.get("max_input_tokens")
    if not isinstance(most, int) or most <= 0:
        return None
    return min(most, window // 2) if isinstance(window, int) and window > 1 else most


def _listed(model: str) -> Price | None:
    entry = _entry(model)
    prompt, completion = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    cached, written = entry.get("cache_read_input_token_cost"), entry.get("cache_creation_input_token_cost")
    if not isinstance(prompt, (int, float)) or not isinstance(completion, (int, float)):
        return None
    return Price(
        input=prompt * 1e6,
        output=completion * 1e6,
        cached=cached * 1e6 if isinstance(cached, (int, float)) else None,
        cache_write=written * 1e6 if isinstance(written, (int, float)) and written else None,
    )


def _entry(model: str) -> Mapping[str, Any]:
    """What litellm's list says of a model that writes text; nothing if it does not know it."""
    listed = _price_map()
    entry = listed.get(model)
    provider, slash, bare = model.partition("/")
    if entry is None and slash:
        entry = listed.get(bare)
        if isinstance(entry, dict) and entry.get("litellm_provider") != provider:
            entry = None
    return entry if isinstance(entry, dict) and entry.get("mode") in _TEXT_MODES else {}


@cache
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
