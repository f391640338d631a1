"""Hints to runs: appended for ever, with their withdrawals."""

from __future__ import annotations

import sqlite3

import pytest

from pygent.archive.records import ArchiveError
from pygent.archive.store import ArchiveStore
from tests.archive.test_migrations import SAMPLES


def test_hints_are_numbered_by_run_and_come_back_with_who_and_when(make, archive):
    make.run()
    make.run("run-2")
    first = archive.hints.add("run-1", "sort first", who="Ada")
    other = archive.hints.add("run-2", "try\nboth corners \ud800\0", who="Bob")
    second = archive.hints.add("run-1", "mind the gap", who="Bob")
    assert [(one.number, one.text, one.who) for one in archive.hints.list_("run-1")] == [
        (1, "sort first", "Ada"),
        (2, "mind the gap", "Bob"),
    ]
    assert archive.hints.list_("run-1") == [first, second]
    assert first.when <= second.when
    assert (other.number, other.text, other.withdrawn) == (1, "try\nboth corners \\ud800\\x00", None)
    assert archive.verify() == []


def test_a_withdrawn_hint_stays_with_who_withdrew_it(make, archive):
    make.run()
    given = archive.hints.add("run-1", "sort first", who="Ada")
    withdrawn = archive.hints.remove("run-1", 1, who="Grace")
    assert withdrawn.withdrawn is not None
    assert (withdrawn.text, withdrawn.who, withdrawn.when) == (given.text, "Ada", given.when)
    assert (withdrawn.withdrawn.who, withdrawn.withdrawn.when >= given.when) == ("Grace", True)
    assert archive.hints.list_("run-1") == [withdrawn]
    assert archive.hints.add("run-1", "sort last", who="Ada").number == 2


def test_what_cannot_be_withdrawn_or_given_is_told_in_one_line(make, archive):
    make.run()
    archive.hints.add("run-1", "sort first", who="Ada")
    archive.hints.remove("run-1", 1, who="Grace")
    with pytest.raises(ArchiveError, match=r"^hint 1 of run run-1: was withdrawn before, by Grace$"):
        archive.hints.remove("run-1", 1, who="Ada")
    with pytest.raises(ArchiveError, match=r"^hint 2 of run run-1: there is none; .*lists them$"):
        archive.hints.remove("run-1", 2, who="Ada")
    for refused in (lambda: archive.hints.add("run-9", "x", who="Ada"), lambda: archive.hints.list_("run-9")):
        with pytest.raises(ArchiveError, match=r"^run run-9: not in the archive"):
            refused()
    assert len(archive.hints.list_("run-1")) == 1


def test_the_database_itself_keeps_hints_from_being_changed(make, archive, home):
    make.run()
    archive.hints.add("run-1", "sort first", who="Ada")
    archive.close()
    connection = sqlite3.connect(home / "archive.db")
    for change in ("DELETE FROM hints", "UPDATE hints SET who = 'Eve'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(change)
    connection.close()


def test_verify_reports_a_withdrawal_of_no_hint_and_a_gap(make, archive, home):
    make.run()
    archive.close()
    connection = sqlite3.connect(home / "archive.db")
    with connection:
        connection.execute("INSERT INTO hints VALUES (1, 1, 2, 'given', 'Ada', 1.0, 'x')")
        connection.execute("INSERT INTO hints VALUES (2, 1, 3, 'withdrawn', 'Ada', 1.0, '')")
    connection.close()
    with ArchiveStore.open(home) as reopened:
        assert reopened.verify() == [
            "run run-1: 1 of its 2 hints are missing",
            "run run-1: its hint 3 is withdrawn, but was never given",
        ]
        assert [one.number for one in reopened.hints.list_("run-1")] == [2]


def test_the_sample_of_this_version_has_hints(home):
    home.mkdir()
    connection = sqlite3.connect(home / "archive.db")
    connection.executescript((SAMPLES / "v0004.sql").read_text())
    connection.close()
    with ArchiveStore.open(home) as archive:
        one, other = archive.hints.list_("run-1")
    assert (one.text, one.who, one.withdrawn.who) == ("sort by size first", "Ada", "Grace")
    assert (other.text, other.who, other.withdrawn) == ("try the other corner", "Ada", None)
