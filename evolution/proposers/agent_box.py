"""Run a coding agent: its code in a box, its gateway outside, and the files that it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pygent.benchmarks.suites.tree_execution import said
from pygent.benchmarks.tasks.agent_program import agent_program
from pygent.gateway.box.attempt_gateway import AttemptGateway
from pygent.prompts.note import keepable
from pygent.prompts.quote import line
from pygent.sandbox.api import SHELL, BoxSpec, Call, Limits, Outcome, Sandbox
from pygent.sandbox.api import Isolation as Grade
from pygent.sandbox.host import json_values
from pygent.target_modules.patch.apply import check_path
from pygent.target_modules.patch.model.tree import Tree

PACKAGES = ("jinja2", "libcst", "pydantic", "radon", SHELL)
PRELOAD = ("ast", "json", "jinja2", "libcst", "pydantic", "radon.complexity", "radon.metrics")
MEMORY_MB = 512
MOST_FILES = 5000
_MOST_STEPS = 100_000


@dataclass(frozen=True)
class Work:
    """The result of an agent's work; all of it comes from the box and is untrusted.

    `files` are those that it handed back, whatever they are; `reason` says why it ended without an offer;
    `finding`, what it found out if it chose to change nothing.
    """

    files: Mapping[str, str]
    note: str
    reason: str
    steps: int
    stages: tuple[str, ...] = ()
    violation: bool = False  # it broke the protocol of its box
    finding: str = ""


def spec_of(packages: tuple[str, ...], *, minutes: float, call_seconds: float = 120.0) -> BoxSpec:
    """A box in which an agent can work on a target that needs `packages`.

    `minutes` limits the whole work, waiting for answers included; `call_seconds` limits the time from one
    answer to the next question. Both are by the clock.
    """
    limits = Limits(
        memory_mb=MEMORY_MB,
        pids=128,
        tmpfs_mb=64,
        load_seconds=60.0,
        call_seconds=call_seconds,
        total_seconds=minutes * 60,
        wall_factor=1.0,
        all_answers_bytes=64 << 20,
    )
    return BoxSpec(limits, tuple(dict.fromkeys((*PACKAGES, *packages))), preload=PRELOAD)


def let_work(
    sandbox: Sandbox, spec: BoxSpec, agent: Mapping[str, str], task: Mapping[str, Any], door: AttemptGateway
) -> Work:
    """Run an agent's code on a task in a fresh box until it hands in a result or ends.

    Raises `SandboxFaultError` if the engine fails, and the errors of `door.handle` that end the run.
    """
    with sandbox.box(spec, Grade.CONTAINER) as box:
        session = box.open(agent_program(agent))
        try:
            if not session.going:
                return _nothing(f"the agent cannot be imported: {said(session.load)}")
            reply = session.call(Call((dict(task),)))
            while reply.outcome is Outcome.OK and _asks(reply.value):
                reply = session.call(Call((door.handle(reply.value),)))
        finally:
            session.close()
    if reply.outcome is not Outcome.OK:
        violation = reply.outcome is Outcome.VIOLATION
        return Work({}, "", line(f"the agent {said(reply)}"), 0, violation=violation)
    return _read(reply.value)


def taken(parent: Tree, work: Work, editable: Any) -> Tree:
    """The parent with the agent's versions of the files that it may change; all others are dropped."""
    files = {
        path: text
        for path, text in work.files.items()
        if editable.touches(path) and (path in parent or not check_path(path))
    }
    return Tree({**parent.files, **files})


def _asks(value: object) -> bool:
    return isinstance(value, dict) and "op" in value


def _nothing(reason: str) -> Work:
    return Work({}, "", line(reason), 0)


def _read(value: object) -> Work:
    if wrong := json_values.trouble(value):
        return _nothing(f"the agent handed back what is not JSON: {wrong}")
    if not isinstance(value, dict):
        return _nothing("the agent handed back no result")
    files, stages = value.get("files"), value.get("stages", [])
    note, reason, steps = value.get("note", ""), value.get("reason", ""), value.get("steps", 0)
    finding = value.get("finding", "")
    if not isinstance(files, dict) or not all(
        isinstance(path, str) and isinstance(text, str) for path, text in files.items()
    ):
        return _nothing("the agent handed back files in another form")
    if len(files) > MOST_FILES:
        return _nothing(f"the agent handed back more than {MOST_FILES:,} files")
    if not all(isinstance(text, str) for text in (note, reason, finding)) or type(steps) is not int:
        return _nothing("the agent handed back a result in another form")
    named = tuple(line(str(stage), 40) for stage in stages[:50]) if isinstance(stages, list) else ()
    counted = min(max(steps, 0), _MOST_STEPS)
    return Work(files, keepable(note), line(reason, 300), counted, named, finding=keepable(finding))
