"""Several models with weights: each attempt gets one of them, by its seed, as long as that one answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random

from pygent.gateway.model_api import Completion, Request
from pygent.gateway.models.circuit_breaker import CircuitBreakerModel


class ModelListError(ValueError):
    """A list of models cannot be read. The text says what is wrong with it."""


def parse(text: str) -> dict[str, float]:
    """Parse `name` or `name=weight`, separated by commas, into weights by name. Raises `ModelListError`."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, weight = part.strip().rpartition("=") if "=" in part else (part.strip(), "", "1")
        try:
            value = float(weight)
        except ValueError:
            raise ModelListError(f"{part.strip()}: the weight must be a number, as in name=2") from None
        if not name or name in found:
            raise ModelListError(
                f"{part.strip() or '(nothing)'}: name each model once, as in gpt-4.1-mini=3,gpt-4.1=1"
            )
        if not 0 < value < math.inf:
            raise ModelListError(f"{part.strip()}: the weight must be above 0")
        found[name] = value
    return found


class WeightedRouter:
    """Chooses by the seed of a request: all requests of an attempt share a seed, and so a model.

    A model whose breaker is open is skipped while another's is closed.
    """

    def __init__(self, models: Sequence[CircuitBreakerModel], weights: Mapping[str, float]) -> None:
        self.name = ", ".join(model.breaker.name for model in models)
        self._models = list(models)
        self._weights = [weights[model.breaker.name] for model in models]

    def complete(self, request: Request) -> Completion:
        chance = Random(request.seed)
        first = chance.choices(self._models, self._weights)[0]
        well = [n for n, model in enumerate(self._models) if model.breaker.open_for is None]
        if first.breaker.open_for is not None and well:
            (place,) = chance.choices(well, [self._weights[n] for n in well])
            first = self._models[place]
        return first.complete(request)

    def close(self) -> None:
        for model in self._models:
            model.close()
