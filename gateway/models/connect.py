"""Build a model: the endpoint, its price, the run's budget and the retries, in that order."""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from pygent.archive.records import Usage
from pygent.gateway.local.model import LocalModel
from pygent.gateway.model_api import Model
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.circuit_breaker import Breaker, CircuitBreakerModel
from pygent.gateway.models.litellm_model import PROVIDERS, LitellmModel, is_for_litellm
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.gateway.models.prices import LOCAL, Price, find
from pygent.gateway.models.retrying_model import Policy, Retrying
from pygent.gateway.models.tools_as_text import ToolsAsText
from pygent.gateway.run_account import Budgeted, RunAccount
from pygent.prompts.quote import line

_OLLAMA = ("ollama", "ollama_chat")
_NEARBY = ("localhost", "local", "lan", "internal", "home")  # last parts of names of a private network


class ProviderUnknownError(ModelError):
    """A model's name begins with a provider that nobody knows."""


def connect(
    name: str,
    budget: RunAccount,
    prices: Mapping[str, Price] | None = None,
    breaker: Breaker | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    timeout: float = 300.0,
    policy: Policy | None = None,
    sleep: Callable[[float], object] = time.sleep,
    minutes: float = 10.0,
    ended: Callable[[], str | None] = lambda: None,
) -> CircuitBreakerModel:
    """The model `name`, with the run's budget, retries and a breaker around it. Sends nothing.

    A name `provider/model` goes to that provider, with its own key, if litellm knows it. Everything else, and
    every name if OPENAI_BASE_URL is set, goes to that OpenAI-compatible endpoint with OPENAI_API_KEY. A
    server that needs no key is asked without one if its address is given. `ended` returns the reason for the
    run to end, so that nobody waits for a model any longer. Raises `ModelError` (AUTH) if there is no way to
    the model, and `prices.PriceUnknownError` if `budget` cannot be kept.
    """
    environment = os.environ if environment is None else environment
    price = find(name, prices or {})
    model = _endpoint(name, environment, timeout)
    budget.check(name, price, is_nearby=_is_nearby(name, environment))
    retrying = Retrying(Budgeted(ToolsAsText(model), budget, price), policy, sleep=sleep)
    return CircuitBreakerModel(retrying, breaker or Breaker(name), minutes=minutes, ended=ended)


def _endpoint(name: str, environment: Mapping[str, str], timeout: float) -> Model:
    if name == LOCAL:
        return LocalModel()
    base_url = environment.get("OPENAI_BASE_URL", "").strip() or None
    if base_url is None and is_for_litellm(name):
        return LitellmModel(name, environment, timeout)
    provider, slash, _ = name.partition("/")
    if base_url is None and slash and provider != "openai":
        known = ", ".join(["openai", *PROVIDERS])
        text = (
            f"--model {name}: no provider is named {line(provider)}; known are {known} (or OPENAI_BASE_URL)"
        )
        raise ProviderUnknownError(Kind.NOT_FOUND, text, usage=Usage())
    key = environment.get("OPENAI_API_KEY", "").strip()
    if not key and base_url is None:
        text = (
            "OPENAI_API_KEY is not set: export it, or give the address of a local server as OPENAI_BASE_URL"
        )
        raise ModelError(Kind.AUTH, text, usage=Usage())
    bare = name if base_url is not None else name.removeprefix("openai/")
    return OpenAIModel(bare, key or "none", base_url, timeout)


def _is_nearby(name: str, environment: Mapping[str, str]) -> bool:
    """Whether a model is served on this machine or in its own network, most likely for nothing."""
    base_url = environment.get("OPENAI_BASE_URL", "").strip()
    if not base_url:
        return name.partition("/")[0] in _OLLAMA
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host.rpartition(".")[2] in _NEARBY or "." not in host
