"""The quick choice of the attacks on every backend and grade, and that what is not held is said to be so."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pygent.sandbox.api import (
    Box,
    BoxSpec,
    Call,
    CallSession,
    Check,
    Execution,
    Isolation,
    Outcome,
    Program,
    Reply,
    Sandbox,
)
from pygent.sandbox.backends.local import LocalSandbox
from pygent.sandbox.redteam.attack_corpus import FOLDER, GROUPS, Attack, read_attacks
from pygent.sandbox.redteam.attack_runner import AttackResult, run_attacks
from pygent.sandbox.redteam.program_file import CorpusError

CORPUS = read_attacks()
FAST = [one for one in CORPUS if one.fast]


def named(*names: str) -> list[Attack]:
    found = [one for one in CORPUS if one.name in names]
    assert len(found) == len(names)
    return found


@pytest.mark.parametrize("isolation", list(Isolation))
def test_the_quick_choice_is_held(isolation: Isolation, real_sandbox: Sandbox) -> None:
    results = run_attacks(real_sandbox, FAST, isolation)
    assert [one for one in results if not one.held] == []
    assert {one.attack for one in results} == {one.name for one in FAST}
    assert {one.state for one in results} <= {"clean", "replaced"}
    if isolation is Isolation.CONTAINER:
        assert {one.state for one in results} == {"replaced"}


class Loosened:
    """A sandbox with one limit that is not in force."""

    def __init__(self, sandbox: Sandbox, **limits: int) -> None:
        self._sandbox, self._limits = sandbox, limits
        self.name, self.unlimited = "loosened", ()

    @contextlib.contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        loose = replace(spec, limits=replace(spec.limits, **self._limits))  # type: ignore[arg-type]
        with self._sandbox.box(loose, isolation) as box:
            yield box

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None:
        pass

    def check(self) -> list[Check]:
        return []

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("attack", "limits", "words"),
    [
        ("resources/scratch_inodes", {"tmpfs_inodes": 5000}, "succeeded"),
        ("resources/scratch_bytes", {"tmpfs_mb": 24}, "succeeded"),
        ("resources/thread_bomb", {"pids": 3000, "memory_mb": 256}, "2000 threads"),
    ],
)
def test_a_limit_that_is_not_in_force_is_found(
    attack: str, limits: dict[str, int], words: str, real_sandbox: Sandbox
) -> None:
    (result,) = run_attacks(Loosened(real_sandbox, **limits), named(attack), Isolation.PROCESS)
    assert not result.held
    assert words in result.stopped


# none of these harms the machine that it runs on unprotected
@pytest.mark.parametrize(
    ("attack", "words"),
    [("escapes/environment", "writable mounts"), ("escapes/identity", "a root of its own")],
)
def test_without_protection_nothing_is_said_to_hold(
    attack: str, words: str, local_sandbox: LocalSandbox
) -> None:
    (result,) = run_attacks(local_sandbox, named(attack), Isolation.PROCESS)
    assert not result.held
    assert words in result.stopped
    assert result.state.startswith("left: ")  # the processes of this machine


class Scripted:
    """A sandbox whose boxes answer as told: the first answer is the attack's, the second is `later`'s."""

    def __init__(self, answers: Sequence[Reply], *, left: Sequence[str] = (), wrong: int = 0) -> None:
        self._answers = list(answers)
        self._left, self._wrong = list(left), wrong
        self.name, self.unlimited = "scripted", ()

    @contextlib.contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        yield self

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        if program.entry == "after:after":
            numbers: list[int] = calls[0].args[0]  # type: ignore[assignment]
            value = {"sum": sum(numbers) + self._wrong, "left": self._left, "box": [1, "1"]}
            reply = Reply(Outcome.OK, value)
        else:
            reply = self._answers.pop(0)
        return Execution(Reply(Outcome.OK), (reply,), 0.0, None, "")

    def open(self, program: Program) -> CallSession:
        raise AssertionError("the attack that is judged here does not converse")

    def check(self) -> list[Check]:
        return []

    def close(self) -> None:
        pass


def judged(*answers: Reply, left: Sequence[str] = (), wrong: int = 0, ends: str = "") -> AttackResult:
    (one,) = (one for one in CORPUS if one.name == "escapes/double_fork")
    attack = replace(one, ends=(Outcome(ends),) if ends else ())
    return run_attacks(Scripted(answers, left=left, wrong=wrong), [attack], Isolation.PROCESS)[0]


STOPPED = Reply(Outcome.OK, {"a try": "EPERM"})


def test_what_was_stopped_is_held_and_says_by_what() -> None:
    result = judged(STOPPED, Reply(Outcome.OK, {"another": "EACCES"}))
    assert (result.held, result.stopped, result.state) == (True, "EPERM; later: EACCES", "clean")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((Reply(Outcome.OK, {"a try": "EPERM", "b": ""}), STOPPED), "succeeded: b"),
        ((STOPPED, Reply(Outcome.OK, {"a mark": ""})), "later: succeeded: a mark"),
        ((Reply(Outcome.OK, {}), STOPPED), "nothing was tried"),
        ((Reply(Outcome.OK, 7), STOPPED), "not a report"),
        ((Reply(Outcome.OK, {"a": 1}), STOPPED), "not a report"),
        ((Reply(Outcome.RAISED, detail="KeyError"), STOPPED), "could not be made: raised: KeyError"),
        ((STOPPED, Reply(Outcome.TIMEOUT)), "could not be made: later: timeout"),
    ],
)
def test_what_was_not_stopped_or_not_tried_is_not_held(answers: tuple[Reply, ...], words: str) -> None:
    result = judged(*answers)
    assert not result.held
    assert words in result.stopped


def test_an_outcome_counts_as_stopped_only_where_the_attack_allows_it() -> None:
    died = Reply(Outcome.DIED, detail="killed by SIGKILL")
    assert judged(died, STOPPED, ends="died").held
    assert not judged(died, STOPPED, ends="timeout").held


def test_a_box_that_is_left_unclean_or_answers_wrong_is_not_held() -> None:
    unclean, wrong = judged(STOPPED, STOPPED, left=["/tmp/x"]), judged(STOPPED, STOPPED, wrong=1)
    assert (unclean.held, unclean.state) == (False, "left: /tmp/x")
    assert (wrong.held, wrong.state) == (False, "the next evaluation is wrong")


def test_every_file_is_an_attack_with_a_title_of_its_own() -> None:
    files = {path for group in GROUPS for path in (FOLDER / group).iterdir() if path.suffix == ".py"}
    assert {FOLDER / f"{one.name}.py" for one in CORPUS} == files
    assert len({one.title for one in CORPUS}) == len(CORPUS) >= 100
    assert 15 <= len(FAST) <= 30
    assert {one.name.partition("/")[0] for one in FAST} == set(GROUPS)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def attack(): pass", "no docstring"),
        ('"""Title"""', "no function `attack`"),
        ('"""Title"""\ndef attack(:', "not Python"),
        ('"""Title"""\nENDS = ("escaped",)\ndef attack(): pass', "escaped"),
        ('"""Title"""\nLIMITS = {"memory": 1}\ndef attack(): pass', "no limit is called memory"),
        ('"""Title"""\nCALLS = print()\ndef attack(): pass', "CALLS is not a literal"),
    ],
)
def test_a_file_that_is_no_attack_is_named(source: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "escapes").mkdir()
    (tmp_path / "escapes" / "odd.py").write_text(source)
    with pytest.raises(CorpusError, match=words) as caught:
        read_attacks(tmp_path)
    assert "odd.py" in str(caught.value)


def test_a_folder_without_attacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no attacks"):
        read_attacks(tmp_path)


def test_an_added_file_is_an_attack_and_its_head_is_read_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "channel").mkdir()
    head = 'ENDS = ("died",)\nCALLS = 3\nFAST = True\nLOOPBACK = True\nLIMITS = {"pids": 5}\n'
    text = f'"""Title"""\n{head}raise SystemExit\ndef attack(turn, token): pass\ndef later(): pass\n'
    (tmp_path / "channel" / "new.py").write_text(text)
    (one,) = read_attacks(tmp_path)
    assert (one.name, one.title, one.ends, one.calls, one.fast) == (
        "channel/new",
        "Title",
        (Outcome.DIED,),
        3,
        True,
    )
    assert (one.spec.loopback, one.spec.limits.pids) == (True, 5)
    assert one.arguments == {"attack": 2, "later": 0}
