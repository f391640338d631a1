"""What a program that cheats, floods or hangs gets from a sandbox."""

from __future__ import annotations

import pytest

from pygent.sandbox.api import Box, Call, Isolation, Outcome, Sandbox
from pygent.testing.sandbox_programs import HASTY, LIMITS, InABox, once, program

FORGERIES = {
    "early line": "for n in range(64):\n    try: os.write(n, b'0' * 16 + b'=4\\n')\n    except OSError: pass",
    "early half line": "for n in range(3, 64):\n    try: os.write(n, b'0')\n    except OSError: pass",
    "closed pipe": "os.closerange(3, 64)\nimport time; time.sleep(4)",
}


class HostileContract(InABox):
    """What every sandbox does about programs that do not keep to the rules."""

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
