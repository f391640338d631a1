"""What an attempt reads from the archive does not grow with the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, event

from pygent.archive.records import Status, Usage
from pygent.archive.store import ArchiveStore
from pygent.evolution.run.attempt import name_of
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import load_config
from pygent.gateway.model_api import Completion, Request
from pygent.target_modules.patch.model.tree import Tree
from pygent.testing.small_target import BUGGY, write_small_target
from tests.support.instant_sandbox import InstantSandbox

FEW, MANY = 300, 1200  # the smaller one is large enough that the parents drawn are not at hand
MEASURED = 12  # attempts
STEPS = 100  # of SQLite's machine, between two counts


class Counting:
    """A model whose answers are all different programs."""

    name = "counting"

    def complete(self, request: Request) -> Completion:
        text = f"IDEA: {request.seed}\nranges.py\n```python\n{changed(str(request.seed))}```\n"
        return Completion(text, Usage(1, 10, 0, 10), "stop", self.name)

    def close(self) -> None:
        """Do nothing."""


def changed(remark: str) -> str:
    return BUGGY.replace("    return 0\n", f"    return 0  # {remark}\n")


@dataclass
class Reads:
    statements: int = 0
    hundreds: int = 0  # of steps


@contextmanager
def counted() -> Iterator[Reads]:
    """Count the statements and steps of all archives that are opened within."""
    reads = Reads()

    def step() -> int:
        reads.hundreds += 1
        return 0

    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.set_progress_handler(step, STEPS)

    def executed(*_: object) -> None:
        reads.statements += 1

    listened = (("connect", connected), ("before_cursor_execute", executed))
    for name, listener in listened:
        event.listen(Engine, name, listener)
    try:
        yield reads
    finally:
        for name, listener in listened:
            event.remove(Engine, name, listener)


def grow(archive: ArchiveStore, run: str, size: int) -> None:
    """Add attempts on variants drawn at random, until there are so many; some fail, some are accepted."""
    rng, found = Random(1), list(archive.variants.attempts(run))
    latest = found[-1]
    records = archive.variants.records(latest.id)
    for attempt in range(len(found), size):
        tree = Tree({"ranges.py": changed(f"grown {attempt}")})
        status = rng.choices((Status.VALID, Status.ACCEPTED, Status.FAILED), (8, 1, 2))[0]
        parent = rng.choice(found)
        one = replace(
            latest,
            id=name_of(run, attempt),
            attempt=attempt,
            parents=(parent.id,),
            tree=tree.id,
            status=status,
            generation=parent.generation + 1,
            score=None if status is Status.FAILED else rng.random(),
        )
        archive.variants.add(one, tree.files, records)
        if status is not Status.FAILED:
            found.append(one)


def reads_of(folder: Path, size: int) -> Reads:
    """What some attempts read and write in a run with so many archived ones."""
    target, marks = write_small_target(folder / "target"), list[Reads]()
    settings = {"proposer": "llm", "model": "m", "seed": 1, "window": 1, "fuse": 0.0}
    limits = {"attempts": 10, "tokens": 10**6}
    with counted() as reads, ArchiveStore.open(folder / "home") as archive:

        def watch(progress: Progress) -> None:
            if progress.latest is not None:
                marks.append(replace(reads))

        run = create_run(archive, load_config(None, target=str(target), **settings, **limits)).id
        where = (InstantSandbox(), watch, lambda: False)
        execute_run(archive, folder / "home", archive.runs.get(run), *where)
        grow(archive, run, size)
        marks.clear()
        execute_run(archive, folder / "home", archive.runs.get(run), *where, attempts=size + MEASURED)
        latest = [one for one in archive.variants.attempts(run) if one.attempt >= size]
        assert {one.status for one in latest} == {Status.VALID}
    first, last = marks[0], marks[-1]
    return Reads(last.statements - first.statements, last.hundreds - first.hundreds)


def test_an_attempt_reads_no_more_from_a_large_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pygent.gateway.models.connect._endpoint", lambda *given: Counting())
    monkeypatch.setattr("pygent.evolution.run.end_conditions.POLL_SECONDS", 1e9)  # by the clock
    monkeypatch.setattr("pygent.evolution.run.assembly.SECONDS_KEPT_EVERY", 1e9)
    few, many = (reads_of(tmp_path / str(size), size) for size in (FEW, MANY))
    assert many.statements < 1.5 * few.statements
    assert many.hundreds < 2 * few.hundreds
