"""Bad disks and files: one clear line, and nothing lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pygent.archive.db import database_errors, sqlite
from pygent.archive.records import ArchiveError
from pygent.archive.store import ArchiveStore

ROOT = Path(__file__).parents[2]


def fails(match: str, *arguments, **options) -> None:
    with pytest.raises(ArchiveError, match=match) as caught:
        ArchiveStore.open(*arguments, **options).close()
    assert "\n" not in str(caught.value)


def test_no_archive_is_made_where_none_was_asked_for(home):
    fails("no such archive", home, create=False)
    fails("no such archive", home, read_only=True)
    assert not home.exists()


def test_a_file_that_is_no_database_is_refused(home):
    home.mkdir()
    (home / "archive.db").write_text("hello, this is a text\n" * 1000)
    fails("not an archive", home)
    fails("not an archive", home, read_only=True)


def test_a_database_of_somebody_else_is_refused_and_left_alone(home):
    home.mkdir()
    with sqlite3.connect(home / "archive.db") as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    fails("not an archive of ours", home)
    with sqlite3.connect(home / "archive.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").write_text("")
    fails("archive.db: cannot be made", tmp_path / "home")


def test_a_home_with_an_odd_name_works(tmp_path, maker):
    for name in ("with space", "per%cent?mode=ro#x", "ünï"):
        with ArchiveStore.open(tmp_path / name) as archive:
            maker(archive).run()
        with ArchiveStore.open(tmp_path / name, read_only=True) as archive:
            assert len(archive.runs.list_()) == 1
        assert (tmp_path / name / "archive.db").exists()


def test_a_locked_archive_says_so(home, archive, make, monkeypatch):
    make.run()
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.05)
    with ArchiveStore.open(home) as other:
        blocker = sqlite3.connect(home / "archive.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="locked by another process"):
            other.runs.update("run-1", requested_state="stop")
        assert other.runs.get("run-1").requested_state == ""
        blocker.execute("ROLLBACK")
        blocker.close()
        other.runs.update("run-1", requested_state="stop")
        assert archive.runs.get("run-1").requested_state == "stop"


def test_an_unusable_server_is_one_line(home):
    fails("nosuchdb: this database cannot be used", home, url="nosuchdb://user:secret@host/name")


def test_a_secret_in_the_url_is_not_repeated(home):
    with pytest.raises(ArchiveError) as caught:
        ArchiveStore.open(home, url="postgresql+nodriver://user:secret@127.0.0.1:1/name")
    assert "secret" not in str(caught.value)


def test_a_full_disk_stops_the_run_and_loses_nothing(disk, maker):
    folder = disk("size=1m")
    with ArchiveStore.open(folder / "home") as archive:
        make = maker(archive)
        make.run()
        error = None
        while error is None:
            try:
                make.add(files={"a.py": os.urandom(3000).hex()})
            except ArchiveError as full:
                error = full
        assert "no disk space left" in str(error)
        added = make.attempts["run-1"]
        assert added > 10
        assert len(list(archive.variants.members("run-1"))) == added
        with pytest.raises(ArchiveError, match="no disk space left"):
            archive.journal.add("run-1", added, "proposal", {"text": os.urandom(60_000).hex()})
        disk("size=4m")
        make.add(files={"a.py": "there is space again"})
        assert len(list(archive.variants.members("run-1"))) == added + 1
        assert archive.verify() == []


def test_no_space_for_a_new_archive_is_one_line(disk):
    folder = disk("size=64k")
    (folder / "filler").write_bytes(b"x" * 60_000)
    fails("no disk space left", folder / "home")


def test_a_read_only_home_can_be_read_and_not_written(disk, maker):
    folder = disk("size=4m")
    with ArchiveStore.open(folder) as archive:
        make = maker(archive)
        make.run()
        make.add(files={"a.py": "1"})
    disk("ro")
    fails("read-only", folder)
    fails("read-only", folder / "new")
    with ArchiveStore.open(folder, read_only=True) as archive:
        assert archive.variants.files(archive.variants.get("run-1-v0").tree) == {"a.py": "1"}
        assert archive.verify() == []
        with pytest.raises(ArchiveError, match="read-only"):
            archive.runs.update("run-1", requested_state="stop")


CRASH = """
import os, signal, sys
from pathlib import Path
from pygent.archive.store import ArchiveStore
from pygent.archive.records import RunRecord
archive = ArchiveStore.open(Path(sys.argv[1]))
archive.runs.add(RunRecord("run-1", "packing", {}, 1.0, "max"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("lost", ["nothing", "archive.db-shm"])
def test_a_read_only_home_is_read_whole_also_after_a_crash(disk, tmp_path, lost):
    folder = disk("size=4m")
    done = subprocess.run([sys.executable, "-c", CRASH, str(folder)], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    (folder / lost).unlink(missing_ok=True)
    disk("ro")
    with ArchiveStore.open(folder, read_only=True) as archive:
        assert [run.id for run in archive.runs.list_()] == ["run-1"]


def test_a_damaged_file_is_one_line_and_verify_goes_on(home, maker):
    file = home / "archive.db"
    ArchiveStore.open(home).close()
    of_tables = file.stat().st_size // 4096  # pages without which the file is no database
    with ArchiveStore.open(home) as archive:
        make = maker(archive)
        make.run()
        for n in range(200):
            make.add(files={"a.py": f"{n}" * 2000})
    content = bytearray(file.read_bytes())
    for page in range(of_tables, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(content)
    with ArchiveStore.open(home) as archive:
        with pytest.raises(ArchiveError, match="damaged") as caught:
            list(archive.variants.members("run-1"))
        assert "\n" not in str(caught.value)
        assert len(archive.verify()) >= 2


def test_an_error_that_nobody_foresaw_is_one_line_too():
    error = sqlite3.OperationalError("first line\nsecond line")
    assert str(database_errors.explain(error, "/x/archive.db")) == "/x/archive.db: first line"


def test_a_backup_made_while_writing_is_whole(home, archive, make, tmp_path):
    make.run()
    for n in range(30):
        make.add(files={"a.py": f"{n}"})
    (tmp_path / "copy").mkdir()
    source, target = sqlite3.connect(home / "archive.db"), tmp_path / "copy" / "archive.db"
    source.execute("VACUUM INTO ?", (str(target),))
    source.close()
    with ArchiveStore.open(tmp_path / "copy") as copy:
        assert copy.verify() == []
        assert len(list(copy.variants.members("run-1"))) == 30
