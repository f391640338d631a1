"""Decisions of people: appended for ever, and the standing that follows from them."""

from __future__ import annotations

import sqlite3

import pytest

from pygent.archive.records import ArchiveError, Status
from pygent.archive.store import ArchiveStore


def test_decisions_come_back_in_order_of_one_variant_of_a_run_and_of_all(make, archive):
    make.run()
    make.run("run-2")
    one, other = make.add(), make.add(run="run-2")
    first = archive.decisions.add(one.id, "annotate", who="Ada", why="reads well", data={"line": 3})
    second = archive.decisions.add(other.id, "approve", who="Bob")
    assert archive.decisions.list_() == [first, second]
    assert (first.variant, first.who, first.why, first.data) == (one.id, "Ada", "reads well", {"line": 3})
    assert archive.decisions.list_(variant=one.id) == archive.decisions.list_(run="run-1") == [first]
    assert archive.decisions.list_(after=first.key) == [second]
    assert archive.verify() == []


def test_a_rejected_variant_is_refused_and_an_approval_gives_its_standing_back(make, archive):
    make.run()
    champion = make.add(status=Status.CHAMPION, score=1.0, reason="held out")
    archive.decisions.add(champion.id, "reject", who="Ada", why="unreadable")
    archive.decisions.add(champion.id, "reject", who="Bob", why="slow, too")
    refused = archive.variants.get(champion.id)
    assert (refused.status, refused.reason) == (Status.REFUSED, "unreadable")
    assert archive.decisions.standing_before(champion.id) == (Status.CHAMPION, "held out")
    archive.decisions.add(champion.id, "approve", who="Ada", why="on second thought")
    again = archive.variants.get(champion.id)
    assert (again.status, again.reason) == (Status.CHAMPION, "held out")
    assert [d.kind for d in archive.decisions.list_()] == ["reject", "reject", "approve"]


def test_the_database_itself_keeps_decisions_from_being_changed(make, archive, home):
    make.run()
    archive.decisions.add(make.add().id, "approve", who="Ada")
    archive.close()
    connection = sqlite3.connect(home / "archive.db")
    for change in ("DELETE FROM decisions", "UPDATE decisions SET who = 'Eve'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(change)
    connection.close()
    with ArchiveStore.open(home) as reopened:
        assert [decision.who for decision in reopened.decisions.list_()] == ["Ada"]


def test_bad_decisions_are_refused_and_leave_nothing(make, archive):
    make.run()
    variant = make.add()
    with pytest.raises(ArchiveError, match="one of approve, reject"):
        archive.decisions.add(variant.id, "burn", who="Ada")
    with pytest.raises(ArchiveError, match="not in the archive"):
        archive.decisions.add("nobody", "approve", who="Ada")
    assert archive.decisions.list_() == []
