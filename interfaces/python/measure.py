"""Targets from Python functions, and measuring a tree outside any run."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal

from pygent.archive.store import DEFAULT_HOME
from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.evolution.settings.opened_sandbox import opened_sandbox
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.waivers import require
from pygent.target_modules.onboarding.function_target import Pair, of_function
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.cases_file import Case
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.spec.target_registry import find_to_run

WRITTEN = "a tree that a model may have written"
Source = str | Mapping[str, str] | Path


def target(
    function: Callable[..., object],
    cases: Iterable[Case | Pair],
    *,
    home: str | Path = DEFAULT_HOME,
    objective: Literal["correctness", "speed"] = "correctness",
) -> Target:
    """Make a target of a function at hand and of cases such as `((1, 2), 3)`: arguments and answer.

    It is kept in the folder `targets` of `home`. From 10 cases on, 30 percent are held out. A function of a
    file stays there, so that applying a variant changes that file; one of a script or notebook is copied.
    Raises `TargetError` if function or cases cannot be used.
    """
    return of_function(function, cases, Path(home) / "targets", objective=objective)


def bench(
    target: str | Path | Target,
    source: Source | None = None,
    *,
    held_out: bool = False,
    seed: int | None = None,
    sandbox: str | Sandbox = "auto",
    image: str | None = None,
    runtime: str | None = None,
    waive: str | Iterable[str] = (),
) -> Evaluation:
    """Measure the target's own source, or `source`: the text of its one file, texts by path, or a folder.

    `seed` draws the cases, at random by default. `sandbox` is a kind, or one that is open already; `image`,
    `runtime` and `waive` are as for `evolve`. Raises `TargetError`, `SandboxUnavailableError`, and
    `UntrustedError` if nobody has agreed to what the target runs.
    """
    found = find_to_run(str(target.root if isinstance(target, Target) else target))
    tree = _tree(found, source)
    untrusted = "" if source is None else WRITTEN
    opened: AbstractContextManager[Sandbox]
    if isinstance(sandbox, str):
        limits = [waive] if isinstance(waive, str) else waive
        opened = opened_sandbox(sandbox, image, runtime, limits, untrusted=untrusted)
    else:
        opened = nullcontext(sandbox)
        if untrusted:
            require(sandbox, untrusted)
    with opened as box:
        drawn = secrets.randbits(63) if seed is None else seed
        context = EvaluationContext(box, Isolation.CONTAINER, drawn, found.tree())
        return evaluate_tree(found, tree, context, "held_out" if held_out else "search")


def _tree(found: Target, source: Source | None) -> Tree:
    if source is None or isinstance(source, Path):
        if source is not None and not source.is_dir():
            raise TargetError(f"{source} is not a folder")
        return found.tree(source)
    own = found.tree()
    if isinstance(source, str):
        if len(own.files) != 1:
            raise TargetError(f"{found.name} has {len(own.files)} files: give their texts by path")
        return Tree(dict.fromkeys(own.files, source))
    if unknown := sorted(set(source) - set(own.files)):
        raise TargetError(f"{found.name} has no {unknown[0]}; it has {', '.join(sorted(own.files))}")
    return Tree({**own.files, **source})
