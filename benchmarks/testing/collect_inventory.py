"""Take the inventory of a target's tests on its own source, directly and through the proxy."""

from __future__ import annotations

from typing import get_args

from pygent.benchmarks.results import Trust
from pygent.benchmarks.testing.in_process import Results, TestResult, run_direct
from pygent.benchmarks.testing.inventory import NEVER, Inventory, InventoryEntry, Verdict, digest_of
from pygent.benchmarks.testing.known_outcomes import MOST_ANSWERS
from pygent.benchmarks.testing.loader_flows import Loading
from pygent.benchmarks.testing.programs import functions_of, spec_of_tests
from pygent.benchmarks.testing.sealed import run_sealed
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.spec.manifest import Target, TargetError


def take_inventory(target: Target, sandbox: Sandbox) -> Inventory:
    """Run all tests twice beside the target's own source, in two fresh boxes, and once through the proxy.

    Raises `TargetError` if tests cannot be collected or pytest does not end by itself, `SandboxFaultError`
    and `SandboxUnavailableError` as boxes do.
    """
    tree = target.tree()
    spec = spec_of_tests(target)
    runs: list[Results] = []
    for _ in range(2):
        with sandbox.box(spec, Isolation.CONTAINER) as box:
            runs.append(run_direct(target, tree, box))
        if runs[-1].reason or not runs[-1].tests:
            reason = runs[-1].reason or "no tests were found"
            printed = runs[-1].output.strip().splitlines()
            last_line = f"; pytest said: {printed[-1][:300]}" if printed else ""
            raise TargetError(f"{target.root / 'target.toml'}: suite.tests: {reason}{last_line}")
    first, second = (run.tests for run in runs)
    proxied = Results({})
    unreached = NEVER
    if functions_of(target, tree):
        with (
            sandbox.box(spec_of_tests(target, trusted=True), Isolation.CONTAINER) as judge,
            sandbox.box(spec, Isolation.CONTAINER) as box,
        ):
            proxied = run_sealed(target, tree, tree, judge, box, only=list(first), known=None)
        unreached = "was not reached in the sealed run"
    loading = Loading(target)
    tests = [
        _test(name, one, second.get(name), proxied.tests.get(name), unreached, loading.why(name))
        for name, one in first.items()
    ]
    answers = tuple(sorted(proxied.answers)[:MOST_ANSWERS])
    return Inventory(digest=digest_of(target), tests=tuple(tests), noted=proxied.noted, answers=answers)


def _test(
    name: str,
    one: TestResult,
    other: TestResult | None,
    proxied: TestResult | None,
    unreached: str,
    loads: str,
) -> InventoryEntry:
    """The entry of a test; `loads` names the loader that, by its source, may run answers."""
    assert one.verdict in get_args(Verdict)
    verdict: Verdict = one.verdict  # type: ignore[assignment]
    stable = other is not None and other.verdict == one.verdict
    why, calls = "", 0
    if proxied is None:
        why = unreached
    else:
        calls = proxied.calls
        if proxied.verdict != verdict or proxied.kind != one.kind:
            why = proxied.kind or f"{proxied.verdict} where calls go through the proxy"
        else:
            why = loads if calls else NEVER
    trust = Trust.IN_PROCESS if why else Trust.SEALED
    seconds = max(one.seconds, other.seconds if other else 0.0)
    return InventoryEntry(
        id=name,
        verdict=verdict,
        trust=trust,
        why=why,
        kind=one.kind,
        calls=calls,
        seconds=round(seconds, 4),
        stable=stable,
        noted=proxied.noted if proxied and not why else (),
    )
