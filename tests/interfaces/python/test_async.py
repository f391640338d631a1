"""`aevolve` waits without blocking, and ends the run well if it is cancelled."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from pathlib import Path

import anyio
import pytest

import pygent
from pygent.testing import LocalSandbox, write_small_target

ENDLESS = {"seed": 3, "proposer": "mutate", "minutes": 30}


async def first(seen: list[pygent.Progress]) -> None:
    """Wait until an attempt is committed."""
    while not any(one.attempts > 1 for one in seen):
        await anyio.sleep(0.01)


def interrupted(home: Path) -> pygent.Run:
    """The only run, which was left in good order: what was committed is there, and it can go on."""
    with pygent.Archive.open(home) as archive:
        (run,) = archive.runs()
        assert run.ended_by is pygent.EndReason.INTERRUPTED
        before = len(run.variants())
        assert before > 1
    resumed = pygent.resume(run.id, home=home, attempts=before, minutes=30, sandbox=LocalSandbox())
    assert len(resumed.variants()) == before + 1
    return resumed


def test_runs_go_beside_other_work(tmp_path: Path, target: Path) -> None:
    beats: list[int] = []

    async def beat() -> None:
        while True:
            beats.append(1)
            await anyio.sleep(0.01)

    async def both() -> pygent.Run:
        async with anyio.create_task_group() as group:
            group.start_soon(beat)
            run = await pygent.aevolve(
                target, home=tmp_path / "home", seed=3, proposer="mutate", attempts=3, sandbox=LocalSandbox()
            )
            run = await pygent.aresume(run, attempts=4, sandbox=LocalSandbox())
            group.cancel_scope.cancel()
        return run

    run = anyio.run(both)
    assert len(run.variants()) == 5
    assert len(beats) > 1


def test_what_goes_wrong_is_raised_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(pygent.TargetError, match="nowhere: no such target"):
        asyncio.run(pygent.aevolve("nowhere", home=tmp_path / "home"))
    with pytest.raises(pygent.ArchiveError):
        asyncio.run(pygent.aresume("nowhere", home=tmp_path / "home"))


def test_a_cancelled_task_of_asyncio_ends_the_run_well(tmp_path: Path, target: Path) -> None:
    seen: list[pygent.Progress] = []

    async def cancelled() -> None:
        going = asyncio.create_task(
            pygent.aevolve(
                target, home=tmp_path / "home", sandbox=LocalSandbox(), callbacks=[seen.append], **ENDLESS
            )
        )
        await first(seen)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going

    asyncio.run(cancelled())
    interrupted(tmp_path / "home")


def test_a_cancelled_scope_of_anyio_ends_the_run_well(tmp_path: Path, target: Path) -> None:
    seen: list[pygent.Progress] = []

    async def cancelled() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(
                partial(
                    pygent.aevolve,
                    target,
                    home=tmp_path / "home",
                    sandbox=LocalSandbox(),
                    callbacks=[seen.append],
                    **ENDLESS,
                )
            )
            await first(seen)
            group.cancel_scope.cancel()

    anyio.run(cancelled)
    interrupted(tmp_path / "home")


def test_two_runs_go_at_once(tmp_path: Path) -> None:
    async def both() -> list[pygent.Run]:
        targets = [write_small_target(tmp_path / name) for name in ("one", "two")]
        return await asyncio.gather(
            *(
                pygent.aevolve(
                    target, home=tmp_path / "home", proposer="mutate", attempts=2, sandbox=LocalSandbox()
                )
                for target in targets
            )
        )

    runs = asyncio.run(both())
    assert [len(run.variants()) for run in runs] == [3, 3]
    assert runs[0].id != runs[1].id


def test_a_thread_may_evolve(tmp_path: Path, target: Path) -> None:
    runs: list[pygent.Run] = []

    def work() -> None:
        runs.append(
            pygent.evolve(
                target, home=tmp_path / "home", proposer="mutate", attempts=2, sandbox=LocalSandbox()
            )
        )

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(runs[0].variants()) == 3
