"""What every sandbox must do, whichever it is."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from pygent.sandbox.api import (
    Box,
    BoxSpec,
    Call,
    Execution,
    Isolation,
    Limits,
    Outcome,
    Program,
    Sandbox,
)

LIMITS = Limits(
    call_seconds=5,
    load_seconds=5,
    total_seconds=8,
    answer_bytes=20_000,
    output_bytes=200,
    memory_mb=128,
    pids=32,
)
HASTY = BoxSpec(limits=Limits(call_seconds=1.0, load_seconds=1.0, total_seconds=2.0))
SPEC = BoxSpec(limits=LIMITS)


def program(source: str, entry: str = "candidate:f") -> Program:
    return Program({"candidate.py": source}, entry)


def once(box: Box, source: str, *args: object) -> Execution:
    return box.run(program(source), [Call(args)])


FORGERIES = {
    "early line": "for n in range(64):\n    try: os.write(n, b'0' * 16 + b'=4\\n')\n    except OSError: pass",
    "early half line": "for n in range(3, 64):\n    try: os.write(n, b'0')\n    except OSError: pass",
    "closed pipe": "os.closerange(3, 64)\nimport time; time.sleep(4)",
}


class SandboxContract:
    """What every sandbox must do. A subclass gives the fixture `sandbox`."""

    @pytest.fixture
    def box(self, sandbox: Sandbox) -> Iterator[Box]:
        with sandbox.box(SPEC, Isolation.PROCESS) as taken:
            yield taken

    def test_answers_are_exact_and_in_order(self, box: Box) -> None:
        values = [1, 2**70, -0.0, math.inf, "\ud83d\ude00", (1, [2]), {(1,): {2}}, b"\x00\xff", None, 1 + 2j]
        execution = box.run(
            program("def f(x, y=None): return (x, y)"), [Call((v,), {"y": i}) for i, v in enumerate(values)]
        )
        assert execution.ok
        assert [reply.value for reply in execution.replies] == [(value, i) for i, value in enumerate(values)]
        assert str(execution.replies[2].value) == "(-0.0, 2)"
        assert all(reply.seconds > 0 for reply in execution.replies)
        assert execution.seconds >= sum(reply.seconds for reply in execution.replies)
        assert execution.cpu_seconds is not None
        assert execution.cpu_seconds > 0

    def test_an_exception_is_told_and_the_child_goes_on(self, box: Box) -> None:
        source = (
            "n = 0\ndef f(x):\n    global n\n    n += 1\n    if x: raise ValueError('no ' + x)\n    return n"
        )
        execution = box.run(program(source), [Call(("good",)), Call(("",))])
        assert [reply.outcome for reply in execution.replies] == [Outcome.RAISED, Outcome.OK]
        assert execution.replies[0].detail == "ValueError: no good (candidate.py:5 in f)"
        assert execution.last.value == 2

    @pytest.mark.parametrize(
        ("source", "detail"),
        [
            ("import sys\ndef f(): sys.exit(3)", "SystemExit: 3"),
            ("def f(): raise KeyboardInterrupt", "KeyboardInterrupt"),
            (
                "class E(BaseException):\n    def __str__(self): raise self\ndef f(): raise E",
                "text cannot be read",
            ),
            ("def f(): return f()", "RecursionError"),
            ("def f(): return object()", "not plain"),
            ("def f(): return 1 / 0", "ZeroDivisionError"),
            ("def f(x): pass", "missing 1 required"),
        ],
    )
    def test_whatever_is_raised_is_a_value(self, box: Box, source: str, detail: str) -> None:
        execution = once(box, source)
        assert execution.last.outcome is Outcome.RAISED
        assert detail in execution.last.detail

    @pytest.mark.parametrize(
        ("source", "outcome", "detail"),
        [
            ("def f(: pass", Outcome.RAISED, "SyntaxError"),
            ("import nosuch", Outcome.RAISED, "ModuleNotFoundError"),
            ("g = 1", Outcome.RAISED, "AttributeError"),
            ("f = 1", Outcome.RAISED, "not callable"),
            ("raise SystemExit(2)", Outcome.RAISED, "SystemExit: 2"),
            ("import os; os._exit(2)", Outcome.DIED, "exited with status 2"),
            ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Outcome.DIED, "killed by SIGSEGV"),
        ],
    )
    def test_a_program_that_does_not_load_gets_no_calls(
        self, box: Box, source: str, outcome: Outcome, detail: str
    ) -> None:
        execution = box.run(program(source), [Call(), Call()])
        assert execution.load.outcome is outcome
        assert detail in execution.load.detail
        assert execution.replies == ()
        assert not execution.ok

    def test_a_loop_at_import_is_a_time_out(self, sandbox: Sandbox) -> None:
        with sandbox.box(HASTY, Isolation.PROCESS) as box:
            execution = once(box, "while True: pass")
        assert execution.load.outcome is Outcome.TIMEOUT
        assert "1 s" in execution.load.detail

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
        with sandbox.box(HASTY, Isolation.PROCESS) as box:
            execution = box.run(program("import time\ndef f(): time.sleep(0.6)"), [Call()] * 9)
        assert execution.last.outcome is Outcome.TIMEOUT
        assert "all calls" in execution.last.detail
        assert len(execution.replies) < 5

    def test_exit_in_a_call_is_death_and_final(self, box: Box) -> None:
        execution = box.run(
            program("import os\ndef f(x):\n    if x: os._exit(0)"), [Call((0,)), Call((1,)), Call((0,))]
        )
        assert [reply.outcome for reply in execution.replies] == [Outcome.OK, Outcome.DIED]
        assert execution.last.detail == "exited with status 0"

    @pytest.mark.parametrize("attack", list(FORGERIES.values()), ids=list(FORGERIES))
    @pytest.mark.parametrize("when", ["import", "call"])
    def test_forged_answers_are_violations(self, box: Box, attack: str, when: str) -> None:
        body = attack.replace("\n", "\n    ")
        source = (
            f"import os\n{attack}\ndef f(): return 1"
            if when == "import"
            else f"import os\ndef f():\n    {body}\n    return 1"
        )
        execution = once(box, source)
        assert execution.last.outcome is Outcome.VIOLATION, execution
        assert execution.last.value is None

    def test_a_forger_who_knows_the_nonce_only_answers_for_itself(self, box: Box) -> None:
        source = """
import os, sys
def f():
    frame = sys._getframe(1)
    nonce, result = frame.f_locals["nonce"], frame.f_locals["result"]
    os.write(result, nonce + b"=42\\n")
    return 1
"""
        execution = box.run(program(source), [Call(), Call()])
        outcomes = [reply.outcome for reply in execution.replies]
        assert outcomes[-1] is Outcome.VIOLATION
        assert len(outcomes) <= 2

    def test_a_second_line_after_the_last_answer_is_a_violation(self, box: Box) -> None:
        source = """
import os, sys, threading, time
def f():
    result = sys._getframe(1).f_locals["result"]
    write = os.write
    def patched(fd, data):
        return write(fd, bytes(data) + b"more\\n")
    os.write = patched
    return 1
"""
        assert once(box, source).last.outcome is Outcome.VIOLATION

    @pytest.mark.parametrize(
        "payload",
        [
            "=[1",
            "=NaN",
            '={"$pickle":"x"}',
            "=[[" + "[" * 5000,
            "?1",
            "",
            "!1",
            '="\u00e9"',
            "=1e999",
            '={"a":1}',
        ],
    )
    def test_payloads_that_are_not_plain_are_violations(self, box: Box, payload: str) -> None:
        source = f"""
import os, sys
def f():
    frame = sys._getframe(1)
    os.write(frame.f_locals["result"], frame.f_locals["nonce"] + {payload!r}.encode("latin-1") + b"\\n")
    os._exit(0)
"""
        assert once(box, source).last.outcome is Outcome.VIOLATION

    def test_an_answer_may_be_as_long_as_the_limit_and_no_longer(self, box: Box) -> None:
        fits = LIMITS.answer_bytes - 2
        assert once(box, "def f(n): return 'x' * n", fits).last.value == "x" * fits
        for length in (fits + 1, 10 * LIMITS.answer_bytes, 400 * LIMITS.answer_bytes):
            execution = once(box, "def f(n): return 'x' * n", length)
            assert execution.last.outcome is Outcome.VIOLATION
            assert "20000 bytes" in execution.last.detail

    def test_a_long_input_arrives_whole(self, box: Box) -> None:
        numbers = [float(n) for n in range(200_000)]
        execution = box.run(
            program("def f(x): return [len(x), sum(x)]"), [Call((numbers,)), Call((numbers[:3],))]
        )
        assert [reply.value for reply in execution.replies] == [[200_000, sum(numbers)], [3, 3.0]]

    def test_a_candidate_that_does_not_read_its_input_is_timed_out(self, sandbox: Sandbox) -> None:
        source = "import signal\ndef f(x):\n    signal.pause()"
        with sandbox.box(HASTY, Isolation.PROCESS) as box:
            execution = box.run(program(source), [Call(("x" * 500_000,)), Call()])
        assert execution.last.outcome is Outcome.TIMEOUT

    def test_the_tail_of_what_is_printed_is_kept_and_never_mixed_up(self, box: Box) -> None:
        source = (
            "import sys\nprint('first' * 100)\ndef f():\n    print('out')\n    print('err', file=sys.stderr)"
        )
        execution = once(box, source)
        assert execution.last.outcome is Outcome.OK
        assert len(execution.output) == LIMITS.output_bytes
        assert execution.output.endswith("out\nerr\n")

    def test_endless_output_neither_blocks_nor_counts(self, sandbox: Sandbox) -> None:
        source = "import os\ndef f():\n    while True: os.write(1, b'x' * 65536)"
        with sandbox.box(HASTY, Isolation.PROCESS) as box:
            execution = once(box, source)
        assert execution.last.outcome is Outcome.TIMEOUT
        assert len(execution.output) == HASTY.limits.output_bytes

    def test_output_of_a_crash_is_kept(self, box: Box) -> None:
        execution = once(box, "import os\ndef f():\n    print('last words')\n    os.abort()")
        assert execution.last.detail == "killed by SIGABRT"
        assert execution.output == "last words\n"

    def test_a_grandchild_that_holds_the_pipes_does_not_hold_up_the_box(self, box: Box) -> None:
        source = """
import os, signal
def f():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True: signal.pause()
        os._exit(0)
    os._exit(5)
"""
        for _ in range(2):
            execution = once(box, source)
            assert execution.last.detail == "exited with status 5"
            assert execution.seconds < 30  # where it held the box up, that would be until its time is over
