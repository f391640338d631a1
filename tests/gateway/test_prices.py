"""Prices come from the user or from litellm's map, without importing litellm; an unknown price is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from pygent.archive.records import Usage
from pygent.gateway.models.prices import Price, PriceUnknownError, find, require
from pygent.gateway.run_account import RunAccount

NOBODY_KNOWS = "a-model-of-mine"


def test_dollars_are_per_million_and_cached_tokens_are_part_of_the_prompt() -> None:
    usage = Usage(1, 1_000_000, 400_000, 100_000)
    assert Price(input=2.0, output=10.0, cached=0.5).dollars(usage) == pytest.approx(1.2 + 0.2 + 1.0)
    assert Price(input=2.0, output=10.0).dollars(usage) == pytest.approx(2.0 + 1.0)


def test_tokens_that_a_cache_keeps_have_a_price_of_their_own() -> None:
    usage = Usage(1, 1_000_000, 400_000, 0)
    price = Price(input=2.0, output=10.0, cached=0.5, cache_write=2.5)
    assert price.dollars(usage, 100_000) == pytest.approx(0.5 * 2.0 + 0.4 * 0.5 + 0.1 * 2.5)
    assert Price(input=2.0, output=10.0).dollars(usage, 100_000) == pytest.approx(2.0)
    listed = find("anthropic/claude-haiku-4-5", {})
    assert listed is not None
    assert listed.cache_write == pytest.approx(1.25 * listed.input)


def test_the_users_price_goes_before_the_listed_one() -> None:
    mine = Price(input=1.0, output=1.0)
    assert find("gpt-4o-mini", {"gpt-4o-mini": mine}) is mine


def test_a_listed_model_has_its_list_price() -> None:
    price = find("gpt-4o-mini", {})
    assert price is not None
    assert 0 < price.input < price.output
    assert price.cached is not None
    assert price.cached < price.input


def test_a_provider_before_the_name_must_be_the_listed_one() -> None:
    assert find("openai/gpt-4o-mini", {}) == find("gpt-4o-mini", {})
    assert find("elsewhere/gpt-4o-mini", {}) is None


@pytest.mark.parametrize("name", [NOBODY_KNOWS, "sample_spec", "text-embedding-3-small", "", "/"])
def test_what_has_no_price_for_text_has_none(name: str) -> None:
    assert find(name, {}) is None


def test_an_unknown_price_needs_a_budget_in_tokens_and_none_in_dollars() -> None:
    with pytest.raises(PriceUnknownError, match="budget in tokens"):
        RunAccount().check(NOBODY_KNOWS, None)
    with pytest.raises(PriceUnknownError, match="dollars per million"):
        RunAccount(tokens=5, dollars=1.0).check(NOBODY_KNOWS, None)
    require(NOBODY_KNOWS, None, tokens=5, dollars=None)
    require(NOBODY_KNOWS, None, tokens=None, dollars=None, is_nearby=True, is_limited=True)
    with pytest.raises(PriceUnknownError, match="--attempts"):
        require(NOBODY_KNOWS, None, tokens=None, dollars=None, is_nearby=True)
    with pytest.raises(PriceUnknownError, match="budget in tokens"):
        require(NOBODY_KNOWS, None, tokens=None, dollars=None, is_limited=True)
    require(NOBODY_KNOWS, Price(input=0, output=0), tokens=None, dollars=1.0)


@pytest.mark.parametrize(
    "bad", [{"input": -1, "output": 1}, {"input": 1}, {"input": 1, "output": 1, "in": 2}]
)
def test_a_bad_price_is_an_error(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Price.model_validate(bad)


def test_neither_openai_nor_litellm_is_imported_before_a_model_is_asked() -> None:
    code = (
        "import sys, pygent.gateway.models.connect, pygent.evolution.proposers;"
        "from pygent.gateway.run_account import RunAccount;"
        "from pygent.gateway.models.connect import connect;"
        "connect('gpt-4o-mini', RunAccount(), environment={'OPENAI_API_KEY': 'k' * 9});"
        "print(sorted({'openai', 'litellm', 'jinja2', 'httpx'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
