"""The kinds of suites, one per line, and the suite of a target."""

from __future__ import annotations

from typing import cast

from pygent.benchmarks.results import Suite
from pygent.extensions import ExtensionError
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.spec.suite_kinds import KINDS, SUITES, complaint
from pygent.target_modules.trust.target_exhibits import suite_digest


def suite_class(kind: str) -> type[Suite]:
    """By the name of a bundled kind."""
    return cast("type[Suite]", SUITES.load(kind))


def suite_class_of(target: Target) -> type[Suite]:
    """The class that the manifest names.

    Raises `TargetError` if a foreign one cannot be used, `UntrustedError` if nobody has agreed to run it.
    """
    table = target.manifest.suite
    if table.kind in KINDS:
        return suite_class(table.kind)
    file = target.root / "target.toml"
    digest = suite_digest(target)
    try:
        found = cast("type[Suite]", SUITES.load(table.kind, folder=target.root, digest=digest))
    except ExtensionError as error:
        raise TargetError(f"{file}: suite.kind: {error}") from None
    if wrong := complaint(table, found.asks):
        raise TargetError(f"{file}: suite: {wrong}")
    if found.asks.in_process and target.manifest.trust != "in-process":
        raise TargetError(f'{file}: trust: a {table.kind} suite judges beside the variant: say "in-process"')
    return found


def suite_for(target: Target) -> Suite:
    """The suite that the target's manifest asks for, with its grader or case files loaded.

    Raises `TargetError` if they cannot be used.
    """
    suite = suite_class_of(target)(target)
    if suite.runs_tests or not target.manifest.suite.tests:
        return suite
    from pygent.benchmarks.testing.pytest_suite import Gated

    return Gated(target, suite)
