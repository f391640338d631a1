"""Every kind of damage is found and named."""

from __future__ import annotations

import sqlite3

import pytest

from pygent.archive.records import ArchiveError, Record
from pygent.archive.store import ArchiveStore


@pytest.fixture
def damaged(home, maker):
    """An archive of four variants, after the SQL that damages it; gives back what `verify` says."""

    def damage(*statements: str) -> list[str]:
        with ArchiveStore.open(home) as archive:
            make = maker(archive)
            make.run()
            parent = make.add(
                files={"a.py": "".join(f"line {i}\n" for i in range(99)), "b.py": "b = 1\n" * 50}
            )
            for n in range(1, 4):
                files = {"a.py": "".join(f"line {i * (i != n)}\n" for i in range(99)), "b.py": "b = 1\n" * 50}
                parent = make.add([parent.id], files, records=[Record("evaluation", {"n": [n]})])
            archive.journal.add("run-1", 4, "proposal", {"paid": "for"})
            assert archive.verify() == []
        connection = sqlite3.connect(home / "archive.db")
        connection.executescript("DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        connection.commit()
        connection.close()
        with ArchiveStore.open(home) as archive:
            return archive.verify()

    return damage


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE blobs SET data = x'0068656c6c6f' WHERE key = 2", "blob 2: its content does not hash"),
        ("UPDATE blobs SET data = x'01ffff' WHERE key = 2", "blob 2"),
        ("UPDATE blobs SET data = x'' WHERE key = 3", "does not decode"),
        ("UPDATE blobs SET base = NULL WHERE key = 3", "a delta without its base"),
        ("UPDATE blobs SET depth = 9 WHERE key = 3", "wrong place in its chain"),
        ("UPDATE blobs SET base = key WHERE key = 3", "longer than"),
        ("DELETE FROM blobs WHERE key = 5", "incomplete: blob 5 is missing"),
        ("UPDATE trees SET data = x'005b5d' WHERE key = 2", "not a manifest"),
        (
            "UPDATE trees SET data = (SELECT data FROM trees WHERE key = 1) WHERE key = 2",
            "tree 2: its files do not hash",
        ),
        ("DELETE FROM trees WHERE key = 4", "variant run-1-v3: its tree is missing"),
        ("UPDATE variants SET attempt = 7 WHERE attempt = 3", "run run-1: 4 of its 8 attempts are missing"),
        ("DELETE FROM events WHERE place = 2", "run run-1: 1 of its 8 events are missing"),
        (
            "UPDATE events SET number = 2 WHERE place = 3",
            "the order of its commits is not that of its variants",
        ),
        ("DELETE FROM variants WHERE attempt = 1", "variant run-1-v2: its parent is missing"),
        ("UPDATE parents SET parent = 4 WHERE child = 2", "parent run-1-v3 is not earlier"),
        ("UPDATE variants SET data = x'01' WHERE attempt = 2", "variant run-1-v2: details cannot be read"),
        ("UPDATE records SET data = x'005b5d' WHERE key = 2", "variant run-1-v2: a record cannot be read"),
        ("UPDATE runs SET vocabulary = x'09'", "run run-1: its vocabulary does not decode"),
        ("UPDATE journal SET attempt = 3", "is still there, though the attempt has ended"),
        ("UPDATE journal SET data = x'0178'", "attempt 4, step proposal: cannot be read"),
        ("DELETE FROM runs", "row 1 of variants points to a missing row of runs"),
    ],
)
def test_damage_is_found(damaged, statement, problem):
    found = damaged(statement)
    assert any(problem in line for line in found), found
    assert all("\n" not in line for line in found)


def test_reading_what_is_damaged_is_one_line(home, damaged):
    damaged("UPDATE blobs SET data = x'01ffff' WHERE key = 2")
    with ArchiveStore.open(home, read_only=True) as archive:
        with pytest.raises(ArchiveError, match=r"damaged .*blob 2.*archive verify"):
            archive.variants.files(archive.variants.get("run-1-v0").tree)
        assert archive.variants.get("run-1-v0").attempt == 0
