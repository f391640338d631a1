"""Whether a run's process lives, seen from other processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pygent.archive import locks
from pygent.archive.locks import RunLock, is_alive, owner
from pygent.archive.records import ArchiveError

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from pygent.archive.locks import RunLock
with RunLock(Path(sys.argv[1]), "run-1"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(home):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_run_that_nobody_holds_is_not_alive(home):
    assert not is_alive(home, "run-1")
    with RunLock(home, "run-1"):
        assert owner(home, "run-1") == os.getpid()
    assert not is_alive(home, "run-1")


def test_a_run_is_alive_until_its_process_is_killed(home, holder):
    assert is_alive(home, "run-1")
    assert owner(home, "run-1") == holder.pid
    assert not is_alive(home, "run-2")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_alive(home, "run-1")
    with RunLock(home, "run-1"):
        assert is_alive(home, "run-1")


def test_two_processes_cannot_write_one_run(home, holder, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(ArchiveError, match=rf"run-1: is being run already \(process {holder.pid}\)"):
        RunLock(home, "run-1").acquire()
    assert is_alive(home, "run-1")
    with RunLock(home, "run-2"):
        assert is_alive(home, "run-2")


def test_a_lock_is_free_again_as_soon_as_its_holder_ends(home, holder):
    holder.communicate("")
    with RunLock(home, "run-1") as lock:
        lock.release()
        assert not is_alive(home, "run-1")


def test_asking_does_not_keep_a_run_from_starting(home):
    asking = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from pygent.archive.locks import is_alive\n"
            "print(flush=True)\nwhile True: is_alive(Path(sys.argv[1]), 'run-1')",
            str(home),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        asking.stdout.readline()
        for _ in range(300):
            with RunLock(home, "run-1"):
                assert owner(home, "run-1") == os.getpid()
    finally:
        asking.kill()
        asking.communicate()


def test_an_id_cannot_lead_out_of_the_home(home):
    for id in ("../x", "a/b", "", ".hidden", "a\0"):
        with pytest.raises(ArchiveError, match="not a run's id"):
            RunLock(home, id)


def test_a_lock_on_a_read_only_home_is_one_line(disk):
    folder = disk("size=1m")
    with RunLock(folder, "run-1"):
        pass
    disk("ro")
    assert not is_alive(folder, "run-1")
    with pytest.raises(ArchiveError, match="cannot be locked: Read-only"):
        RunLock(folder, "run-1").acquire()
