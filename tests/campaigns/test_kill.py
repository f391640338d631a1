"""kill -9 of a real run at random moments: nothing that had ended is lost or done again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from pygent.archive.records import Status
from pygent.archive.store import ArchiveStore
from pygent.testing.small_target import write_small_target
from tests.support.runs import committed, containers_of

KILLS = 20
EVALUATIONS = 800
MOST_COMMITS = 16  # of one session before it is killed: 20 such sessions end well before the run does


def start(home: Path, log: Path, *arguments: object) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "pygent",
        "--home",
        str(home),
        "--log-json",
        "--log-level",
        "info",
    ]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*command, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
        )


def recorded(log: Path) -> Counter[tuple[str, str]]:
    """How often each step of each variant was recorded, over all sessions."""
    found: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("{") and line.endswith("}"):
            entry = json.loads(line)
            if entry["logger"] == "pygent.evolution.run.durable_steps":
                found[entry["variant"], entry["message"]] += 1
    return found


def shape(home: Path) -> list[object]:
    with ArchiveStore.open(home) as archive:
        found = list(archive.variants.list_())
        number = {one.id: one.attempt for one in found}
        return [
            (one.attempt, [number[p] for p in one.parents], one.tree, one.status, one.score) for one in found
        ]


@pytest.mark.campaign
@pytest.mark.engine
def test_killed_at_twenty_random_moments_nothing_is_lost_and_nothing_is_done_twice(tmp_path: Path) -> None:
    target = write_small_target(tmp_path / "target")
    home, log = tmp_path / "home", tmp_path / "log"
    options = ["--evaluations", EVALUATIONS, "--seed", 5, "--proposer", "mutate"]
    rng = random.Random(0)
    pids: set[int] = set()
    session = start(home, log, "evolve", target, *options)
    kills = 0
    while kills < KILLS:
        pids.add(session.pid)
        enough = committed(home) + rng.randint(1, MOST_COMMITS)
        deadline = time.monotonic() + 60
        while session.poll() is None and committed(home) < enough and time.monotonic() < deadline:
            time.sleep(0.002)  # however fast the machine is, each session gets on, and none too far
        try:
            session.wait(timeout=rng.uniform(0, 0.03))
        except subprocess.TimeoutExpired:
            os.kill(session.pid, signal.SIGKILL)
            session.wait()
            kills += 1
            with ArchiveStore.open(home) as archive:
                assert archive.verify() == []
                run = archive.runs.list_()[0].id
        else:
            break
        session = start(home, log, "resume", run)
    pids.add(session.pid)
    assert session.wait(timeout=300) == 0
    assert kills == KILLS, "the run ended before it was killed often enough"
    with ArchiveStore.open(home) as archive:
        assert archive.verify() == []
        assert archive.journal.pending(run) == []
        found = list(archive.variants.list_(run=run))
        assert archive.runs.get(run).state == "finished"
    judged = [one for one in found if one.attempt and one.status is not Status.GATED_OUT]
    assert len(judged) == EVALUATIONS
    twice = {step: count for step, count in recorded(log).items() if count > 1}
    assert twice == {}
    assert containers_of(*pids) == []
    undisturbed = tmp_path / "undisturbed"
    assert start(undisturbed, tmp_path / "log2", "evolve", target, *options).wait(timeout=300) == 0
    assert shape(home) == shape(undisturbed)
