"""The story of docs/explanation/evolving-itself.md, recorded anew and replayed: an agent that makes one call
an answer becomes one that makes all in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pygent.agent import bundle
from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.target_modules.spec.manifest import Target, load
from pygent.target_modules.trust.target_exhibits import as_written
from tests.support.agent_script import Move, by_plan
from tests.support.cli import pygent
from tests.support.coding_tasks import write_tasks
from tests.support.servers.model_server import ModelServer, Request, Step, call, say

pytestmark = [pytest.mark.bubblewrap, pytest.mark.campaign]

PROMPT = "prompts/execute.md.j2"
ONE_BY_ONE = "Now do it, with the tools: one step at a time. Call `finish` when it is done and checked.\n"
INVITED = "One answer may hold several calls"
MOVES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("replace", {"path": "code.py", "search": "return x + OFFSET", "replace": "return x * x"}),
    ("shell", {"command": "python3 -c 'import code, sys; assert code.square(3) == 9'"}),
    ("finish", {"note": "squares"}),
)
PROPOSED: list[Move] = [
    "Each answer sends the whole conversation again.",
    "Let one answer hold everything.",
    ("replace", {"path": PROMPT, "search": ONE_BY_ONE, "replace": bundle.files()[PROMPT]}),
    ("finish", {"note": "one answer may hold everything"}),
    "IDEA: one answer may hold everything",
]


def player(request: Request) -> Step:
    """Knows the tasks, and does what the prompt invites to; it proposes the change of the story."""
    if "Let square() in code.py" not in request.prompt:
        return by_plan(PROPOSED)(request)
    done = sum(message["role"] == "assistant" for message in request.body["messages"])
    if done >= len(MOVES):
        return say("I am done.")(request)
    return (call(*MOVES) if INVITED in request.prompt else call(MOVES[done]))(request)


def agent_of_before(folder: Path) -> Target:
    """Today's agent with the words of before, measured by three search tasks and one held out."""
    split = {**dict.fromkeys(("one", "two", "three"), "search"), "hidden": "held_out"}
    target = write_tasks(folder, split)
    for path, text in {**bundle.files(), PROMPT: ONE_BY_ONE}.items():
        file = folder / "source" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    manifest = folder / "target.toml"
    manifest.write_text(manifest.read_text().replace(str(target.source), str(folder / "source")))
    return as_written(load(folder))


def variants(home: Path, run: str) -> list[VariantRecord]:
    with ArchiveStore.open(home, read_only=True) as archive:
        return list(archive.variants.list_(run=run))


def test_the_story_comes_true_again_and_its_recording_replays_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, home = agent_of_before(tmp_path / "target"), tmp_path / "home"
    options = ["--sandbox", "bubblewrap", "--json"]
    with ModelServer(otherwise=player) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        asked = ["--proposer", "agent", "--model", "player", "--tokens", "5000000", "--window", "1"]
        done = pygent(
            "evolve", target.root, *asked, "--evaluations", "1", "--seed", "11", *options, home=home
        )
    assert done.code == 0, done.err
    before, after = variants(home, done.json["run"])
    assert after.status == "champion", after.reason
    assert (before.metrics["solved"], after.metrics["solved"]) == (1.0, 1.0)
    assert before.metrics["steps"] == after.metrics["steps"] == len(MOVES)
    assert after.metrics["tokens"] < before.metrics["tokens"] / 2
    assert pygent("archive", "diff", after.id, home=home).out.count("\n+") >= 3

    replayed = pygent("evolve", target.root, "--replay", done.json["run"], *options, home=home)
    assert replayed.code == 0, replayed.err
    again = variants(home, replayed.json["run"])
    assert [(one.tree, one.status, one.metrics, one.reason) for one in again] == [
        (one.tree, one.status, one.metrics, one.reason) for one in (before, after)
    ]
