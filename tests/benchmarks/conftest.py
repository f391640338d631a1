from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from pygent.benchmarks.results import EvaluationContext
from pygent.sandbox.api import (
    BoxSpec,
    Call,
    Check,
    Execution,
    Isolation,
    Outcome,
    Program,
    Reply,
    SandboxFaultError,
)
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.spec.manifest import Target, load
from tests.support.trusting import trusted

MakeTarget = Callable[..., Target]


@pytest.fixture
def local(local_sandbox: LocalSandbox) -> LocalSandbox:
    return local_sandbox


@pytest.fixture
def bench(local: LocalSandbox) -> EvaluationContext:
    return EvaluationContext(local, Isolation.PROCESS, seed=77)


@pytest.fixture
def make_target(tmp_path: Path) -> MakeTarget:
    """Writes a target of one module and loads it."""

    def make(
        source: str,
        *,
        entry: str = "module:f",
        kind: str = "cases",
        objective: str = "passed",
        direction: str = "max",
        cases: Sequence[Mapping[str, object]] = (),
        held_out: Sequence[Mapping[str, object]] = (),
        grader: str = "",
        suite: str = "",
        extra: str = "",
    ) -> Target:
        root = tmp_path / "made"
        (root / "src").mkdir(parents=True, exist_ok=True)
        (root / "src" / "module.py").write_text(dedent(source))
        files = ""
        if cases:
            (root / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
            files += 'cases = "cases.jsonl"\n'
        if held_out:
            (root / "held.jsonl").write_text("".join(json.dumps(case) + "\n" for case in held_out))
            files += 'held_out = "held.jsonl"\n'
        if grader:
            (root / "grader.py").write_text(dedent(grader))
            files += 'grader = "grader.py"\n'
        (root / "target.toml").write_text(
            f'name = "made"\ngoal = "a goal"\neditable = ["module.py"]\nentry = "{entry}"\n'
            f'[suite]\nkind = "{kind}"\n{files}{suite}\n'
            f'[[objectives]]\nmetric = "{objective}"\ndirection = "{direction}"\n{extra}\n'
        )
        return load(trusted(root))

    return make


Script = Callable[[Program, Sequence[Call], int], Execution]


@dataclass(frozen=True)
class ScriptedBox:
    sandbox: ScriptedSandbox
    number: int

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        return self.sandbox.run(self.number, program, calls)


class ScriptedSandbox:
    """Answers runs by a function of program, calls and the run's number; records what was asked, and of
    which box (`boxes`, by run) and isolation (`isolations`, by box)."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self._script = script
        self.runs: list[tuple[Program, tuple[Call, ...]]] = []
        self.specs: list[BoxSpec] = []
        self.isolations: list[Isolation] = []
        self.boxes: list[int] = []
        self.renewed: list[bool] = []
        self.prepared: list[int] = []  # how many runs there had been, each time
        self.open = 0

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[ScriptedBox]:
        self.specs.append(spec)
        self.isolations.append(isolation)
        self.open += 1
        try:
            yield ScriptedBox(self, len(self.specs) - 1)
        finally:
            self.open -= 1

    def run(self, box: int, program: Program, calls: Sequence[Call]) -> Execution:
        self.boxes.append(box)
        self.runs.append((program, tuple(calls)))
        return self._script(program, calls, len(self.runs) - 1)

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None:
        self.prepared.append(len(self.runs))
        self.renewed.append(renewed)

    def check(self) -> list[Check]:
        return []

    def close(self) -> None:
        self.runs.clear()


def execution(values: Sequence[object], seconds: float = 0.01, cpu: float | None = None) -> Execution:
    replies = tuple(Reply(Outcome.OK, value) for value in values)
    return Execution(Reply(Outcome.OK), replies, seconds, cpu, "")


@pytest.fixture
def scripted() -> Callable[[Script], ScriptedSandbox]:
    return ScriptedSandbox


@pytest.fixture
def faulty() -> Callable[[int, Script], ScriptedSandbox]:
    """A sandbox whose first so many runs end in a fault of the engine."""

    def make(faults: int, script: Script) -> ScriptedSandbox:
        def run(program: Program, calls: Sequence[Call], number: int) -> Execution:
            if number < faults:
                raise SandboxFaultError("the engine went away")
            return script(program, calls, number)

        return ScriptedSandbox(run)

    return make


@pytest.fixture
def answered() -> Callable[..., Execution]:
    return execution
