"""The loop: the same run for the same seed, nothing repeated after a crash, budgets met and not overshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import RunResult, create_run, execute_run
from pygent.evolution.settings.config import RunConfig, load_config
from pygent.sandbox.api import Box, BoxSpec, Call, Execution, Isolation, Program
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target


class Killed(BaseException):
    """Stands for a kill -9: nothing in the loop may catch it and go on."""


class CountingSandbox:
    """The local sandbox, remembering each source that was run, and in which isolation."""

    name = "counting"
    unlimited = ()

    def __init__(self, inner: LocalSandbox) -> None:
        self.inner = inner
        self.sources: list[str] = []
        self.isolations: set[Isolation] = set()

    def box(self, spec: BoxSpec, isolation: Isolation) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def counting() -> Iterator[Box]:
            self.isolations.add(isolation)
            with self.inner.box(spec, isolation) as box:
                yield _Counting(box, self.sources)

        return counting()

    def check(self) -> list[Any]:
        return self.inner.check()

    def close(self) -> None:
        self.inner.close()


class _Counting:
    def __init__(self, box: Box, sources: list[str]) -> None:
        self._box = box
        self._sources = sources

    def run(self, program: Program, calls: list[Call]) -> Execution:
        self._sources.append("".join(program.files.values()))
        return self._box.run(program, calls)

    def close(self) -> None:
        self._box.close()


@pytest.fixture
def sandbox() -> Iterator[CountingSandbox]:
    inner = CountingSandbox(LocalSandbox())
    yield inner
    inner.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


def evolve(
    home: Path,
    sandbox: CountingSandbox,
    config: RunConfig,
    *,
    run: str | None = None,
    observer: Callable[[Progress], None] = lambda progress: None,
    interrupted: Callable[[], bool] = lambda: False,
    **changes: Any,
) -> RunResult:
    with ArchiveStore.open(home) as archive:
        record = archive.runs.get(run) if run else create_run(archive, config)
        return execute_run(archive, home, record, sandbox, observer, interrupted, **changes)


def variants(home: Path) -> list[VariantRecord]:
    with ArchiveStore.open(home) as archive:
        return list(archive.variants.list_())


def shape(found: list[VariantRecord]) -> list[object]:
    """A run without what differs by nature: ids (made from the run's id) and times."""
    attempt_of = {variant.id: variant.attempt for variant in found}
    return [
        (
            one.attempt,
            [attempt_of[parent] for parent in one.parents],
            one.tree,
            one.status,
            one.score,
            one.operator,
        )
        for one in found
    ]


def config_for(target: Path, **options: Any) -> RunConfig:
    return load_config(None, target=str(target), **{"evaluations": 40, "seed": 3, **options})


def test_the_bug_is_repaired_and_confirmed_on_held_out_cases(
    tmp_path: Path, target: Path, sandbox: CountingSandbox
) -> None:
    ended = evolve(tmp_path / "home", sandbox, config_for(target, evaluations=600))
    best = ended.summary["best"]
    assert best is not None
    assert best["score"] == 1.0
    assert best["status"] == "champion"
    assert best["held_out"]["mean"] == 1.0
    assert ended.summary["baseline"]["score"] < 1.0


def test_the_same_seed_gives_the_same_run_whatever_the_number_of_workers(
    tmp_path: Path, target: Path, sandbox: CountingSandbox
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    evolve(one, sandbox, config_for(target, workers=1))
    evolve(other, sandbox, config_for(target, workers=4))
    assert shape(variants(one)) == shape(variants(other))
    third = tmp_path / "third"
    evolve(third, sandbox, config_for(target, seed=4))
    assert shape(variants(third)) != shape(variants(one))


def test_a_budget_of_evaluations_is_met_exactly(
    tmp_path: Path, target: Path, sandbox: CountingSandbox
) -> None:
    ended = evolve(tmp_path / "home", sandbox, config_for(target, evaluations=17))
    judged = [
        one for one in variants(tmp_path / "home") if one.status is not Status.GATED_OUT and one.attempt
    ]
    assert len(judged) == ended.summary["evaluations"] == 17
    assert ended.summary["stopped_by"] == "evaluations"


def test_a_run_ends_once_a_champion_has_the_score_that_was_asked_for(
    tmp_path: Path, target: Path, sandbox: CountingSandbox
) -> None:
    ended = evolve(tmp_path / "home", sandbox, config_for(target, evaluations=600, until=1.0))
    assert ended.summary["stopped_by"] == "until"
    assert ended.summary["best"]["score"] == 1.0
    assert ended.summary["champion"]
    assert ended.summary["evaluations"] < 600


def test_a_source_is_never_evaluated_twice(tmp_path: Path, target: Path, sandbox: CountingSandbox) -> None:
    evolve(tmp_path / "home", sandbox, config_for(target))
    trees = [one.tree for one in variants(tmp_path / "home") if one.tree is not None]
    assert len(trees) == len(set(trees))


@pytest.mark.parametrize("crash_after", [1, 2, 7, 20])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    tmp_path: Path, target: Path, sandbox: CountingSandbox, crash_after: int
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    evolve(whole, sandbox, config_for(target))
    commits = 0

    def die(progress: Progress) -> None:
        nonlocal commits
        commits += progress.latest is not None
        if commits == crash_after:
            raise Killed

    config = config_for(target)
    with pytest.raises(Killed):
        evolve(killed, sandbox, config, observer=die)
    with ArchiveStore.open(killed) as archive:
        run = archive.runs.list_()[0].id
        journaled = {
            attempt for attempt, step in archive.journal.pending(run) if step.startswith("evaluation:")
        }
    sandbox.sources.clear()
    evolve(killed, sandbox, config, run=run)
    found = variants(killed)
    assert shape(found) == shape(variants(whole))
    with ArchiveStore.open(killed) as archive:
        assert archive.verify() == []
        done = set(range(crash_after)) | journaled
        again = {
            one.attempt
            for one in found
            if one.attempt in done
            and one.status not in (Status.ACCEPTED, Status.CHAMPION)
            and one.tree is not None
            and "".join(archive.variants.files(one.tree).values()) in sandbox.sources
            and not any(one.id in other.parents for other in found)
            and one.attempt > 0
        }
    assert again == set()


def test_a_paused_run_goes_on_as_if_it_had_not_been(
    tmp_path: Path, target: Path, sandbox: CountingSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pygent.evolution.run.end_conditions.POLL_SECONDS", 0.0)
    whole, paused = tmp_path / "whole", tmp_path / "paused"
    evolve(whole, sandbox, config_for(target))
    with ArchiveStore.open(paused) as archive:
        run = create_run(archive, config_for(target))

        def ask(progress: Progress) -> None:
            if progress.attempts == 12:
                archive.runs.update(run.id, requested_state="pause")

        ended = execute_run(archive, paused, run, sandbox, ask, lambda: False)
        assert ended.run.state == "paused"
        assert 12 <= len(list(archive.variants.list_())) < 40
        ended = execute_run(archive, paused, run, sandbox, lambda progress: None, lambda: False)
        assert ended.run.state == "finished"
    assert shape(variants(paused)) == shape(variants(whole))


def test_an_interrupted_run_finishes_what_is_under_way(
    tmp_path: Path, target: Path, sandbox: CountingSandbox
) -> None:
    seen: list[Progress] = []
    ended = evolve(
        tmp_path / "home",
        sandbox,
        config_for(target),
        observer=seen.append,
        interrupted=lambda: len(seen) > 5,
    )
    assert ended.run.state == "paused"
    assert ended.summary["stopped_by"] == "interrupted"
    attempts = [one.attempt for one in variants(tmp_path / "home")]
    assert attempts == list(range(len(attempts)))
    with ArchiveStore.open(tmp_path / "home") as archive:
        assert archive.journal.pending(ended.run.id) == []


def test_a_finished_run_goes_on_with_a_larger_budget(
    tmp_path: Path, target: Path, sandbox: CountingSandbox
) -> None:
    home = tmp_path / "home"
    first = evolve(home, sandbox, config_for(target, evaluations=10))
    evolve(home, sandbox, config_for(target), run=first.run.id, evaluations=25)
    assert len([one for one in variants(home) if one.status is not Status.GATED_OUT and one.attempt]) == 25
    with ArchiveStore.open(home) as archive:
        assert archive.runs.get(first.run.id).config["evaluations"] == 25


def test_two_processes_cannot_be_at_one_run(tmp_path: Path, target: Path, sandbox: CountingSandbox) -> None:
    from pygent.archive.locks import RunLock
    from pygent.archive.records import ArchiveError

    with ArchiveStore.open(tmp_path) as archive:
        run = create_run(archive, config_for(target))
        with RunLock(tmp_path, run.id), pytest.raises(ArchiveError, match="is being run already"):
            execute_run(archive, tmp_path, run, sandbox, lambda progress: None, lambda: False)


def test_what_no_model_wrote_runs_in_process_isolation_and_champions_in_fresh_containers(
    tmp_path: Path, target: Path, sandbox: CountingSandbox
) -> None:
    ended = evolve(tmp_path / "home", sandbox, config_for(target, evaluations=600))
    assert ended.summary["champion"]
    assert sandbox.isolations == {Isolation.PROCESS, Isolation.CONTAINER}
