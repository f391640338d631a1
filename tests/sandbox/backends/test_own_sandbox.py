"""A sandbox of somebody's own is taken by reference, once it has passed the same self-test as ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.sandbox.api import Call, Isolation, SandboxUnavailableError
from pygent.sandbox.backends.select import open_sandbox
from pygent.testing.sandbox_programs import SPEC, program

MINE = '''
from pygent.sandbox.backends.local import LocalSandbox
from pygent.sandbox.backends.select import make_sandbox


def wrapped():
    return make_sandbox("bubblewrap")


class Boastful(LocalSandbox):
    """Holds nothing, and says that it does."""

    def check(self):
        return []


class Failing(LocalSandbox):
    def __init__(self):
        raise OSError("no such\\ndevice")


class Nameless:
    def box(self, spec, isolation): ...
    def prepare(self, spec, count, *, renewed=False): ...
    def check(self): ...
    def close(self): ...


class Bare:
    pass


def nothing():
    return None
'''


@pytest.fixture
def mine(tmp_path: Path) -> str:
    (tmp_path / "mine.py").write_text(MINE)
    return str(tmp_path / "mine.py")


@pytest.mark.bubblewrap
def test_an_own_sandbox_that_holds_is_used(mine: str) -> None:
    sandbox = open_sandbox(f"{mine}:wrapped", waive=("memory", "processes", "cpu", "inodes"))
    try:
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            assert box.run(program("def f(x): return x + 1"), [Call((1,))]).last.value == 2
    finally:
        sandbox.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Boastful", "the sandbox does not hold: network: "),
        ("Failing", r"mine\.py:Failing cannot be made: OSError: no such device"),
        ("Nameless", r"mine\.py:Nameless: it has no name, unlimited"),
        ("Bare", r"mine\.py:Bare: it has no box, prepare, check, close"),
        ("nothing", r"mine\.py:nothing: it has no box, prepare, check, close"),
        ("nobody", r"mine\.py has no nobody"),
    ],
)
def test_one_that_does_not_hold_or_cannot_be_used_is_refused_in_one_line(
    mine: str, name: str, words: str
) -> None:
    with pytest.raises(SandboxUnavailableError, match=words) as caught:
        open_sandbox(f"{mine}:{name}")
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_answered_with_all_names() -> None:
    with pytest.raises(SandboxUnavailableError, match="no sandbox 'jail'; choose one of auto, docker, "):
        open_sandbox("jail")


@pytest.mark.parametrize("option", [{"base": "python:3.12"}, {"runtime": "runsc"}])
def test_it_is_made_without_options(mine: str, option: dict[str, str]) -> None:
    with pytest.raises(SandboxUnavailableError, match=r"made without options: leave out --(image|runtime) "):
        open_sandbox(f"{mine}:wrapped", **option)
