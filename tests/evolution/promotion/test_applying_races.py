"""Two who decide or apply at once, a source that changes under a decision, and a death in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pygent.archive.records import Status
from pygent.archive.store import ArchiveStore
from pygent.evolution.promotion import apply_variant, approvals
from pygent.evolution.promotion.apply_variant import ApplyError
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.promotion import source_writer
from pygent.target_modules.promotion.source_lock import HeldError, holding
from pygent.testing.small_target import BUGGY, write_small_target
from tests.support.cli import pygent


@dataclass(frozen=True)
class Finished:
    home: Path
    source: Path
    best: str

    def files(self) -> dict[str, str]:
        return {file.name: file.read_text() for file in self.source.parent.iterdir() if file.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("races")
    target = write_small_target(folder / "target")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
        limits = ["--seed", 3, "--evaluations", 400, "--until", 1, "--selector", "best"]
        done = pygent("evolve", target, *limits, "--json", home=folder / "home")
    assert done.code == 0, done.err
    return Finished(folder / "home", target / "src" / "ranges.py", done.json["best"]["variant"])


@pytest.fixture
def finished(made: Finished, tmp_path: Path) -> Iterator[Finished]:
    home = tmp_path / "home"
    shutil.copytree(made.home, home)
    yield Finished(home, made.source, made.best)
    made.source.write_text(BUGGY)


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())


def applied(
    one: Finished, sandbox: LocalSandbox, before: Callable[[ArchiveStore], object] = id
) -> apply_variant.Applied:
    """What applying gives where something happens between the look and the yes."""
    with ArchiveStore.open(one.home) as archive:
        planned = apply_variant.plan(archive, one.best)
        before(archive)
        return apply_variant.apply(archive, one.home, planned, "Ada", sandbox)


def at_once(*work: Callable[[], object]) -> list[object]:
    """What each gives or raises, all begun at the same moment."""
    start = threading.Barrier(len(work))
    results: list[object] = [None] * len(work)

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = work[number]()
        except Exception as error:  # noqa: BLE001  # the result of a race
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_many_who_apply_the_same_at_once_one_does(finished: Finished, local_sandbox: LocalSandbox) -> None:
    results = at_once(*[lambda: applied(finished, local_sandbox)] * 4)
    assert [type(one) for one in results if not isinstance(one, HeldError | ApplyError)] == [
        apply_variant.Applied
    ]
    assert len(source_writer.applications(finished.home)) == 1
    with ArchiveStore.open(finished.home) as archive:
        assert [one.kind for one in archive.decisions.list_(variant=finished.best)] == ["apply"]
        apply_variant.rollback(archive, finished.home, "Ada")
    assert finished.files() == {"ranges.py": BUGGY}


def test_of_many_who_roll_back_at_once_one_does(finished: Finished, local_sandbox: LocalSandbox) -> None:
    applied(finished, local_sandbox)

    def back() -> apply_variant.Applied:
        with ArchiveStore.open(finished.home) as archive:
            return apply_variant.rollback(archive, finished.home, "Ada")

    results = at_once(*[back] * 4)
    assert sum(isinstance(one, apply_variant.Applied) for one in results) == 1
    rest = [one for one in results if not isinstance(one, apply_variant.Applied)]
    assert all(isinstance(one, HeldError | source_writer.PromotionError) for one in rest)
    assert finished.files() == {"ranges.py": BUGGY}
    assert source_writer.applications(finished.home) == []


def test_who_finds_somebody_at_work_is_told_and_changes_nothing(finished: Finished, local: None) -> None:
    with holding(finished.source.parent):
        done = pygent("apply", finished.best, "--yes", home=finished.home)
    assert (done.code, "another process is applying" in done.err) == (1, True)
    assert finished.source.read_text() == BUGGY
    assert pygent("apply", finished.best, "--yes", home=finished.home).code == 0
    with holding(finished.source.parent):
        done = pygent("rollback", home=finished.home)
    assert (done.code, "another process is applying" in done.err) == (1, True)
    assert pygent("rollback", home=finished.home).code == 0
    assert finished.source.read_text() == BUGGY


def test_what_is_rejected_between_the_look_and_the_yes_is_not_applied(
    finished: Finished, local_sandbox: LocalSandbox
) -> None:
    def reject(archive: ArchiveStore) -> None:
        approvals.reject(archive, archive.variants.get(finished.best), "Bob", "too clever")

    with pytest.raises(ApplyError, match="refused"):
        applied(finished, local_sandbox, reject)
    assert finished.files() == {"ranges.py": BUGGY}


def test_a_source_that_changes_between_the_look_and_the_yes_is_kept(
    finished: Finished, local_sandbox: LocalSandbox
) -> None:
    with pytest.raises(ApplyError, match="has changed since"):
        applied(finished, local_sandbox, lambda archive: finished.source.write_text("mine = 1\n"))
    assert finished.files() == {"ranges.py": "mine = 1\n"}
    assert source_writer.applications(finished.home) == []


def test_many_decisions_at_once_leave_a_variant_as_the_last_one_says(finished: Finished) -> None:
    def decide(number: int) -> None:
        with ArchiveStore.open(finished.home) as archive:
            variant = archive.variants.get(finished.best)
            if number % 2:
                approvals.approve(archive, variant, f"Ada {number}")
            else:
                approvals.reject(archive, variant, f"Bob {number}", "no")

    assert at_once(*[lambda number=number: decide(number) for number in range(8)]) == [None] * 8
    with ArchiveStore.open(finished.home) as archive:
        decisions = archive.decisions.list_(variant=finished.best)
        status = archive.variants.get(finished.best).status
        assert len(decisions) == 8
        assert status is (Status.REFUSED if decisions[-1].kind == "reject" else Status.CHAMPION)
        approvals.approve(archive, archive.variants.get(finished.best), "Ada")
        assert archive.variants.get(finished.best).status is Status.CHAMPION


def killed_at(call: int, work: Callable[[], object]) -> bool:
    """Run in a child that kills itself before the given call that changes a file; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = [call]

        def dying(kept: Callable[..., object]) -> Callable[..., object]:
            def instead(*arguments: object, **named: object) -> object:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return kept(*arguments, **named)

            return instead

        for name in ("replace", "unlink", "rmdir", "chmod", "fsync"):
            setattr(os, name, dying(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


BEFORE = Tree({"a.py": "a = 1\n", "b.py": "b = 1\r\n", "gone.py": "g = 1\n"})
AFTER = Tree({"a.py": "a = 2\n", "b.py": "b = 2\n", "new/c.py": "c = 1\n"})


@pytest.mark.parametrize("in_git", [False, True])
def test_a_death_at_any_moment_of_applying_or_taking_back_loses_nothing(tmp_path: Path, in_git: bool) -> None:
    folder, home = tmp_path / "source", tmp_path / "home"
    folder.mkdir()
    original = {path: text.encode() for path, text in BEFORE.files.items()}
    for path, data in original.items():
        (folder / path).write_bytes(data)
    if in_git:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "m"]):
            subprocess.run(["git", "-C", folder, *words], check=True)

    def files() -> dict[str, bytes]:
        found = {file.relative_to(folder) for file in folder.rglob("*") if file.is_file()}
        return {path.as_posix(): (folder / path).read_bytes() for path in found if ".git" not in path.parts}

    def apply() -> None:
        source_writer.apply(home, "v1", folder, BEFORE, AFTER, message="m")

    moments = 0
    while killed_at(moments, apply):
        if source_writer.applications(home):
            while killed_at(moments % 5, lambda: source_writer.rollback(home)) and source_writer.applications(
                home
            ):
                source_writer.rollback(home)
        if source_writer.applications(home):
            source_writer.rollback(home)
        assert files() == original
        moments += 1
    assert moments > 8
    assert files() == {path: text.encode() for path, text in AFTER.files.items()}
    source_writer.rollback(home)
    assert files() == original


def test_a_death_while_it_is_proved_is_told_and_can_be_taken_back(
    finished: Finished, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch, local: None
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(apply_variant, "evaluate_tree", lambda *args: os.kill(os.getpid(), signal.SIGKILL))
        child = os.fork()
        if child == 0:
            try:
                applied(finished, local_sandbox)
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert finished.source.read_text() != BUGGY
    done = pygent("apply", finished.best, "--yes", home=finished.home)
    assert done.code == 1
    assert f"`pygent rollback {finished.best}` undoes it" in done.err
    assert pygent("rollback", finished.best, home=finished.home).code == 0
    assert finished.files() == {"ranges.py": BUGGY}
    assert pygent("apply", finished.best, "--yes", home=finished.home).code == 0
