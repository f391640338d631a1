"""Kill -9, threads and other processes lose nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pygent.archive.records import ArchiveError
from pygent.archive.store import ArchiveStore

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from pygent.archive.blobs.blob_store import tree_address
from pygent.archive.store import ArchiveStore
from pygent.archive.records import Record, RunRecord, Status, VariantRecord

archive = ArchiveStore.open(Path(sys.argv[1]))
if not archive.runs.list_():
    archive.runs.add(RunRecord("run-1", "packing", {}, 1.0, "max"))
valid = Status.VALID
start = len(list(archive.variants.members("run-1")))
for attempt in range(start, start + 100000):
    if archive.journal.get("run-1", attempt, "proposal") is None:
        archive.journal.add("run-1", attempt, "proposal", {"attempt": attempt})
    print("remembered", attempt, flush=True)
    text = "".join(f"line {i} of {attempt if i == attempt % 50 else 0}\\n" for i in range(50))
    tree = tree_address({"a.py": text.encode()}).hex()
    parents = (f"v{attempt - 1}",) if attempt else ()
    archive.variants.add(
        VariantRecord(
            f"v{attempt}", "run-1", attempt, "packing", parents, tree, valid, "", "m", "swap", 0, 1.0
        ),
        {"a.py": text},
        [Record("evaluation", {"samples": [attempt]})],
    )
    print("added", attempt, flush=True)
"""

OPENER = """
import sys
from pathlib import Path
from pygent.archive.store import ArchiveStore
ArchiveStore.open(Path(sys.argv[1])).close()
"""


@pytest.mark.parametrize("after", [1, 2, 3, 7, 12, 20, 33, 48, 61, 90])
def test_a_killed_writer_loses_nothing_that_returned(home, after):
    for _ in range(2):  # the second writer goes on where the first was killed
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        said = [writer.stdout.readline().split() for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        said += [line.split() for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
        said = [line for line in said if len(line) == 2]
        with ArchiveStore.open(home, create=False) as archive:
            assert archive.verify() == []
            attempts = [member.attempt for member in archive.variants.members("run-1")]
            assert attempts == list(range(len(attempts)))
            for what, attempt in said:
                number = int(attempt)
                if what == "added":
                    assert number in attempts
                    assert archive.variants.records(f"v{number}")[0].data == {"samples": [number]}
                elif number not in attempts:
                    assert archive.journal.get("run-1", number, "proposal") == {"attempt": number}


def test_many_threads_remember_while_one_adds(archive, make):
    make.run()
    failures: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for step in range(25):
                archive.journal.add("run-1", 1000 + worker, f"s{step}", {"worker": worker, "step": step})
                assert archive.journal.get("run-1", 1000 + worker, f"s{step}") == {
                    "worker": worker,
                    "step": step,
                }
        except (ArchiveError, AssertionError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for n in range(60):
        make.add([f"run-1-v{n - 1}"] if n else [], {"a.py": f"x = {n}\n" * 40})
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(archive.journal.pending("run-1")) == 8 * 25
    assert archive.verify() == []


def test_what_is_read_while_a_run_writes_is_whole(home, archive, make):
    make.run()
    make.add()
    done = threading.Event()

    def write() -> None:
        try:
            for n in range(300):
                make.add([f"run-1-v{n}"])
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    with ArchiveStore.open(home, read_only=True) as reader:
        while not done.is_set():
            members = list(reader.variants.members("run-1"))
            assert [member.parents for member in members[1:]] == [(member.id,) for member in members[:-1]]
            assert reader.verify() == []
    writer.join()
    assert len(list(archive.variants.members("run-1"))) == 301


def test_others_read_and_wish_while_a_run_writes(home, archive, make):
    make.run()
    make.add(files={"a.py": "1"})
    with ArchiveStore.open(home, read_only=True) as reader, ArchiveStore.open(home) as other:
        listing = archive.variants.list_("run-1")
        assert next(listing).attempt == 0
        make.add()
        other.runs.update("run-1", requested_state="stop")
        make.add()
        assert archive.runs.get("run-1").requested_state == "stop"
        assert len(list(reader.variants.members("run-1"))) == 3
        with pytest.raises(ArchiveError, match="read-only"):
            reader.runs.update("run-1", requested_state="pause")


def test_an_archive_that_lost_the_race_for_an_attempt_says_so(home, archive, make, maker):
    make.run()
    make.add()
    with ArchiveStore.open(home) as other:
        late = maker(other)
        late.attempts = dict(make.attempts)
        other.journal.add("run-1", 1, "proposal", {})
        make.add(id="first")
        with pytest.raises(ArchiveError, match="in the archive already"):
            late.add(id="second")
        assert [member.id for member in other.variants.members("run-1")] == ["run-1-v0", "first"]
        late.attempts["run-1"] = 2
        late.add(id="third")
        assert archive.verify() == []


def test_two_processes_may_make_the_archive_at_the_same_time(home):
    started = [subprocess.Popen([sys.executable, "-c", OPENER, str(home)], cwd=ROOT) for _ in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    with ArchiveStore.open(home) as archive:
        assert archive.verify() == []
