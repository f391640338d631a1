"""What the archive promises to those who record and ask."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pygent.archive.records import ArchiveError, Event, EventKind, IndexEntry, Record, Status, Usage


def test_a_run_comes_back_as_it_was_recorded(archive, make):
    record = make.run("run-1", config={"n": [1, {"x": None}]}, summary={"best": 0.5}, requested_state="pause")
    assert archive.runs.get("run-1") == record


def test_runs_are_listed_oldest_first(archive, make):
    make.run("b", created=2.0)
    make.run("a", created=3.0)
    make.run("c", created=1.0)
    assert [run.id for run in archive.runs.list_()] == ["c", "b", "a"]


def test_a_run_is_recorded_once(make):
    make.run("run-1")
    with pytest.raises(ArchiveError, match="run-1: is in the archive already"):
        make.run("run-1")


def test_updating_a_run_changes_what_is_given_and_no_more(archive, make):
    make.run()
    archive.runs.update("run-1", state="finished", stopped_by="minutes", seconds=3.5, summary={"a": 1})
    archive.runs.update("run-1", requested_state="stop")
    run = archive.runs.get("run-1")
    assert (run.state, run.stopped_by, run.seconds, run.summary, run.requested_state) == (
        "finished",
        "minutes",
        3.5,
        {"a": 1},
        "stop",
    )
    archive.runs.update("run-1", requested_state="")
    assert archive.runs.get("run-1").requested_state == ""


def test_unknown_names_are_one_line(archive, make):
    make.run()
    for ask in (
        lambda: archive.runs.get("nope"),
        lambda: archive.variants.get("nope"),
        lambda: archive.variants.files("00"),
        lambda: archive.variants.files("not hex"),
        lambda: archive.variants.lineage("nope"),
        lambda: list(archive.variants.members("nope")),
        lambda: archive.runs.update("nope", requested_state="stop"),
        lambda: archive.runs.find("nope"),
        lambda: make.add(parents=["nope"]),
    ):
        with pytest.raises(ArchiveError) as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_a_variant_comes_back_as_it_was_recorded(archive, make):
    make.run()
    first = make.add(files={"a.py": "x = 1\n"})
    full = make.add(
        parents=[first.id],
        files={"a.py": "x = 2\n"},
        status=Status.ACCEPTED,
        reason="better by 2 % (n = 40)",
        score=-0.25,
        metrics={"excess": 0.1, "big": math.inf},
        usage=Usage(2, 1000, 10, 300, 0.125),
        seconds=1.5,
        note="naïve idea \ud800",
        patch={"edits": [{"kind": "delete_file", "path": "b.py"}]},
    )
    bare = make.add(parents=[first.id], status=Status.GATED_OUT, reason="does not parse", patch={})
    assert archive.variants.get(first.id) == first
    assert archive.variants.get(full.id) == full
    assert archive.variants.get(bare.id) == bare
    assert archive.variants.files(full.tree) == {"a.py": "x = 2\n"}


def test_a_reason_with_characters_that_no_database_takes_is_kept_readable(archive, make):
    make.run()
    make.add(reason="bad \0 and \ud800 and ü")
    assert archive.variants.get("run-1-v0").reason == "bad \\x00 and \\ud800 and ü"


def test_a_score_that_is_no_number_is_none(archive, make):
    make.run()
    make.add(score=math.nan)
    assert archive.variants.get("run-1-v0").score is None


def test_records_come_back_in_order_with_every_float_exact(archive, make):
    make.run()
    samples = [0.1 + 0.2, 1e-320, math.inf, -0.0, 12345678901234567890]
    records = [
        Record("evaluation", {"samples": samples}),
        Record("acceptance", {"accepted": True}),
        Record("evaluation", {"samples": []}),
    ]
    make.add(records=records)
    make.add(records=records[:1])
    assert archive.variants.records("run-1-v0") == records
    assert archive.variants.records("run-1-v1") == records[:1]
    assert archive.variants.records("run-1-v0", kind="evaluation") == [records[0], records[2]]
    assert archive.variants.records("run-1-v0", kind="confirmation") == []


def test_an_attempt_is_added_once_and_in_order(archive, make):
    make.run()
    variant = make.add()
    with pytest.raises(ArchiveError, match="attempt 0 is in the archive already"):
        archive.variants.add(replace(variant, id="other"), None, [])
    with pytest.raises(ArchiveError, match="attempt 2 came before attempt 1"):
        archive.variants.add(replace(variant, id="other", attempt=2), None, [])
    with pytest.raises(ArchiveError, match="run-1-v0: is in the archive already"):
        archive.variants.add(replace(variant, attempt=1), None, [])
    assert [v.id for v in archive.variants.list_()] == ["run-1-v0"]


def test_attempts_that_have_begun_end_in_any_order(archive, make):
    make.run()
    make.add()
    archive.events.add("run-1", [Event(EventKind.BEGIN, number, (0,)) for number in (1, 2)])
    archive.journal.add("run-1", 1, "proposal", {"paid": 1})
    make.attempts["run-1"] = 2
    make.add(["run-1-v0"])
    assert archive.verify() == []
    with pytest.raises(ArchiveError, match="attempt 2 has ended"):
        archive.journal.add("run-1", 2, "proposal", {"paid": 1})
    with pytest.raises(ArchiveError, match="attempt 2: has begun already"):
        archive.events.add("run-1", [Event(EventKind.BEGIN, 2)])
    with pytest.raises(ArchiveError, match="a commit is recorded with its variant"):
        archive.events.add("run-1", [Event(EventKind.COMMIT, 1)])
    make.attempts["run-1"] = 1
    make.add(["run-1-v0"])
    assert [one.attempt for one in archive.variants.attempts("run-1")] == [0, 2, 1]
    assert [one.attempt for one in archive.variants.attempts("run-1", after="run-1-v2")] == [1]
    kinds = [(event.kind.value, *event[1:]) for event in archive.events.list_("run-1")]
    begun = [("begin", 0, ()), ("commit", 0, ()), ("begin", 1, (0,)), ("begin", 2, (0,))]
    assert kinds == [*begun, ("commit", 2, ()), ("commit", 1, ())]
    assert archive.verify() == []
    assert archive.journal.pending("run-1") == []


def test_a_variant_that_cannot_be_added_leaves_nothing_behind(archive, make):
    make.run()
    make.add(files={"a.py": "one"})
    archive.journal.add("run-1", 1, "proposal", {"paid": 1})
    with pytest.raises(ArchiveError):
        make.add(id="run-1-v0", files={"a.py": "two" * 100, "b.py": "three"})
    added = make.add(files={"a.py": "two" * 100, "c.py": "four"})
    assert archive.variants.files(added.tree) == {"a.py": "two" * 100, "c.py": "four"}
    assert archive.verify() == []


def test_files_must_be_those_of_the_tree(archive, make):
    make.run()
    variant = make.build(files={"a.py": "one"})
    with pytest.raises(ArchiveError, match="not those of tree"):
        archive.variants.add(variant, {"a.py": "two"}, [])
    with pytest.raises(ArchiveError, match="is new, so its files are needed"):
        archive.variants.add(variant, None, [])


def test_a_variant_of_another_target_is_refused(make):
    make.run()
    with pytest.raises(ArchiveError, match="of target other"):
        make.add(target="other")


def test_a_repeated_tree_needs_no_files(archive, make):
    make.run()
    first = make.add(files={"a.py": "one"})
    archive.variants.add(replace(make.build(), tree=first.tree), None, [])
    assert [one.tree for one in archive.variants.list_(run="run-1")] == [first.tree, first.tree]


def test_variants_are_filtered_and_ordered(archive, make):
    make.run("run-1", direction="min")
    make.run("run-2", target="other")
    scores = [3.0, None, 1.0, 2.0]
    for score in scores:
        make.add(score=score, status=Status.FAILED if score is None else Status.VALID)
    make.add(run="run-2", target="other", score=9.0)

    def ids(**asked):
        return [variant.id[-2:] for variant in archive.variants.list_(**asked)]

    assert ids(run="run-1") == ["v0", "v1", "v2", "v3"]
    assert ids(run="run-1", order="newest", limit=2) == ["v3", "v2"]
    assert ids(run="run-1", order="score") == ["v2", "v3", "v0", "v1"]
    assert ids(run="run-1", status=Status.FAILED) == ["v1"]
    assert [v.run for v in archive.variants.list_(target="other")] == ["run-2"]
    assert len(list(archive.variants.list_())) == 5


def test_variants_beyond_one_page_are_all_there_while_more_are_added(archive, make):
    make.run()
    for _ in range(1100):
        make.add()
    seen = []
    for variant in archive.variants.list_("run-1"):
        seen.append(variant.attempt)
        if variant.attempt % 300 == 0:
            make.add()
    assert seen[:1100] == list(range(1100))


def test_members_say_what_an_index_needs(archive, make):
    make.run()
    a = make.add(files={"a.py": "1"}, score=1.0)
    b = make.add(parents=[a.id], files={"a.py": "2"})
    make.add(parents=[b.id, a.id], status=Status.GATED_OUT)
    assert list(archive.variants.members("run-1")) == [
        IndexEntry(a.id, 0, a.tree, Status.VALID, 1.0, ()),
        IndexEntry(b.id, 1, b.tree, Status.VALID, None, (a.id,)),
        IndexEntry("run-1-v2", 2, None, Status.GATED_OUT, None, (b.id, a.id)),
    ]


def test_lineage_goes_through_both_parents_to_the_root(archive, make):
    make.run()
    root, left, right, other = (
        make.add(),
        make.add(["run-1-v0"]),
        make.add(["run-1-v0"]),
        make.add(["run-1-v0"]),
    )
    child = make.add([right.id, left.id])
    assert [v.id for v in archive.variants.lineage(child.id)] == [root.id, left.id, right.id, child.id]
    assert archive.variants.lineage(child.id)[-1].parents == (right.id, left.id)
    assert [v.id for v in archive.variants.children(root.id)] == [left.id, right.id, other.id]
    assert archive.variants.children(child.id) == []


def test_the_best_is_the_best_of_those_with_the_strongest_evidence(archive, make):
    make.run("run-1", direction="min")
    assert archive.variants.best("run-1") is None
    make.add(score=5.0)
    make.add(score=1.0, status=Status.REFUSED)
    make.add(score=2.0)
    assert archive.variants.best("run-1").score == 2.0
    make.add(score=3.0, status=Status.ACCEPTED)
    make.add(score=2.5, status=Status.ACCEPTED)
    assert archive.variants.best("run-1").score == 2.5
    make.add(score=4.0, status=Status.CHAMPION)
    assert archive.variants.best("run-1").score == 4.0


def test_a_short_id_is_enough_where_it_is_unique(archive, make):
    for id in ("abc-1", "abd-2", "x%y", "ABC"):
        make.run(id)
    assert archive.runs.find("abd") == "abd-2"
    assert archive.runs.find("abc-1") == "abc-1"
    assert archive.runs.find("x%") == "x%y"
    with pytest.raises(ArchiveError, match="ab: could be any of abc-1, abd-2; give more"):
        archive.runs.find("ab")
    with pytest.raises(ArchiveError, match="run %: not in the archive"):
        archive.runs.find("%")
    make.add(run="abc-1", id="v1")
    make.add(run="abc-1", id="v11")
    assert archive.variants.find("v1") == "v1"
    with pytest.raises(ArchiveError, match="variant v: could be any of v1, v11"):
        archive.variants.find("v")


def test_what_was_remembered_is_recalled_until_the_attempt_ends(home, archive, make):
    make.run()
    payload = {"text": "ünï\r\n" * 3000, "floats": [0.1, math.inf], "none": None}
    archive.journal.add("run-1", 0, "proposal", payload)
    archive.journal.add("run-1", 1, "proposal", {})
    archive.journal.add("run-1", 0, "evaluation", {"n": 1})
    assert archive.journal.get("run-1", 0, "proposal") == payload
    assert archive.journal.get("run-1", 1, "proposal") == {}
    assert archive.journal.get("run-1", 2, "proposal") is None
    assert archive.journal.pending("run-1") == [(0, "evaluation"), (0, "proposal"), (1, "proposal")]
    make.add()
    assert archive.journal.get("run-1", 0, "proposal") is None
    assert archive.journal.pending("run-1") == [(1, "proposal")]


def test_a_step_is_remembered_once_and_only_while_its_attempt_goes_on(archive, make):
    make.run()
    archive.journal.add("run-1", 0, "proposal", {"first": True})
    with pytest.raises(ArchiveError, match="is in the journal already"):
        archive.journal.add("run-1", 0, "proposal", {"first": False})
    assert archive.journal.get("run-1", 0, "proposal") == {"first": True}
    make.add()
    with pytest.raises(ArchiveError, match="attempt 0 has ended"):
        archive.journal.add("run-1", 0, "proposal", {})


def test_stats_count_what_came_of_the_attempts(archive, make):
    make.run()
    make.run("run-2")
    make.add(files={"a.py": "1"}, seconds=1.0)
    make.add(
        files={"a.py": "2"},
        status=Status.ACCEPTED,
        operator="llm",
        proposer="llm",
        usage=Usage(1, 10, 2, 5, 0.5),
    )
    make.add(status=Status.GATED_OUT, reason="does not parse", seconds=0.5)
    make.add(status=Status.GATED_OUT, reason="does not parse")
    make.add(status=Status.FAILED, reason="timeout")
    make.add(run="run-2")
    stats = archive.stats("run-1")
    assert stats.variants == 5
    assert stats.statuses["gated_out"] == 2
    assert stats.statuses["champion"] == 0
    assert list(stats.reasons.items()) == [("does not parse", 2), ("timeout", 1)]
    swap = stats.operators["swap"]
    assert (swap.tried, swap.valid, swap.accepted) == (4, 1, 0)
    assert stats.proposers["llm"].accepted == 1
    assert stats.usage == Usage(1, 10, 2, 5, 0.5)
    assert stats.seconds == 1.5
    assert stats.trees == 2
    assert archive.stats().variants == 6
    assert stats.bytes_per_variant == stats.bytes / 6


def test_an_empty_archive_has_figures_too(archive):
    assert archive.stats().variants == 0
    assert archive.verify() == []
