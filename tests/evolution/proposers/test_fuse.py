"""Fusions: two parents in one child, the same run whatever happens to it, and nothing forgotten of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.proposers.fuse import FuseProposer
from pygent.evolution.proposers.mutate import MutateProposer
from pygent.evolution.protocols import DurableSteps, Parent, Proposal, SecondParent
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.search.crossover import is_worthwhile
from pygent.evolution.search.lineage import Lineage
from pygent.evolution.search.population import Population
from pygent.evolution.search.selectors import selector
from pygent.evolution.settings.config import ConfigError, RunConfig, load_config
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.target_registry import find_target
from pygent.testing.small_target import write_small_target

TWO_BUGS = '''"""How far a value lies outside of a range."""


def below(value, low):
    return low + value if value < low else 0


def above(value, high):
    return value + high if value > high else 0


def outside(value, low, high):
    return below(value, low) + above(value, high)
'''
LEFT = TWO_BUGS.replace("low + value", "low - value")
RIGHT = TWO_BUGS.replace("value + high", "value - high")
BOTH = LEFT.replace("value + high", "value - high")


class Killed(BaseException):
    """Stands for a kill -9."""


class Waiting(MutateProposer):
    """The mutate proposer in the place of a model: on threads, and what it writes is not trusted."""

    name = "llm"
    waits = True

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        made = super().propose(target, parent, rng, seen, once)
        return Proposal(made.tree, made.operator, made.note, made.reason, written_by_model=True)


@pytest.fixture
def sandbox() -> Iterator[LocalSandbox]:
    inner = LocalSandbox()
    yield inner
    inner.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = write_small_target(tmp_path / "target", source=TWO_BUGS)
    manifest = folder / "target.toml"
    manifest.write_text(manifest.read_text().replace('"ranges.py:outside"', '"ranges.py"'))
    return folder


def evolve(
    home: Path,
    sandbox: LocalSandbox,
    config: RunConfig,
    *,
    run: str | None = None,
    observer: Callable[[Progress], None] = lambda progress: None,
) -> list[VariantRecord]:
    with ArchiveStore.open(home) as archive:
        record = archive.runs.get(run) if run else create_run(archive, config)
        execute_run(archive, home, record, sandbox, observer, lambda: False)
        assert archive.verify() == []
        return list(archive.variants.list_())


def config_for(target: Path, **options: Any) -> RunConfig:
    return load_config(None, target=str(target), **{"evaluations": 40, "seed": 3, "fuse": 0.5, **options})


def shape(found: Sequence[VariantRecord]) -> list[object]:
    number = {one.id: one.attempt for one in found}
    return [
        (one.attempt, [number[p] for p in one.parents], one.tree, one.status, one.score, one.reason)
        for one in found
    ]


def tree(text: str) -> Tree:
    return Tree({"ranges.py": text})


def variant(id: str, text: str | None, parents: Sequence[str] = (), **fields: Any) -> VariantRecord:
    known = {"attempt": 0, "status": Status.VALID, "reason": "", "proposer": "mutate", "score": 0.5, **fields}
    return VariantRecord(
        id=id,
        run="run",
        target="outside",
        parents=tuple(parents),
        tree=None if text is None else tree(text).id,
        operator="swap",
        generation=len(parents),
        created=0.0,
        **known,
    )


def never(tree: str) -> bool:
    return False


def once(step: str, effect: Callable[[], Any]) -> Any:
    raise AssertionError("a fusion pays for nothing")


def fused(target: Path, ours: str, theirs: str, seen: Callable[[str], bool] = never) -> Proposal:
    mate = SecondParent(variant("theirs", theirs), tree(theirs), tree(TWO_BUGS))
    parent = Parent(variant("ours", ours), tree(ours), None, mate=mate)
    return FuseProposer().propose(find_target(str(target)), parent, Random(0), seen, once)


# The proposer


def test_a_fusion_holds_what_both_parents_changed_and_says_who_gave_what(target: Path) -> None:
    made = fused(target, LEFT, RIGHT)
    assert made.tree == tree(BOTH)
    assert made.note == "from ours: ranges.py:below; from theirs: ranges.py:above"
    assert (made.operator, made.reason, made.written_by_model) == ("fuse", "", False)


def test_parents_that_clash_have_no_child_and_the_reason_names_the_symbols(target: Path) -> None:
    made = fused(target, BOTH, RIGHT.replace("low + value", "low").replace("value - high", "value"))
    assert (made.tree, made.reason) == (None, "conflict: ranges.py:above, ranges.py:below")
    many = "".join(f"X{number} = {{0}}\n" for number in range(9))
    made = fused(target, TWO_BUGS + many.format(1), TWO_BUGS + many.format(2))
    assert made.reason.endswith("ranges.py:X5 and 3 more")


def test_a_fusion_that_is_one_of_its_parents_or_was_tried_has_no_tree(target: Path) -> None:
    made = fused(target, BOTH, RIGHT)
    assert (made.tree, made.reason) == (None, "nothing to fuse: ours has all of it already")
    made = fused(target, LEFT, RIGHT, {tree(BOTH).id}.__contains__)
    assert (made.tree, made.reason) == (None, "repeat: this fusion was already tried in this run")


def test_a_parent_without_a_mate_has_no_fusion(target: Path) -> None:
    parent = Parent(variant("ours", LEFT), tree(LEFT), None)
    made = FuseProposer().propose(find_target(str(target)), parent, Random(0), never, once)
    assert (made.tree, made.reason) == (None, "no mate: a fusion needs two parents")


# Who can be fused with whom


def grown(links: Sequence[Sequence[int]]) -> Lineage:
    """A lineage of variants "0", "1", ... by the numbers of their parents, each with a source of its own."""
    lineage = Lineage()
    for number, parents in enumerate(links):
        lineage.add(variant(str(number), f"X = {number}\n", [str(p) for p in parents], attempt=number))
    return lineage


def test_the_base_of_a_fusion_is_the_nearest_common_ancestor() -> None:
    lineage = grown([[], [0], [1], [1], [2, 3], [4], [4], [0]])
    assert lineage.common("5", "6") == "4"
    assert lineage.common("2", "3") == "1"
    assert lineage.common("5", "7") == "0"


@given(st.data())
def test_parents_of_a_fusion_and_their_base_are_three_sources_in_no_other_relation(
    data: st.DataObject,
) -> None:
    links: list[list[int]] = [[]]
    for number in range(1, data.draw(st.integers(2, 12))):
        parents = st.lists(st.integers(0, number - 1), min_size=1, max_size=2, unique=True)
        links += [data.draw(parents)]
    lineage = grown(links)
    one, other = (str(data.draw(st.integers(0, len(links) - 1))) for _ in range(2))
    above, beside = lineage.ancestors(one), lineage.ancestors(other)
    base = lineage.common(one, other)
    assert base == lineage.common(other, one)
    if one in beside or other in above:
        assert base is None
    else:
        assert base in above & beside
        assert not any(base in lineage.ancestors(rest) for rest in (above & beside) - {base})


def test_two_variants_with_one_source_are_not_fused() -> None:
    lineage = Lineage()
    lineage.add(variant("0", TWO_BUGS))
    lineage.add(variant("1", LEFT, ["0"], attempt=1))
    lineage.add(variant("2", LEFT, ["0"], attempt=2))
    lineage.add(variant("3", TWO_BUGS, ["0"], attempt=3))
    assert lineage.common("1", "2") is None
    assert lineage.common("1", "3") is None


# What the run knows of it


def test_fusions_without_a_child_do_not_make_a_run_barren(target: Path) -> None:
    population = Population(find_target(str(target)), selector())
    population.absorb(variant("0", TWO_BUGS, proposer="baseline"))
    for number in range(1, 4):
        population.absorb(variant(str(number), None, ["0"], attempt=number, status=Status.GATED_OUT))
    assert population.barren == 3
    clash = {"proposer": "fuse", "status": Status.GATED_OUT, "reason": "conflict: m.py:f", "score": None}
    population.absorb(variant("4", None, ["0"], attempt=4, **clash))
    population.absorb(variant("5", LEFT, ["0"], attempt=5, proposer="fuse"))
    assert population.barren == 3  # nor does a fusion say that the configured proposer works
    assert population.failures["conflict"] == 1
    assert population.evaluated == 1


def test_a_fusion_is_model_written_where_either_parent_is(target: Path) -> None:
    population = Population(find_target(str(target)), selector())
    population.absorb(variant("0", TWO_BUGS, proposer="baseline"))
    population.absorb(variant("1", LEFT, ["0"], attempt=1))
    population.absorb(variant("2", RIGHT, ["0"], attempt=2, proposer="llm"))
    population.absorb(variant("3", RIGHT + "X = 1\n", ["0"], attempt=3))
    for number, parents in ((4, ["1", "2"]), (5, ["2", "1"]), (6, ["1", "3"])):
        population.absorb(variant(str(number), BOTH, parents, attempt=number, proposer="fuse"))
    assert population.model_written == {"2", "4", "5"}


# Runs


def test_a_run_fuses_unrelated_parents_the_better_of_them_first(
    tmp_path: Path, target: Path, sandbox: LocalSandbox
) -> None:
    found = evolve(tmp_path / "home", sandbox, config_for(target, evaluations=80))
    by_id = {one.id: one for one in found}
    fusions = [one for one in found if one.proposer == "fuse"]
    children = [one for one in fusions if one.tree is not None]
    assert len(children) >= 5
    assert {one.status for one in fusions if one.tree is None} == {Status.GATED_OUT}
    with ArchiveStore.open(tmp_path / "home", read_only=True) as archive:
        for one in fusions:
            better, other = (by_id[parent] for parent in one.parents)
            assert better.score is not None
            assert other.score is not None
            assert better.score >= other.score
            assert one.generation == max(better.generation, other.generation) + 1
            lines = (
                {each.id for each in archive.variants.lineage(better.id)},
                {each.id for each in archive.variants.lineage(other.id)},
            )
            assert better.id not in lines[1]
            assert other.id not in lines[0]
        assert all(one.tree not in {by_id[p].tree for p in one.parents} for one in children)
        assert all(len(one.parents) == 1 for one in found[1:] if one.proposer == "mutate")


def test_two_repairs_meet_in_one_child_that_is_better_than_both(
    tmp_path: Path, target: Path, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Scripted(MutateProposer):
        """Repairs one of the two bugs of the baseline, and adds what changes nothing from then on."""

        def propose(
            self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
        ) -> Proposal:
            texts = [parent.tree["ranges.py"] + f"X{rng.randrange(10**9)} = 1\n"]
            if parent.tree == tree(TWO_BUGS):
                texts = [LEFT, RIGHT, *texts]
            return Proposal(next(tree(text) for text in texts if not seen(tree(text).id)), "scripted")

    monkeypatch.setattr("pygent.evolution.proposers.factory.mutate", lambda *given: Scripted())
    found = evolve(tmp_path / "home", sandbox, config_for(target, selector="random", evaluations=60))
    child = next(one for one in found if one.score == 1.0)
    assert child.proposer == "fuse"
    assert child.status in (Status.ACCEPTED, Status.CHAMPION)
    parents = [one for one in found if one.id in child.parents]
    assert all(one.score is not None and one.score < 1.0 for one in parents)
    with ArchiveStore.open(tmp_path / "home", read_only=True) as archive:
        assert BOTH in archive.variants.files(str(child.tree))["ranges.py"]


def test_no_share_is_no_fusion_and_attempts_before_the_first_fusion_are_the_same(
    tmp_path: Path, target: Path, sandbox: LocalSandbox
) -> None:
    without = evolve(tmp_path / "without", sandbox, config_for(target, fuse=0))
    assert all(one.proposer in ("baseline", "mutate") for one in without)
    some = evolve(tmp_path / "some", sandbox, config_for(target, fuse=0.1))
    first = next(one.attempt for one in some if one.proposer == "fuse")
    assert first > 5
    assert shape(some[:first]) == shape(without[:first])


@pytest.mark.parametrize("waits", [False, True])
def test_a_run_with_fusions_is_the_same_with_any_workers_and_after_a_kill(
    tmp_path: Path, target: Path, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    if waits:
        monkeypatch.setattr("pygent.evolution.proposers.factory.mutate", lambda *given: Waiting())
    budget = 25 if waits else 40  # a fresh box for each where a model wrote it
    window = 1 if waits else 8  # otherwise the order is that of the answers
    config = config_for(target, workers=1, evaluations=budget, window=window)
    whole = evolve(tmp_path / "whole", sandbox, config)
    assert sum(one.proposer == "fuse" and one.tree is not None for one in whole) >= 1
    assert shape(
        evolve(tmp_path / "other", sandbox, config_for(target, workers=4, evaluations=budget, window=window))
    ) == shape(whole)
    for crash_after in (3, 17):
        home = tmp_path / str(crash_after)
        commits: list[int] = []

        def die(progress: Progress, commits: list[int] = commits, limit: int = crash_after) -> None:
            commits += [1] * (progress.latest is not None)
            if len(commits) == limit:
                raise Killed

        with pytest.raises(Killed):
            evolve(home, sandbox, config, observer=die)
        with ArchiveStore.open(home) as archive:
            run = archive.runs.list_()[0].id
        assert shape(evolve(home, sandbox, config, run=run)) == shape(whole)


@pytest.mark.parametrize("share", [-0.1, 1.0, 7])
def test_a_share_is_at_least_none_and_less_than_all(target: Path, share: float) -> None:
    with pytest.raises(ConfigError, match="--fuse"):
        config_for(target, fuse=share)


@pytest.mark.parametrize(
    ("editable", "worthwhile"),
    [
        (("m.py",), True),
        (("m.py:f",), False),
        (("m.py:C",), True),
        (("m.py:f", "m.py:C.g"), True),
        (("n.py",), False),
        (("missing.py",), False),
    ],
)
def test_runs_fuse_where_more_than_one_function_may_change(
    editable: tuple[str, ...], worthwhile: bool
) -> None:
    source = "def f():\n    return 1\n\n\nclass C:\n    def g(self): ...\n\n    def h(self): ...\n"
    baseline = Tree({"m.py": source, "n.py": "def only():\n    return 1\n", "bad.py": "def ("})
    assert is_worthwhile(editable, baseline) is worthwhile
