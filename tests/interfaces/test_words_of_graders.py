"""What a grader says: about visible cases to the next prompt, about held-out cases to people alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from pygent.archive.store import ArchiveStore
from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import EvaluationContext
from pygent.evolution.proposers.agent_services import evaluation_text
from pygent.evolution.proposers.archive_lookup import ArchiveLookup
from pygent.evolution.protocols import Parent
from pygent.gateway.box.box_requests import Look
from pygent.sandbox.api import Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import load
from pygent.testing.proposer_contract import parent_of
from tests.interfaces.mcp.conftest import Served, asked, value
from tests.support.cli import pygent
from tests.support.servers.model_server import ModelServer, Script, say
from tests.support.trusting import trusted

SHOWN, HIDDEN = "the visible ones want more", "the concealed ones want more"
GRADER = f'''
from dataclasses import dataclass
from pygent.grading import Call, Graded, Problem

@dataclass(frozen=True)
class Facts:
    split: str

def problems(seed, split, count):
    return [Problem((Call((n,)),), Facts(split)) for n in range(count)]

def grade(problem, answers):
    words = "{SHOWN}" if problem.facts.split == "search" else "{HIDDEN}"
    return Graded({{"size": [float(answers[0])]}}, words)
'''
MANIFEST = """
name = "sizes"
goal = "Give large numbers."
editable = ["module.py"]
entry = "module:f"

[suite]
kind = "objective"
grader = "grader.py"
count = 2
sampled = false

[[objectives]]
metric = "size"
direction = "max"
"""


def answer(number: int) -> Script:
    block = f"<<<<<<< SEARCH\n    return {number}\n=======\n    return {number + 1}\n>>>>>>> REPLACE"
    return say(f"IDEA: {number + 1} is more\n\nmodule.py\n```python\n{block}\n```")


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    folder = tmp_path / "sizes"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "module.py").write_text("def f(n):\n    return 1\n")
    (folder / "grader.py").write_text(GRADER)
    (folder / "target.toml").write_text(MANIFEST)
    return trusted(folder)


def test_words_about_held_out_cases_reach_people_and_no_model(
    sizes: Path, tmp_path: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with ModelServer([answer(1), answer(2), answer(3)]) as server:
        for name, text in server.environment.items():
            monkeypatch.setenv(name, text)
        limits = ["--seed", 3, "--attempts", 3, "--tokens", 100_000, "--window", 1, "--selector", "best"]
        done = pygent("evolve", sizes, "--model", "m", *limits, "--json", home=home)
        prompts = [request.prompt for request in server.requests]
    assert done.code == 0, done.err
    assert done.json["champion"] is True
    best = done.json["best"]["variant"]

    assert all(SHOWN in prompt for prompt in prompts)
    assert not any(HIDDEN in prompt for prompt in prompts)

    async def talk(client: Client) -> Any:
        return str(await value(client, "show", variant=best))

    told = asked(Served(home, done.json["run"]), talk)
    assert SHOWN in told
    assert HIDDEN not in told

    shown = pygent("archive", "show", best, home=home).out
    assert SHOWN in shown
    assert HIDDEN in shown

    target = load(sizes)
    with ArchiveStore.open(home, read_only=True) as archive:
        variant = archive.variants.get(best)
        assert variant.tree is not None
        parent = Parent(variant, Tree(archive.variants.files(variant.tree)), None)
        lookup = ArchiveLookup(target, archive)
        for look in (
            Look(op="archive", what="lineage"),
            Look(op="archive", what="show", query=best),
            Look(op="archive", what="search", query="concealed"),
            Look(op="archive", what="search", query="more"),
        ):
            assert HIDDEN not in str(lookup.answer(parent, look))


def test_what_an_agent_measures_comes_with_the_words(sizes: Path) -> None:
    target = load(sizes)
    with LocalSandbox() as sandbox:
        found = evaluate_tree(
            target,
            target.tree(),
            EvaluationContext(sandbox, Isolation.PROCESS, seed=3, baseline=target.tree()),
        )
    told = evaluation_text(target, found, parent_of(target), "")
    assert re.match(r"Score: \S+( \[.+\])?, \d+ samples? \(the program you began with", told)
    assert "What the grader says (data):" in told
    assert f"problem 1: {SHOWN}" in told


def test_a_measurement_outside_of_runs_shows_the_words(sizes: Path, tmp_path: Path, local: None) -> None:
    assert f"problem 1: {SHOWN}" in pygent("bench", sizes).out
    assert pygent("bench", sizes, "--held-out", "--json").json["words"][0] == f"problem 0: {HIDDEN}"

    async def talk(client: Client) -> Any:
        patch = {"module.py": "def f(n):\n    return 2\n"}
        return await value(client, "bench_patch", target=str(sizes), files=patch)

    pygent("archive", "stats", home=tmp_path / "home")
    assert asked(Served(tmp_path / "home", ""), talk)["words"] == [
        f"problem 0: {SHOWN}",
        f"problem 1: {SHOWN}",
    ]
