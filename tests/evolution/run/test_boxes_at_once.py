"""How many boxes a wide window of agents makes: one for each agent at work, and those of the turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Condition
from typing import Any

import pytest

from pygent.archive.store import ArchiveStore
from pygent.evolution.proposers.agent_box import MEMORY_MB, PRELOAD
from pygent.evolution.run import assembly
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import load_config
from pygent.sandbox.api import BoxSpec, Call, Check, Execution, Isolation, Outcome, Program, Reply
from pygent.testing.small_target import BUGGY, write_small_target

WINDOW, WORKERS = 128, 2
BOXES_OF_A_TURN = 2  # of a comparison
OK = Reply(Outcome.OK)


class Boxes:
    """A sandbox whose boxes answer at once, in this process, and count those that are alive.

    Each agent in it asks for an evaluation: once `crowd` agents are in their
    boxes, and no evaluation ends before all of these have asked.
    """

    name, unlimited = "fake", ()

    def __init__(self, crowd: int) -> None:
        self.crowd = crowd
        self.asked = 0
        self.alive = {"agents": 0, "evaluations": 0}
        self.most = dict(self.alive)
        self.changed = Condition()
        self.numbers = count()

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Any]:
        kind = "agents" if spec.preload == PRELOAD else "evaluations"
        self._count(kind, 1)
        try:
            yield _AgentBox(self) if kind == "agents" else _EvaluationBox(self)
        finally:
            self._count(kind, -1)

    def until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, 600)

    def ask(self) -> None:
        with self.changed:
            self.asked += 1
            self.changed.notify_all()

    def _count(self, kind: str, change: int) -> None:
        with self.changed:
            self.alive[kind] += change
            self.most[kind] = max(self.most[kind], self.alive[kind])
            self.changed.notify_all()

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None: ...

    def check(self) -> list[Check]:
        return []

    def close(self) -> None: ...


class _EvaluationBox:
    def __init__(self, boxes: Boxes) -> None:
        self._boxes = boxes

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        if self._boxes.asked:
            self._boxes.until(lambda: self._boxes.asked >= self._boxes.crowd)
        module, _, function = program.entry.partition(":")
        names: dict[str, Any] = {}
        exec(str(program.files[f"{module}.py"]), names)
        replies = [Reply(Outcome.OK, names[function](*call.args, **call.kwargs)) for call in calls]
        return Execution(OK, tuple(replies), 0.001, 0.001, "")


class _AgentBox:
    """Its session: first the agent asks for an evaluation, then it hands back its files."""

    load, going = OK, True

    def __init__(self, boxes: Boxes) -> None:
        self._boxes = boxes
        self._files = {"ranges.py": BUGGY.replace("return 0", f"return {next(boxes.numbers)} * 0")}

    def open(self, program: Program) -> _AgentBox:
        return self

    def call(self, call: Call) -> Reply:
        value: Mapping[str, Any] = call.args[0]  # type: ignore[assignment]
        if "brief" not in value:
            assert "Cases passed" in value["text"], value
            return Reply(Outcome.OK, {"files": self._files, "note": "the same", "steps": 1})
        self._boxes.until(lambda: self._boxes.most["agents"] >= self._boxes.crowd)
        self._boxes.ask()
        return Reply(Outcome.OK, {"op": "evaluate", "files": self._files})

    def close(self) -> None: ...


@pytest.mark.parametrize("room", [WINDOW, 5])
def test_a_window_of_128_agents_does_not_make_128_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "nobody-asks-it")
    monkeypatch.setattr(assembly, "free_memory_mb", lambda: room * 2 * MEMORY_MB)
    boxes = Boxes(crowd=room)
    target = write_small_target(tmp_path / "target")
    config = load_config(
        None, target=str(target), proposer="agent", model="gpt-4.1-mini", tokens=10**9,
        attempts=WINDOW, window=WINDOW, workers=WORKERS, seed=1, fuse=0.0,
    )  # fmt: skip
    with ArchiveStore.open(tmp_path / "home") as archive:
        run = create_run(archive, config)
        execute_run(archive, tmp_path / "home", run, boxes, lambda progress: None, lambda: False)
        statuses = [one.status for one in archive.variants.list_(run=run.id)]
    assert statuses.count("valid") == WINDOW + 1
    assert boxes.most["agents"] == room
    assert boxes.most["evaluations"] <= WORKERS * BOXES_OF_A_TURN
