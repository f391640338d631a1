"""What the time limits of a box are: CPU time of all that runs in it, and by the clock some times that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent.sandbox.api import BoxSpec, Call, Isolation, Outcome, Reply, Sandbox
from pygent.testing.sandbox_programs import HASTY, LIMITS, once, program

BURN = """
import time
def f(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
    return 'done'
"""
HANDS_ON = """
import os, threading, time
def spin(seconds):
    while time.process_time() < seconds: pass
def f(way, seconds, workers):
    if way == 'threads':
        for _ in range(workers):
            threading.Thread(target=spin, args=(seconds,)).start()
        time.sleep(60)
    children = []
    for _ in range(workers):
        children.append(os.fork())
        if not children[-1]:
            spin(seconds)
            os._exit(0)
    for child in children: os.waitpid(child, 0)
"""


def _spec(**limits: float) -> BoxSpec:
    return BoxSpec(replace(LIMITS, **limits))  # type: ignore[arg-type]


PATIENT = _spec(call_seconds=0.2, wall_factor=100)  # so that only CPU time ends a call


class TimesContract:
    """Define the fixture `sandbox`: the sandbox, ready to hand out boxes."""

    def test_a_loop_at_import_is_a_time_out(self, sandbox: Sandbox) -> None:
        with sandbox.box(HASTY, Isolation.PROCESS) as box:
            execution = once(box, "while True: pass")
        assert execution.load.outcome is Outcome.TIMEOUT
        assert execution.load.detail.startswith("no answer within ")

    def test_a_loop_in_a_call_is_a_time_out_and_final(self, sandbox: Sandbox) -> None:
        source = (
            "import signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\ndef f(x):\n    while x: pass"
        )
        with sandbox.box(HASTY, Isolation.PROCESS) as box:
            execution = box.run(program(source), [Call((0,)), Call((1,)), Call((0,))])
            assert [reply.outcome for reply in execution.replies] == [Outcome.OK, Outcome.TIMEOUT]
            assert execution.last.seconds >= 1
            assert once(box, "def f(x): return x", 7).last.value == 7

    def test_all_calls_together_have_a_time_limit(self, sandbox: Sandbox) -> None:
        with sandbox.box(_spec(total_seconds=0.1), Isolation.PROCESS) as box:
            slept = box.run(program("import time\ndef f(): time.sleep(0.2)"), [Call()] * 9)
        assert slept.last.outcome is Outcome.TIMEOUT
        assert slept.last.detail.startswith("the time for all calls is up: 0.3 s by the clock (")
        assert len(slept.replies) < 4
        with sandbox.box(_spec(total_seconds=0.4, wall_factor=100), Isolation.PROCESS) as box:
            worked = box.run(program(BURN), [Call((0.15,))] * 9)
        assert worked.last.outcome is Outcome.TIMEOUT
        assert worked.last.detail.startswith("the time for all calls is up: 0.4 s of CPU time (")
        assert len(worked.replies) < 4

    def test_a_loop_times_out_by_cpu_time_and_says_how_far_it_came(self, sandbox: Sandbox) -> None:
        looped = _last(sandbox, PATIENT, "def f():\n    while True: pass")
        assert looped.outcome is Outcome.TIMEOUT
        assert looped.detail.startswith("no answer within 0.2 s of CPU time (")
        assert looped.detail.endswith(" s by the clock)")
        assert 0.2 <= looped.cpu_seconds <= looped.seconds + 0.05

    def test_one_that_waits_times_out_by_the_clock(self, sandbox: Sandbox) -> None:
        slept = _last(sandbox, _spec(call_seconds=0.1), "import time\ndef f(): time.sleep(60)")
        assert slept.outcome is Outcome.TIMEOUT
        assert slept.detail.startswith("no answer within 0.3 s by the clock (0"), slept.detail
        assert slept.detail.endswith(" s of CPU time)")
        assert slept.cpu_seconds < 0.3 <= slept.seconds

    def test_time_off_the_cpu_does_not_count_against_the_limit(self, sandbox: Sandbox) -> None:
        waited = _last(sandbox, PATIENT, "import time\ndef f(): time.sleep(0.5)")
        assert waited.outcome is Outcome.OK
        assert waited.cpu_seconds < 0.2 < 0.5 <= waited.seconds

    @pytest.mark.parametrize("way", ["threads", "processes"])
    def test_work_that_is_handed_on_counts(self, sandbox: Sandbox, way: str) -> None:
        handed = _last(sandbox, PATIENT, HANDS_ON, way, 60.0, 2)
        assert handed.outcome is Outcome.TIMEOUT
        assert handed.detail.startswith("no answer within 0.2 s of CPU time (")

    def test_two_that_work_count_twice(self, sandbox: Sandbox) -> None:
        reply = _last(sandbox, _spec(wall_factor=100), HANDS_ON, "processes", 0.2, 2)
        assert reply.outcome is Outcome.OK
        assert 0.35 < reply.cpu_seconds < 1.0

    @pytest.mark.parametrize(
        ("source", "argument", "words"),
        [
            (BURN, 0.5, "it answered after 0."),
            (BURN, 60.0, "nor within 0."),
            ("import os" + BURN.replace("return 'done'", "os._exit(1)"), 0.5, "it died after 0."),
        ],
    )
    def test_a_grace_shows_whether_a_longer_limit_would_have_sufficed(
        self, sandbox: Sandbox, source: str, argument: float, words: str
    ) -> None:
        late = _last(sandbox, _spec(call_seconds=0.1, wall_factor=100, grace=7), source, argument)
        assert late.outcome is Outcome.TIMEOUT
        assert late.value is None
        assert late.detail.startswith("no answer within 0.1 s of CPU time (")
        assert f" s by the clock); {words}" in late.detail


def _last(sandbox: Sandbox, spec: BoxSpec, source: str, *arguments: object) -> Reply:
    with sandbox.box(spec, Isolation.PROCESS) as box:
        return once(box, source, *arguments).last
