"""Check that a target can be used: all that `targets check` tests beyond the manifest's rules."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.metrics import complexity
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.patch.model.editable import BLOCKS
from pygent.target_modules.patch.model.path_glob import matches
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.blocks import BlockError, blocks
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.spec.target_registry import with_dependencies


def check_target(
    target: Target, sandbox: Sandbox, seed: int = 0, *, tell: Callable[[str], None] = lambda line: None
) -> Evaluation:
    """Check dependencies, cases or grader, and editable files, and return the baseline's evaluation.

    `tell` gets lines for people while it lasts. A baseline may fail if correctness is the objective. Raises
    `TargetError` if the target cannot be used, which includes a baseline that fails its own gate, and
    `SandboxFaultError` if the engine fails.
    """
    file = target.root / "target.toml"
    with_dependencies(target)
    tree = target.tree()
    for path in tree:
        if path.endswith(".py") and complexity.symbols(tree[path]) is None:
            raise TargetError(
                f"{target.source / path}: does not parse as Python; repair it, or leave it out of `files`"
            )
    for editable in target.manifest.editable:
        _look_for(editable, tree, file)
    bench = EvaluationContext(sandbox, Isolation.CONTAINER, seed, tree, tell=tell)
    result = evaluate(target, suite_for(target), tree, bench)
    if not result.graded:
        raise TargetError(f"{file}: the baseline fails: {result.reason}")
    judged = {judge.name for judge in target.manifest.judges}  # by a model, which a check asks nothing
    for objective in target.manifest.objectives:
        if objective.metric not in result.metrics and objective.metric not in judged:
            known = ", ".join(sorted({*result.metrics, *complexity.METRICS}))
            raise TargetError(
                f"{file}: objectives.metric: {objective.metric} is not measured; there are {known}"
            )
    return result


def _look_for(editable: str, tree: Tree, file: Path) -> None:
    """Raise `TargetError` if a `glob` or `glob:Symbol` of the manifest matches nothing."""
    glob, _, symbol = editable.partition(":")
    paths = [path for path in tree if matches(path, glob)]
    if not paths:
        raise TargetError(f"{file}: editable: {editable} matches none of the target's files")
    if symbol == BLOCKS:
        _look_for_blocks(editable, {path: tree[path] for path in paths}, file)
        return
    first = symbol.partition(".")[0]
    if symbol and not any(first in _top_level(tree[path]) for path in paths):
        raise TargetError(f"{file}: editable: {editable}: there is no {first} in {', '.join(paths)}")


def _look_for_blocks(editable: str, texts: Mapping[str, str], file: Path) -> None:
    found = 0
    for path, text in texts.items():
        try:
            found += len(blocks(text))
        except BlockError as error:
            raise TargetError(f"{file}: editable: {editable}: {path}:{error.line}: {error.reason}") from None
    if not found:
        raise TargetError(
            f"{file}: editable: {editable}: {', '.join(texts)}: no `# EVOLVE-BLOCK-START` with its END"
        )


def _top_level(text: str) -> set[str]:
    names: set[str] = set()
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            names |= {one.id for one in ast.walk(statement) if isinstance(one, ast.Name)}
    return names
