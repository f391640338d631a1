"""Put a model together: the endpoint, its price, the run's budget and the retries, in that order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from archive.types import Usage
from gateway.budget import Budget, Budgeted
from gateway.errors import Kind, ModelError
from gateway.openai_model import OpenAIModel
from gateway.prices import Price, find
from gateway.retry import Policy, Retrying
from gateway.types import Model


def connect(
    name: str,
    budget: Budget,
    prices: Mapping[str, Price] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    timeout: float = 300.0,
    policy: Policy | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> Model:
    """The model `name` behind OPENAI_BASE_URL, with OPENAI_API_KEY. Nothing is sent yet.

    A server that needs no key is asked without one, where its address is given. Raises `ModelError` (AUTH)
    where there is neither, and `prices.PriceUnknown` where `budget` cannot be kept.
    """
    environment = os.environ if environment is None else environment
    base_url = environment.get("OPENAI_BASE_URL", "").strip() or None
    key = environment.get("OPENAI_API_KEY", "").strip()
    if not key and base_url is None:
        text = (
            "OPENAI_API_KEY is not set: export it, or give the address of a local server as OPENAI_BASE_URL"
        )
        raise ModelError(Kind.AUTH, text, usage=Usage())
    price = find(name, prices or {})
    budget.check(name, price)
    model = OpenAIModel(name, key or "none", base_url, timeout)
    return Retrying(Budgeted(model, budget, price), policy, sleep=sleep)
