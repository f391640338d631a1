"""The programs and boxes that the contract of sandboxes is tried with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pygent.sandbox.api import Box, BoxSpec, Call, Execution, Isolation, Limits, Program, Sandbox

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


class InABox:
    """A box of the sandbox that a subclass gives."""

    @pytest.fixture
    def box(self, sandbox: Sandbox) -> Iterator[Box]:
        with sandbox.box(SPEC, Isolation.PROCESS) as taken:
            yield taken
