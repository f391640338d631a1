"""Runs through the faults of an engine, and of a machine without one: each finds what it would have found."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

import pytest

from pygent.sandbox.backends import cgroup
from tests.support.boxes_seen import zygotes_of
from tests.support.engine import PrivateEngine, Pygent, private_engine, shape
from tests.support.runs import committed, wait_until

pytestmark = [pytest.mark.campaign, pytest.mark.engine, pytest.mark.bubblewrap]

OPTIONS = ("--proposer", "mutate", "--seed", 5, "--evaluations", 12)
DOCKER = (*OPTIONS, "--sandbox", "docker", "--image", "host")
BUBBLEWRAP = (*OPTIONS, "--sandbox", "bubblewrap")
WAITS = "waiting since"


@pytest.fixture(scope="module")
def undisturbed(slow_target: Path, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """What the run finds when nothing happens, in whatever sandbox."""
    home = tmp_path_factory.mktemp("undisturbed")
    with Pygent(home, "evolve", slow_target, *BUBBLEWRAP) as run:
        assert run.ends() == 0, run.err
    return shape(home)


def goes_on(run: Pygent, undisturbed: list[object]) -> None:
    assert run.ends() == 0, run.err
    assert shape(run.home) == undisturbed


def groups_of(pid: int) -> list[Path]:
    """The control groups of boxes that a process made."""
    parents = set(cgroup.find().parents.values())
    return [group for parent in parents for group in parent.glob(f"pygent:*:{pid}:*")]


def descendants(pid: int) -> set[int]:
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def fill(file: Path) -> None:
    """Use up what room there is on the file's disk."""
    with file.open("ab", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(b"x" * (1 << 20))


def empty(group: Path) -> None:
    """End a control group from outside, as another program might."""
    while group.exists():
        with contextlib.suppress(OSError):
            for pid in (group / "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
        with contextlib.suppress(OSError):
            group.rmdir()


def test_containers_that_are_removed_again_and_again(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *DOCKER, engine=own_engine) as run:
        for enough in (2, 5, 8):
            run.commits(enough)
            own_engine.remove_containers()
        goes_on(run, undisturbed)
    assert own_engine.containers() == []


def test_an_engine_that_is_killed_and_started_again_and_again(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *DOCKER, engine=own_engine) as run:
        for enough in (2, 6):
            run.commits(enough)
            own_engine.kill()
            own_engine.start()
        goes_on(run, undisturbed)
    assert own_engine.containers() == []


def test_an_engine_that_hangs_is_noticed_in_bounded_time(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *DOCKER, engine=own_engine) as run:
        run.commits(4)
        with own_engine.hanging():
            run.says("the engine does not answer: it hangs): waiting since", seconds=45)
        goes_on(run, undisturbed)
    assert own_engine.containers() == []


def test_a_signal_while_a_stopped_engine_is_waited_for(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *DOCKER, engine=own_engine) as run:
        run.commits(4)
        own_engine.stop()
        run.says(WAITS)
        run.process.send_signal(signal.SIGINT)
        assert run.ends() == 130, run.err
    assert "it was interrupted" in run.out
    own_engine.start()
    with Pygent(tmp_path, "resume", run.run, engine=own_engine) as again:
        goes_on(again, undisturbed)
    assert own_engine.containers() == []


def test_a_signal_while_a_hung_engine_is_waited_for(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *DOCKER, engine=own_engine) as run:
        run.commits(4)
        with own_engine.hanging():
            run.says(WAITS)
            run.process.send_signal(signal.SIGTERM)
            assert run.ends(60) == 130, run.err
    assert "it was interrupted" in run.out
    with Pygent(tmp_path, "resume", run.run, engine=own_engine) as again:
        goes_on(again, undisturbed)
    assert own_engine.containers() == []


def test_an_image_that_is_removed_is_made_again(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *DOCKER, engine=own_engine) as run:
        run.commits(4)
        with own_engine.client() as client:
            for name in [tag for image in client.images.list("pygent-sandbox") for tag in image.tags]:
                client.api.remove_image(name, force=True)
        own_engine.remove_containers()
        goes_on(run, undisturbed)
    assert "is gone: making it again" in run.err


def test_a_full_disk_is_waited_for_until_there_is_room(
    slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with (
        private_engine(disk_mb=400) as small,
        Pygent(tmp_path, "evolve", slow_target, *DOCKER, "--evaluations", 60, engine=small) as run,
    ):
        run.commits(4)
        filler = small.run / "data" / "filler"
        removed_at: list[int] = []

        def is_told() -> bool:
            fill(filler)
            if committed(tmp_path) not in removed_at:  # it has got another box: take that away too
                removed_at.append(committed(tmp_path))
                small.remove_containers()
                fill(filler)  # also the room of what was removed
            return WAITS in run.err or run.process.poll() is not None

        wait_until(is_told)
        assert "no space left on device" in run.err, run.err
        filler.unlink()
        assert run.ends() == 0, run.err
        assert shape(tmp_path)[: len(undisturbed)] == undisturbed
        assert small.containers() == []


@pytest.mark.parametrize("backend", ["docker", "bubblewrap"])
def test_two_runs_leave_each_other_alone(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path, backend: str
) -> None:
    options = {"docker": DOCKER, "bubblewrap": BUBBLEWRAP}[backend]
    with (
        Pygent(tmp_path / "one", "evolve", slow_target, *options, engine=own_engine) as one,
        Pygent(
            tmp_path / "two", "evolve", slow_target, *options, "--evaluations", 60, engine=own_engine
        ) as two,
    ):
        one.commits(2)
        two.commits(2)
        boxes = descendants(one.process.pid)
        one.process.kill()
        one.process.wait()
        with Pygent(tmp_path / "one", "resume", one.run, engine=own_engine) as third:
            third.says("self-test passed")
            assert groups_of(one.process.pid) == []
            assert one.process.pid not in own_engine.owners()
            assert two.process.poll() is None
            goes_on(third, undisturbed)
        assert two.ends() == 0, two.err
    assert shape(two.home)[: len(undisturbed)] == undisturbed
    assert "WARNING" not in two.err
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in boxes))
    assert own_engine.containers() == []
    assert [group for run in (one, two, third) for group in groups_of(run.process.pid)] == []


def test_a_bubblewrap_that_is_taken_away_is_waited_for(
    slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    program = shutil.which("bwrap")
    assert program is not None
    link = tmp_path / "bin" / "bwrap"
    link.parent.mkdir()
    link.symlink_to(program)
    path = f"{link.parent}:{os.environ['PATH']}"
    with Pygent(tmp_path / "home", "evolve", slow_target, *BUBBLEWRAP, PATH=path) as run:
        run.commits(4)
        link.unlink()
        for zygote in zygotes_of(run.process.pid):  # without it, boxes need no bubblewrap any more
            os.kill(zygote, signal.SIGKILL)
        run.says("bubblewrap does not start")
        run.says(WAITS)
        link.symlink_to(program)
        goes_on(run, undisturbed)
    assert groups_of(run.process.pid) == []


def test_control_groups_that_are_removed_cost_nothing_but_time(
    slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *BUBBLEWRAP) as run:
        for enough in (2, 5, 8):
            run.commits(enough)
            for group in groups_of(run.process.pid):
                empty(group)
        goes_on(run, undisturbed)
    assert groups_of(run.process.pid) == []


def test_the_files_of_boxes_are_unpacked_again_where_they_were_removed(
    slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    with Pygent(tmp_path / "home", "evolve", slow_target, *BUBBLEWRAP, XDG_CACHE_HOME=str(cache)) as run:
        run.commits(4)
        cache.rename(tmp_path / "removed")  # all of it at once
        goes_on(run, undisturbed)
    assert "removed from outside" in run.err


def test_a_killed_run_in_bubblewrap_leaves_nothing_after_the_next_start(
    slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    scratch.mkdir()
    with Pygent(home, "evolve", slow_target, *BUBBLEWRAP, TMPDIR=str(scratch)) as run:
        run.commits(4)
        boxes = descendants(run.process.pid)
        assert boxes
        run.process.kill()
        run.process.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in boxes))
    assert groups_of(run.process.pid) != [] or not cgroup.find().parents
    with Pygent(home, "resume", run.run, TMPDIR=str(scratch)) as again:
        again.says("self-test passed")
        assert groups_of(run.process.pid) == []
        goes_on(again, undisturbed)
    assert groups_of(again.process.pid) == []
    assert list(scratch.iterdir()) == []
