"""All attacks of the corpus, on both backends and in both grades, by the command that a sceptic runs."""

from __future__ import annotations

import pytest

from pygent.sandbox.redteam.attack_corpus import read_attacks
from tests.support.cli import pygent

pytestmark = pytest.mark.campaign


@pytest.mark.parametrize("isolation", ["container", "process"])
@pytest.mark.parametrize(
    "backend",
    [
        pytest.param("docker", marks=pytest.mark.engine),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    ],
)
def test_every_attack_is_held(backend: str, isolation: str) -> None:
    done = pygent("sandbox", "attack", "--backend", backend, "--isolation", isolation, "--json")
    results = done.json["results"]
    assert [one for one in results if not one["held"]] == []
    assert done.code == 0, done.err
    assert [one["attack"] for one in results] == [one.name for one in read_attacks()]
    print(f"{backend}, {isolation}: {len(results)} attacks, {sum(r['milliseconds'] for r in results):.0f} ms")
