"""What calls of a program in a box yield: answers, exceptions, deaths."""

from __future__ import annotations

import math

import pytest

from pygent.sandbox.api import Box, Call, Outcome
from pygent.testing.sandbox_programs import InABox, once, program


class CallsContract(InABox):
    """What every sandbox answers to calls."""

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

    def test_exit_in_a_call_is_death_and_final(self, box: Box) -> None:
        execution = box.run(
            program("import os\ndef f(x):\n    if x: os._exit(0)"), [Call((0,)), Call((1,)), Call((0,))]
        )
        assert [reply.outcome for reply in execution.replies] == [Outcome.OK, Outcome.DIED]
        assert execution.last.detail == "exited with status 0"
