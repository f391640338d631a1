"""What an agent's look into the archive finds: whole ideas, any word ranked, pages; and what prompts tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.agent.dialogue.brief import Effect
from pygent.archive.records import Record, RunRecord, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation, StageResult
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.proposers.archive_lookup import ArchiveLookup, page
from pygent.evolution.proposers.ideas import prior_attempts
from pygent.evolution.protocols import Parent
from pygent.evolution.search.parents import Parents
from pygent.evolution.search.population import Population
from pygent.evolution.search.selectors import selector
from pygent.gateway.box.box_requests import read
from pygent.prompts.note import NOTE_CHARS
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, load
from pygent.testing.small_target import BUGGY, write_small_target

LESSON = "the floor is reached, and trimming gains nothing"
LONG = f"{'a table of results in place of a loop, ' * 40}and at its end the lesson: {LESSON}"
SAMPLES = {"passed": (1.0, 0.0, 1.0, 0.0)}
BETTER = {"passed": (1.0, 1.0, 1.0, 0.0)}
TESTED = PairedDecision(True, 18, 0.25, 0.1, 0.4, 0.05, "better, after 18 pairs")


def evaluation(samples: dict[str, tuple[float, ...]], seed: int = 7) -> Record:
    stage = StageResult("all", samples, 2, 4)
    return Record("evaluation", Evaluation("search", True, "", 0.5, {}, (stage,), seed).to_json())


class World:
    """A run with a population, as the loop would have them."""

    def __init__(self, archive: ArchiveStore, target: Target) -> None:
        self.archive = archive
        self.target = target
        choice = selector("best")
        self.population = Population(target, choice)
        self.parents = Parents(archive, self.population, choice, 1, told=True, hints=tuple)
        self.lookup = ArchiveLookup(target, archive)
        archive.runs.add(RunRecord("run", target.name, {}, 0.0, "max"))
        self.baseline = self.add(None, BUGGY, records=[evaluation(SAMPLES)], proposer="baseline")

    def add(
        self,
        parent: VariantRecord | None,
        text: str | None,
        *,
        records: list[Record] | None = None,
        **fields: Any,
    ) -> VariantRecord:
        number = len(self.population.generations)
        tree = None if text is None else Tree({"ranges.py": text})
        variant = VariantRecord(
            **{
                "id": f"{number:012x}", "run": "run", "attempt": number, "target": self.target.name,
                "parents": () if parent is None else (parent.id,), "tree": None if tree is None else tree.id,
                "status": Status.VALID, "reason": "", "proposer": "llm", "operator": "single",
                "generation": number and 1, "created": 0.0,
                "score": None if text is None else 0.5, "metrics": {} if text is None else {"passed": 0.5},
                **fields,
            }
        )  # fmt: skip
        self.archive.variants.add(variant, None if tree is None else tree.files, records or [])
        self.population.absorb(variant)
        return variant

    def finding(self, parent: VariantRecord, text: str) -> VariantRecord:
        return self.add(parent, None, status=Status.NO_CHANGE, note=text)

    def ask(self, parent: VariantRecord, what: str, query: str = "", **more: Any) -> str:
        asked = read({"op": "archive", "what": what, "query": query, **more})
        return str(self.lookup.answer(self.parents.get(parent.id), asked)["text"])  # type: ignore[arg-type]

    def told(self, parent: VariantRecord) -> Parent:
        return self.parents.introduced(self.parents.get(parent.id), 99)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    target = load(write_small_target(tmp_path / "target"))
    with ArchiveStore.open(tmp_path / "home") as archive:
        yield World(archive, target)


def changed(number: int, body: str = "return 0") -> str:
    return BUGGY.replace("    return 0", f"    {body}  # {number}")


def test_an_idea_is_shown_whole_by_every_question(world: World) -> None:
    one = world.add(world.baseline, changed(1), note=LONG)
    assert len(LONG) < NOTE_CHARS
    for what, query in (("lineage", ""), ("search", "trimming"), ("show", one.id[:10] + "01")):
        assert LESSON in world.ask(one, what, query)
    found = world.finding(one, f"{LONG} again")
    assert f"no change, because: {LONG} again" in world.ask(one, "findings")
    assert LESSON in world.ask(one, "show", found.id)


def test_a_search_takes_any_word_and_ranks_rare_ones_first(world: World) -> None:
    ids = [world.add(world.baseline, changed(n), note=f"a loop unrolled {n} times").id for n in range(1, 6)]
    rare = world.add(world.baseline, changed(9), note="numpy in place of a loop")
    text = world.ask(world.baseline, "search", "vectorised numpy loop", limit=3)
    assert text.index(rare.id) < min(text.index(id) for id in ids if id in text)
    assert sum(id in text for id in ids) == 2
    assert "no attempt of this run has any of: quantum" in world.ask(world.baseline, "search", "quantum")


def test_a_search_knows_the_changed_code_and_what_was_committed_since(world: World) -> None:
    one = world.add(world.baseline, changed(1, "return clamp_below(0)"), note="an idea")
    assert one.id in world.ask(world.baseline, "search", "clamp_below")
    other = world.add(world.baseline, None, status=Status.GATED_OUT, reason="unparsable: line 3")
    assert other.id in world.ask(world.baseline, "search", "unparsable")
    assert one.id in world.ask(world.baseline, "search", 'clamp_below" OR (NEAR')


def test_odd_queries_are_no_errors(world: World) -> None:
    for query in ("***", '"', "AND OR NOT", "a:b", "é", "ranges.py"):
        assert world.ask(world.baseline, "search", query)
    assert "not in the archive" in world.ask(world.baseline, "show", "ffff")


def test_long_answers_come_in_pages_that_join_to_the_whole(world: World) -> None:
    body = "\n".join(f"    value = value + {n}  # {'long words ' * 6}" for n in range(60))
    one = world.add(world.baseline, BUGGY.replace("    return 0", f"{body}\n    return 0"), note=LONG)
    first = world.ask(one, "show", one.id, chars=2000)
    assert "page 1 of " in first
    count = int(first.split("page 1 of ")[1].split(":")[0])
    pages = [world.ask(one, "show", one.id, chars=2000, page=number) for number in range(1, count + 1)]
    assert all(len(text) <= 2000 for text in pages)
    assert f"ask with page={count}" in pages[-2]
    assert "ask with" not in pages[-1]
    joined = "".join(pages)
    assert all(f"value = value + {n}  #" in joined for n in range(60))
    assert f"there is no page {count + 1}" in world.ask(one, "show", one.id, chars=2000, page=count + 1)


@given(st.text(max_size=4000), st.integers(500, 900))
def test_every_page_fits_and_nothing_is_lost(text: str, chars: int) -> None:
    first = page(text, 1, chars)["text"]
    count = int(first.split("page 1 of ")[1].split(":")[0]) if "\npage 1 of " in first[-60:] else 1
    pages = [page(text, number, chars)["text"] for number in range(1, count + 1)]
    assert all(len(one) <= chars for one in pages)
    inner = ["\n".join(one.split("\n")[1:]).rpartition("\n```")[0] for one in pages]
    whole = page(text, 1, 10**6)["text"].split("\n", 1)[1].rpartition("\n```")[0]
    assert "".join("".join(inner).split()) == "".join(whole.split())


def test_effects_on_cases_that_are_the_whole_task_have_no_interval(world: World) -> None:
    one = world.add(
        world.baseline, changed(1), note="better", metrics={"passed": 0.75}, status=Status.ACCEPTED,
        records=[evaluation(BETTER), Record("acceptance", asdict(TESTED))],
    )  # fmt: skip
    parent = world.told(world.baseline)
    (told,) = prior_attempts(world.target, parent)
    assert told.effects == (Effect("passed", 0.5, 0.75),)
    assert told.comparison == "+0.25 [+0.1, +0.4] against its parent (above 0 is better), 18 pairs: better"
    assert (told.place, told.name) == ("on these files", f"attempt 1 ({one.id})")
    assert "@@ ranges.py:outside" in told.change
    shown = world.ask(world.baseline, "show", one.id)
    assert "passed: 0.5 -> 0.75\n" in shown
    assert "18 pairs: better" in shown


def test_cases_of_another_seed_are_not_paired(world: World) -> None:
    world.add(world.baseline, changed(1), note="n", metrics={"passed": 0.75}, records=[evaluation(BETTER, 8)])
    (told,) = prior_attempts(world.target, world.told(world.baseline))
    assert told.effects == (Effect("passed", 0.5, 0.75),)


def test_what_is_near_comes_first_and_findings_elsewhere_are_told(world: World) -> None:
    on_it = [world.add(world.baseline, changed(n), note=f"idea {n}") for n in range(1, 3)]
    best = world.add(world.baseline, changed(5), note="best", status=Status.ACCEPTED, score=0.9)
    child = world.add(on_it[0], changed(6), note="child")
    there = world.finding(on_it[1], "nothing helps there")
    here = world.finding(on_it[0], "nothing helps here")
    told = prior_attempts(world.target, world.told(on_it[0]))
    assert [one.note for one in told] == [
        "nothing helps here",
        "child",
        "idea 1",
        "best",
        "nothing helps there",
    ]
    assert [one.place for one in told] == [
        "on these files",
        "on these files",
        "which made these files",
        f"on other files ({world.baseline.id})",
        f"on other files ({on_it[1].id})",
    ]
    assert [one.finding for one in told] == [True, False, False, False, True]
    assert {best.id, child.id, there.id, here.id} <= {one.name.split("(")[1][:-1] for one in told}


def test_attempts_that_a_resumed_run_has_not_replayed_yet_are_not_told(world: World) -> None:
    later = replace(world.baseline, id="f" * 12, attempt=1, parents=(world.baseline.id,), note="later")
    world.archive.variants.add(later, {"ranges.py": BUGGY}, [])
    assert world.told(world.baseline).tried == ()
