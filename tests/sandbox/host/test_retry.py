"""Waiting for boxes: who waits, for how long, what ends it, and what is not waited for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from pygent.archive.end_reason import EndReason
from pygent.sandbox.api import BoxSpec, Isolation, Limits, SandboxFaultError, SandboxUnavailableError
from pygent.sandbox.host.retry import RetryingSandbox, SandboxLostError
from tests.support.runs import wait_until

SPEC, OTHER = BoxSpec(), BoxSpec(limits=Limits(memory_mb=7))


class Engine:
    """Gives boxes unless told why not; `asked` counts how often it was tried."""

    name = "engine"
    unlimited = ()

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.impossible: set[BoxSpec] = set()
        self.asked = 0

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Any]:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        if spec in self.impossible:
            raise SandboxFaultError("the runner could not start")
        yield spec


@pytest.fixture
def engine() -> Engine:
    return Engine()


def patient(
    engine: Engine, minutes: float = 1.0, ended: Callable[[], EndReason | None] = lambda: None
) -> RetryingSandbox:
    return RetryingSandbox(engine, minutes=minutes, ended=ended)  # type: ignore[arg-type]


def take(sandbox: RetryingSandbox, spec: BoxSpec = SPEC) -> object:
    with sandbox.box(spec, Isolation.PROCESS) as box:
        return box


@pytest.mark.parametrize("trouble", [SandboxFaultError("it is gone"), SandboxUnavailableError("no room")])
def test_who_needs_a_box_gets_it_when_there_are_boxes_again(
    engine: Engine, trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = patient(engine)
    assert take(sandbox) == SPEC
    engine.trouble = trouble
    with ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(take, sandbox) for _ in range(6)]
        wait_until(lambda: "waiting since" in caplog.text)
        assert sandbox.waiting is not None
        engine.trouble = None
        assert [one.result(30) for one in waiting] == [SPEC] * 6
    assert sandbox.waiting is None
    assert caplog.text.count("waiting since") == 1
    assert caplog.text.count("going on") == 1
    assert str(trouble) in caplog.text


def test_what_the_next_try_mends_is_not_worth_a_word(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = patient(engine)
    take(sandbox)
    engine.trouble = SandboxFaultError("a container was removed while it started")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(take, sandbox)
        wait_until(lambda: sandbox.waiting is not None)
        engine.trouble = None
        assert waiting.result(30) == SPEC
    assert caplog.text == ""


def test_the_wait_has_a_limit(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    sandbox = patient(engine, minutes=0.7 / 60)
    engine.trouble = SandboxFaultError("it is gone")
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(take, sandbox) for _ in range(3)]
        endings = {one.exception(30).ending for one in waiting}  # type: ignore[union-attr]
    assert endings == {None}
    assert caplog.text.count("no box could be had of engine") == 1
    assert "it is gone" in caplog.text


def test_no_minutes_mean_not_to_wait(engine: Engine) -> None:
    engine.trouble = SandboxFaultError("it is gone")
    with pytest.raises(SandboxLostError, match="no box could be had"):
        take(patient(engine, minutes=0))


def test_a_wish_to_end_ends_every_wait(engine: Engine) -> None:
    wish: list[EndReason] = []
    sandbox = patient(engine, ended=lambda: wish[0] if wish else None)
    engine.trouble = SandboxFaultError("it is gone")
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(take, sandbox) for _ in range(4)]
        wait_until(lambda: sandbox.waiting is not None)
        wish.append(EndReason.PAUSE)
        assert {one.exception(30).ending for one in waiting} == {EndReason.PAUSE}  # type: ignore[union-attr]


def test_a_box_that_cannot_be_made_is_told_at_once_where_others_can(engine: Engine) -> None:
    sandbox = patient(engine)
    engine.impossible = {OTHER}
    with pytest.raises(SandboxFaultError, match="could not start"):
        take(sandbox, OTHER)
    assert take(sandbox) == SPEC


def test_a_box_that_was_never_had_is_waited_for_where_others_cannot_be_had_either(engine: Engine) -> None:
    sandbox = patient(engine)
    take(sandbox)
    engine.trouble = SandboxFaultError("it is gone")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(take, sandbox, OTHER)
        wait_until(lambda: sandbox.waiting is not None)
        engine.trouble = None
        assert waiting.result(30) == OTHER


def test_one_asks_for_all_that_wait(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    sandbox = patient(engine, minutes=1.5 / 60)
    take(sandbox)
    engine.trouble, engine.asked = SandboxFaultError("it is gone"), 0
    together = threading.Barrier(20)

    def late() -> None:
        together.wait()
        take(sandbox)

    with ThreadPoolExecutor(20) as threads:
        waiting = [threads.submit(late) for _ in range(20)]
        assert all(isinstance(one.exception(30), SandboxLostError) for one in waiting)
    assert engine.asked <= 20 + 4  # each once, and then one every half second


def test_what_fails_inside_a_box_is_not_waited_for(engine: Engine) -> None:
    sandbox = patient(engine)
    with pytest.raises(SandboxFaultError, match="removed"), sandbox.box(SPEC, Isolation.PROCESS):
        raise SandboxFaultError("the container was removed")
    assert sandbox.waiting is None
