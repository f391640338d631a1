"""A runner's code is sent in a form that any Python of a box can run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pygent.sandbox.api import BoxSpec, Call, Isolation, Program
from pygent.sandbox.backends.local import LocalSandbox
from pygent.sandbox.host import boot

DOUBLE = Program({"m.py": "def f(x): return 2 * x"}, "m:f")


@pytest.fixture
def compiled_by_another_python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    boot._code.cache_clear()
    monkeypatch.setattr(boot, "MAGIC_NUMBER", b"\x00\x00\r\n")
    yield
    boot._code.cache_clear()


def test_a_python_of_another_version_compiles_the_source(compiled_by_another_python: None) -> None:
    with LocalSandbox() as sandbox, sandbox.box(BoxSpec(), Isolation.PROCESS) as box:
        assert box.run(DOUBLE, [Call((21,))]).last.value == 42
