"""What every sandbox must do, whichever it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pygent.sandbox.api import Box, Call, Isolation, Outcome, Program, Raised, Sandbox, SandboxFaultError
from pygent.testing.sandbox_calls import CallsContract
from pygent.testing.sandbox_hostile import HostileContract
from pygent.testing.sandbox_programs import SPEC, once, program
from pygent.testing.sandbox_times import TimesContract


class SandboxContract(CallsContract, TimesContract, HostileContract):
    """Define the fixture `sandbox`: the sandbox, ready to hand out boxes."""

    def test_nothing_is_left_for_the_next_program(self, box: Box) -> None:
        source = """
import os, builtins, json
def f():
    builtins.leak = json.leak = 1
    deep = '.'
    for _ in range(150):
        deep += '/' + 'd' * 50
        try: os.mkdir(deep)
        except OSError: break
        os.chdir('.')
    os.makedirs('a/b'); open('a/b/\\n\\udcff', 'w').close(); os.symlink('/', 'a/link')
    os.chmod('a/b', 0); os.chmod('a', 0)
    os.environ['LEAK'] = '1'
"""
        assert once(box, source).ok
        looks = (
            "import os, builtins, json\ndef f():\n    return [os.listdir('.'), hasattr(builtins, 'leak'), "
        )
        looks += "hasattr(json, 'leak'), 'LEAK' in os.environ]"
        assert once(box, looks).last.value == [["candidate.py"], False, False, False]

    def test_modules_of_a_program_come_before_those_of_the_runner(self, box: Box) -> None:
        files = {
            "json.py": "VALUE = 1",
            "pkg/__init__.py": "",
            "pkg/wire.py": "class K:\n    @staticmethod\n    def f(): import json; return json.VALUE",
        }
        execution = box.run(Program(files, "pkg.wire:K.f"), [Call()])
        assert execution.last.value == 1

    def test_later_inputs_cannot_be_seen_before_earlier_answers(self, box: Box) -> None:
        source = """
import os, select
def f(x):
    ready = []
    for n in range(3, 64):
        try:
            os.fstat(n)
            if select.select([n], [], [], 0)[0]: ready.append(n)
        except (OSError, ValueError): pass
    return ready
"""
        execution = box.run(program(source), [Call((i,)) for i in range(3)])
        assert [reply.value for reply in execution.replies] == [[], [], []]

    def test_files_keep_every_byte_of_their_text(self, box: Box) -> None:
        text = "# \u00e9\r\n\tx\x00".replace("\x00", "") + "\u2028no newline"
        files = {
            "candidate.py": "def f(): return open('deep/er/data.txt', 'rb').read()",
            "deep/er/data.txt": text,
        }
        assert box.run(Program(files, "candidate:f"), [Call()]).last.value == text.encode()

    def test_a_program_without_calls_is_only_loaded(self, box: Box) -> None:
        execution = box.run(program("def f(): pass"), [])
        assert execution.ok
        assert execution.last is execution.load

    def test_boxes_work_side_by_side(self, sandbox: Sandbox) -> None:
        def work(number: int) -> object:
            with sandbox.box(SPEC, Isolation.PROCESS) as box:
                return [once(box, f"def f(x): return x + {number}", 1).last.value for _ in range(5)]

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [[number + 1] * 5 for number in range(4)]

    def test_fresh_boxes_differ_and_used_ones_come_back(self, sandbox: Sandbox) -> None:
        boot = """
import os
def f():
    return [os.getppid(), os.getuid(), os.stat("/proc/self/ns/pid").st_ino]
"""

        def started(isolation: Isolation) -> object:
            with sandbox.box(SPEC, isolation) as box:
                return once(box, boot).last.value

        assert started(Isolation.PROCESS) == started(Isolation.PROCESS)
        fresh = {str(started(Isolation.CONTAINER)) for _ in range(2)}
        assert len(fresh) == 2

    def test_a_box_that_was_given_back_is_refused(self, sandbox: Sandbox) -> None:
        with sandbox.box(SPEC, Isolation.CONTAINER) as box:
            pass
        with pytest.raises(SandboxFaultError):
            once(box, "def f(): pass")

    def test_a_session_makes_its_calls_one_by_one_with_each_reply_in_hand(self, sandbox: Sandbox) -> None:
        program = Program({"m.py": "seen = []\ndef f(x):\n    seen.append(x)\n    return seen"}, "m:f")
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            session = box.open(program)
            first = session.call(Call((1,)))
            second = session.call(Call((first.value,)))
            execution = session.close()
            assert (first.value, second.value) == ([1], [1, [1]])
            assert execution.ok
            assert [reply.value for reply in execution.replies] == [[1], [1, [1]]]
            assert once(box, "def f(): return 'next'").last.value == "next"

    def test_a_session_ends_with_its_child(self, sandbox: Sandbox) -> None:
        program = Program({"m.py": "import os\ndef f(x): os._exit(x) if x else 1 / x"}, "m:f")
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            session = box.open(program)
            raised = session.call(Call((0,)))
            assert (raised.outcome, session.going) == (Outcome.RAISED, True)
            assert raised.raised == Raised("builtins:ZeroDivisionError", ("division by zero",))
            assert session.call(Call((3,))).outcome is Outcome.DIED
            assert not session.going
            with pytest.raises(ValueError, match="ended"):
                session.call(Call((0,)))
            assert session.close().last.outcome is Outcome.DIED
            assert session.close().last.outcome is Outcome.DIED

    def test_a_program_that_does_not_load_is_a_session_without_calls(self, sandbox: Sandbox) -> None:
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            session = box.open(Program({"m.py": "import nothing_like_it"}, "m:f"))
            assert (session.load.outcome, session.going) == (Outcome.RAISED, False)
            assert not session.close().ok

    def test_a_program_may_answer_and_take_the_next_call_in_the_middle_of_its_work(
        self, sandbox: Sandbox
    ) -> None:
        source = """
def f(ask, first):
    total = first
    while (got := ask(total)) is not None:
        total += got
    return ['done', total]
"""
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            session = box.open(Program({"m.py": source}, "m:f", converses=True))
            values = [session.call(Call((value,))).value for value in (1, 2, 3, None, 10)]
            assert values == [1, 3, 6, ["done", 6], 10]
            assert session.close().ok

    def test_files_may_be_bytes_and_modules_lie_in_the_folders_named(self, sandbox: Sandbox) -> None:
        files: dict[str, str | bytes] = {
            "src/json/__init__.py": "from .inner import f",
            "src/json/inner.py": "def f(): return [open('data/x.bin', 'rb').read(), __name__]",
            "data/x.bin": b"\x00\xff\n",
        }
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            execution = box.run(Program(files, "json.inner:f", path=("src",)), [Call()])
            assert execution.last.value == [b"\x00\xff\n", "json.inner"]

    def test_modules_may_be_loaded_before_any_child(self, sandbox: Sandbox) -> None:
        spec = replace(SPEC, preload=("colorsys", "no_such_module_anywhere"))
        look = "import sys\nthere = 'colorsys' in sys.modules\ndef f(): return there"
        for wanted, chosen in ((True, spec), (False, SPEC)):
            with sandbox.box(chosen, Isolation.PROCESS) as box:
                assert once(box, look).last.value is wanted

    def test_sockets_reach_the_box_itself_where_they_are_asked_for(self, sandbox: Sandbox) -> None:
        talk = """
import socket
def f():
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            with socket.create_connection(server.getsockname()) as client, server.accept()[0] as other:
                client.sendall(b"hello")
                return other.recv(5)
    except OSError as error:
        return type(error).__name__
"""
        with sandbox.box(replace(SPEC, loopback=True), Isolation.PROCESS) as box:
            assert once(box, talk).last.value == b"hello"
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            assert once(box, talk).last.value == "PermissionError"
