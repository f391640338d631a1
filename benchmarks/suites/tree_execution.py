"""Turn a target and a tree into a run in a box, and its outcome into words."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pygent.benchmarks.learned_limits import CallLimit
from pygent.benchmarks.suites import dispatch
from pygent.prompts.quote import line
from pygent.sandbox.api import BoxSpec, Call, Execution, Limits, Outcome, Program, Reply
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

_SAID = {
    Outcome.RAISED: "raised",
    Outcome.TIMEOUT: "timed out",
    Outcome.DIED: "died",
    Outcome.VIOLATION: "broke the protocol",
}


def spec_for(target: Target, core: int | None = None, limit: CallLimit | None = None) -> BoxSpec:
    """`limit` takes the place of the manifest's own for a call."""
    table = target.manifest.limits
    limits = Limits(**table.model_dump(exclude={"loopback", "learn", "timeouts"}))
    if limit is not None:
        limits = replace(limits, call_seconds=limit.seconds, wall_factor=limit.by_clock / limit.seconds)
    return BoxSpec(limits, target.manifest.packages, core, loopback=table.loopback)


def program_for(target: Target, tree: Tree) -> Program:
    """The target's entry over a tree, or all functions of its editable modules if it has none."""
    files: dict[str, str | bytes] = {**target.support, **tree.files}
    if not target.manifest.entry:
        return dispatch.program(target, files, editable_modules(target, tree))
    return Program(files, target.manifest.entry, target.manifest.pythonpath)


def editable_modules(target: Target, tree: Tree) -> dict[str, str]:
    """The editable files, by module name."""
    editable = Editable.of(target.manifest.editable)
    named = ((target.module_of(path), path) for path in tree if editable.touches(path))
    return {name: path for name, path in named if name}


def said(reply: Reply) -> str:
    """A reply that is not an answer, in one line of words."""
    detail = line(reply.detail)
    return f"{_SAID[reply.outcome]}: {detail}" if detail else _SAID[reply.outcome]


def trouble(execution: Execution, calls: int, what: str = "call") -> str:
    """Why an execution does not answer each call, in one line; '' if it does."""
    if execution.ok:
        answered = len(execution.replies)
        return "" if answered == calls else f"{answered} answers to {calls} calls"
    if execution.load.outcome is not Outcome.OK:
        return f"import {said(execution.load)}"
    number = next(n for n, reply in enumerate(execution.replies) if reply.outcome is not Outcome.OK)
    return f"{what} {number} {said(execution.replies[number])}"


def called(entry: str, call: Call, limit: int) -> str:
    """A call as Python writes it, on one line; without an entry, its first argument names the function."""
    name, given = (entry, call.args) if entry else (str(call.args[0]), call.args[1:])
    named = [f"{key}={_repr(value)}" for key, value in call.kwargs.items()]
    return line(f"{name.partition(':')[2]}({', '.join([*map(_repr, given), *named])})", limit)


def got(value: object) -> str:
    """An answer as a report shows it: short, and on one line."""
    return line(_repr(value), 80)


def _repr(value: object) -> str:
    if type(value) is int and value.bit_length() > 256:  # decimal conversion of huge integers is refused
        return f"{hex(value)[:40]}..."
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__}"


def derived(seed: int, *words: str) -> int:
    """A seed of 63 bits for a separate purpose: SHA-256 over the seed and the words."""
    text = "/".join((str(seed), *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
