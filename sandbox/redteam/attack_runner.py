"""Run the corpus of attacks against any sandbox: what stopped each one, and how it left the box."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from pygent.sandbox.api import Box, BoxSpec, Call, Execution, Isolation, Outcome, Program, Sandbox
from pygent.sandbox.redteam.attack_corpus import FOLDER, Attack

_HOST_SECONDS = 3.0  # of the host's own CPU time that one attack may cost
_SLACK = 20.0  # seconds beyond an attack's own limits before it counts as holding up the host
_SPREAD = 1 << 40
_HALF = 16  # half the length of a text that only one call knows


@dataclass(frozen=True)
class AttackResult:
    """The result of one attack.

    `state` is `clean`, `replaced` (the box was retired, its successor is clean) or a description of what is
    wrong with it. Texts may hold what a hostile program printed: escape them for a terminal.
    """

    attack: str
    title: str
    isolation: Isolation
    stopped: str
    held: bool
    milliseconds: float
    state: str

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "isolation": self.isolation.value}


def run_attacks(
    sandbox: Sandbox,
    attacks: Sequence[Attack],
    isolation: Isolation,
    report: Callable[[AttackResult], None] = lambda _: None,
) -> list[AttackResult]:
    """Run `attacks` in order. Raises `SandboxFaultError` if no box is available or the engine fails."""
    results: list[AttackResult] = []
    with _Boxes(sandbox, isolation) as boxes:
        for one in attacks:
            results.append(_run(one, boxes, isolation))
            report(results[-1])
    return results


class _Boxes(contextlib.ExitStack):
    """The open boxes, one per spec: kept under process isolation, otherwise given back after each attack."""

    def __init__(self, sandbox: Sandbox, isolation: Isolation) -> None:
        super().__init__()
        self.sandbox, self.isolation = sandbox, isolation
        self._leases: dict[BoxSpec, tuple[Box, contextlib.ExitStack]] = {}

    def box(self, spec: BoxSpec) -> Box:
        if spec not in self._leases:
            lease = self.enter_context(contextlib.ExitStack())
            box = lease.enter_context(self.sandbox.box(spec, self.isolation))
            self._leases[spec] = (box, lease)
        return self._leases[spec][0]

    def used(self, spec: BoxSpec) -> None:
        """Note that a hostile program was in this box."""
        if self.isolation is Isolation.CONTAINER:
            self._leases.pop(spec)[1].close()


def _run(one: Attack, boxes: _Boxes, isolation: Isolation) -> AttackResult:
    before = _after(boxes.box(one.spec))
    tokens = [secrets.token_hex(_HALF) for _ in range(one.calls)]
    start, busy = time.monotonic(), time.thread_time()
    verdicts = _attack(one, boxes, tokens)
    boxes.used(one.spec)
    took, busy = time.monotonic() - start, time.thread_time() - busy
    limits = one.spec.limits
    parts = 1 + ("neighbour" in one.arguments)
    if took > parts * (limits.load_seconds + limits.total_seconds) * limits.wall_factor + _SLACK:
        verdicts.append((False, f"held up the host for {took:.0f} s"))
    if busy > _HOST_SECONDS:
        verdicts.append((False, f"used {busy:.1f} s of the host's CPU time"))
    if "later" in one.arguments:
        halves = [(token[:_HALF], token[_HALF:]) for token in tokens]
        execution = _program(boxes.box(one.spec), one, "later", [Call((halves,))])
        verdicts.append(_judge(execution, (), "later: "))
    after = _after(boxes.box(one.spec))
    if "later" in one.arguments:
        boxes.used(one.spec)
    return AttackResult(
        attack=one.name,
        title=one.title,
        isolation=isolation,
        stopped="; ".join(words for held, words in verdicts if held == all(held for held, _ in verdicts)),
        held=all(held for held, _ in verdicts) and not after.wrong,
        milliseconds=took * 1000,
        state=after.wrong or ("clean" if after.box == before.box else "replaced"),
    )


def _attack(one: Attack, boxes: _Boxes, tokens: Sequence[str]) -> list[tuple[bool, str]]:
    """Run the attack itself and, while it lives, check what its neighbour can do."""
    calls = [Call((turn, token)[: one.arguments["attack"]]) for turn, token in enumerate(tokens)]
    box = boxes.box(one.spec)
    if "neighbour" not in one.arguments:
        return [_judge(_program(box, one, "attack", calls), one.ends)]
    session = box.open(_files(one, "attack"))
    try:
        for call in calls:
            if session.going:
                session.call(call)
        with boxes.sandbox.box(one.spec, boxes.isolation) as other:
            near = _program(other, one, "neighbour", [Call()])
            wrong = _after(other).wrong
    finally:
        execution = session.close()
    verdicts = [_judge(execution, one.ends), _judge(near, (), "neighbour: ")]
    return [*verdicts, (False, f"neighbour's box: {wrong}")] if wrong else verdicts


def _files(one: Attack, function: str) -> Program:
    tools = (FOLDER / "tools.py").read_text("utf-8")
    return Program({"attacking.py": one.source, "tools.py": tools}, f"attacking:{function}")


def _program(box: Box, one: Attack, function: str, calls: Sequence[Call]) -> Execution:
    count = one.arguments[function]
    return box.run(_files(one, function), [Call(call.args[:count]) for call in calls])


def _judge(execution: Execution, ends: tuple[Outcome, ...], who: str = "") -> tuple[bool, str]:
    """Whether the sandbox held, and the evidence."""
    last = execution.last
    if last.outcome is not Outcome.OK:
        words = f"{who}{last.outcome}: {last.detail}"
        return (True, words) if last.outcome in ends else (False, f"the attempt could not be made: {words}")
    tried: dict[str, str] = {}
    for reply in execution.replies:
        if not isinstance(reply.value, dict) or not all(map(_is_try, reply.value.items())):
            return False, f"{who}the answer is not a report of an attempt"
        tried |= reply.value
    if not tried:
        return False, f"{who}nothing was tried"
    if done := [name for name, error in tried.items() if not error]:
        return False, f"{who}succeeded: {', '.join(done)}"
    return True, who + ", ".join(dict.fromkeys(tried.values()))


def _is_try(pair: tuple[object, object]) -> bool:
    return all(isinstance(part, str) for part in pair)


@dataclass(frozen=True)
class _After:
    """What the next evaluation in the box finds."""

    wrong: str
    box: object = None


def _after(box: Box) -> _After:
    numbers = [secrets.randbelow(_SPREAD) for _ in range(8)]
    files = {
        "after.py": (FOLDER / "after.py").read_text("utf-8"),
        "probes.py": resources.files("pygent.sandbox.selftest").joinpath("probes.py").read_text("utf-8"),
    }
    execution = box.run(Program(files, "after:after"), [Call((numbers,))])
    facts: Any = execution.last.value
    if not execution.ok:
        return _After(f"the next evaluation fails: {execution.last.outcome}, {execution.last.detail}")
    if facts["sum"] != sum(numbers):
        return _After("the next evaluation is wrong")
    if facts["left"]:
        return _After(f"left: {', '.join(facts['left'])}", facts["box"])
    return _After("", facts["box"])
