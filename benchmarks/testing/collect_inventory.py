"""Take the inventory of a target's tests on its own source, directly and through the proxy."""

from __future__ import annotations

from typing import get_args

from pygent.benchmarks.learned_limits import PATIENCE, manifest_limit
from pygent.benchmarks.results import Trust
from pygent.benchmarks.testing.in_process import Results, TestResult, run_direct
from pygent.benchmarks.testing.inventory import NEVER, Inventory, InventoryEntry, Verdict, digest_of
from pygent.benchmarks.testing.known_outcomes import MOST_ANSWERS
from pygent.benchmarks.testing.limits_of_tests import ANY, limits_of_tests, longest
from pygent.benchmarks.testing.loader_flows import Loading
from pygent.benchmarks.testing.programs import functions_of, spec_of_tests
from pygent.benchmarks.testing.sealed import run_sealed
from pygent.sandbox.api import Box, Isolation, Sandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError

_ALONE = 0.9  # of a run's time, for a test that is run alone,
_LONGEST_ALONE = 60.0  # but no more seconds of CPU time: most that need them loop


def take_inventory(target: Target, sandbox: Sandbox) -> Inventory:
    """Run all tests twice beside the target's own source, in two fresh boxes, and once through the proxy.

    Raises `TargetError` if tests cannot be collected or pytest does not end by itself, `SandboxFaultError`
    and `SandboxUnavailableError` as boxes do.
    """
    tree = target.tree()
    spec = spec_of_tests(target)
    with sandbox.box(spec, Isolation.CONTAINER) as box:
        first = _first_run(target, tree, box)
    passing = {name: test.seconds for name, test in first.items() if test.verdict == "passed"}
    limits = limits_of_tests(target, passing)
    with sandbox.box(spec, Isolation.CONTAINER) as box:
        second = _ended(target, run_direct(target, tree, box, limits=limits))
    proxied = Results({})
    unreached = NEVER
    if functions_of(target, tree):
        with (
            sandbox.box(spec_of_tests(target, trusted=True), Isolation.CONTAINER) as judge,
            sandbox.box(spec, Isolation.CONTAINER) as box,
        ):
            names = list(first)
            most = longest(limits, names)
            proxied = run_sealed(target, tree, tree, judge, box, only=names, known=None, call_seconds=most)
        unreached = "was not reached in the sealed run"
    loading = Loading(target)
    tests = [
        _test(name, one, second.get(name), proxied.tests.get(name), unreached, loading.why(name))
        for name, one in first.items()
    ]
    answers = tuple(sorted(proxied.answers)[:MOST_ANSWERS])
    return Inventory(digest=digest_of(target), tests=tuple(tests), noted=proxied.noted, answers=answers)


def _first_run(target: Target, tree: Tree, box: Box) -> dict[str, TestResult]:
    """All tests, each for a few seconds; one that needs more gets a minute, if a run may take that.

    After the first that does not suffice for, the others that did not end are taken to loop as well.
    """
    most = manifest_limit(target)
    patience = most.within(min(PATIENCE, most.seconds / 3))
    found = dict(_ended(target, run_direct(target, tree, box, limits={ANY: patience})))
    for name in [name for name, test in found.items() if test.timed_out]:
        alone = {ANY: most.within(min(_ALONE * most.seconds, _LONGEST_ALONE))}
        test = run_direct(target, tree, box, only=[name], limits=alone).tests.get(name)
        if test is None or test.timed_out:
            break
        found[name] = test
    return found


def _ended(target: Target, run: Results) -> dict[str, TestResult]:
    """The results of a run of all tests. Raises `TargetError` if it did not come to its end."""
    if not run.reason and run.tests:
        return run.tests
    reason = run.reason or "no tests were found"
    printed = run.output.strip().splitlines()
    last_line = f"; pytest said: {printed[-1][:300]}" if printed else ""
    raise TargetError(f"{target.root / 'target.toml'}: suite.tests: {reason}{last_line}")


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
        if proxied.verdict != verdict or not _alike(proxied, one):
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


def _alike(one: TestResult, other: TestResult) -> bool:
    """Whether two failures are the same: if a call timed out in the other box, the words say how."""
    return one.kind == other.kind or (one.timed_out and other.timed_out)
