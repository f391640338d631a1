"""Many attempts at a server that fails at random: the run ends rightly, costs add up, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.archive.failure_classes import class_of
from pygent.archive.records import Status, Usage
from pygent.archive.store import ArchiveStore
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import load_config
from pygent.gateway.transcripts import exchanges
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.support.chaos import OF_THE_ATTEMPT, TRANSIENT, Chaos, impatience
from tests.support.servers.model_server import ModelServer


@pytest.mark.parametrize(
    "attempts", [40, pytest.param(500, marks=pytest.mark.campaign)], ids=["short", "whole"]
)
def test_a_run_at_a_server_that_fails_at_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    target = write_small_target(tmp_path / "target")
    chaos = Chaos(seed=5)
    sandbox = LocalSandbox()
    with (
        impatience(),
        ModelServer(otherwise=chaos) as server,
        ArchiveStore.open(tmp_path / "home") as archive,
    ):
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        limits = {"tokens": 10**9, "attempts": attempts}
        config = load_config(None, target=str(target), proposer="llm", model="m", seed=1, fuse=0, **limits)
        run = create_run(archive, config)
        ended = execute_run(archive, tmp_path / "home", run, sandbox, lambda progress: None, lambda: False)
        sandbox.close()
        asked = len(server.requests)
        found = list(archive.variants.list_(run=run.id))
        told = [exchanges(archive, archive.variants.records(one.id, kind="exchange")) for one in found]
        assert archive.journal.pending(run.id) == []
        assert archive.verify() == []
    # it ends rightly
    assert (ended.run.state, ended.run.stopped_by) == ("finished", "attempts")
    assert [one.attempt for one in found] == list(range(attempts + 1))  # with the baseline
    assert all(one.reason for one in found if one.status in (Status.GATED_OUT, Status.FAILED))
    # costs add up: every call, and every token that the server reported
    usage = sum((one.usage for one in found), Usage())
    assert usage.calls == asked == chaos.counts.total()
    hung = chaos.counts["time-out"]
    assert chaos.billed <= usage.tokens
    assert (usage.tokens > chaos.billed) == (hung + chaos.counts["stream cut"] > 0)
    by_exchange = sum((one.usage for several in told for one in several), Usage())
    assert by_exchange == usage
    # nothing is lost: each answer that was good is an attempt's, with its text in its transcript
    answers = [one.answer for several in told for one in several]
    answered = [one for one in answers if one.get("text", "").startswith("IDEA:") and not one["cut_off"]]
    whole = chaos.counts["good"] + chaos.counts["an edit that fits nowhere"]
    assert len(answered) == whole
    judged = sum(one.status in (Status.VALID, Status.FAILED, Status.ACCEPTED) for one in found[1:])
    assert 0 < judged <= chaos.counts["good"]  # some edits fit only what they were first written for
    # every fault has its own outcome, unless the repair turn mends it
    if attempts == 500:
        assert chaos.counts.keys() == {"good", *TRANSIENT, *OF_THE_ATTEMPT}
    reasons = {class_of(one.reason) for one in found if one.status is Status.GATED_OUT}
    assert len(reasons) >= (5 if attempts == 500 else 3), reasons


def test_budgets_hold_under_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = write_small_target(tmp_path / "target")
    chaos = Chaos(seed=9)
    sandbox = LocalSandbox()
    limit, longest = 60_000, 500
    with (
        impatience(),
        ModelServer(otherwise=chaos) as server,
        ArchiveStore.open(tmp_path / "home") as archive,
    ):
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        limits = {"tokens": limit, "max_answer_tokens": longest}
        config = load_config(None, target=str(target), proposer="llm", model="m", seed=1, **limits)
        run = create_run(archive, config)
        ended = execute_run(archive, tmp_path / "home", run, sandbox, lambda progress: None, lambda: False)
        sandbox.close()
        usage = archive.stats(run.id).usage
    assert ended.run.stopped_by == "tokens"
    assert usage.tokens <= limit + longest
    assert chaos.billed <= usage.tokens
    assert usage.calls == len(server.requests)
