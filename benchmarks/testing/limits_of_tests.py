"""How long a test may take, which is learned from the tests that pass on the target's own source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pygent.benchmarks.learned_limits import MULTIPLE, CallLimit, learned, manifest_limit
from pygent.target_modules.spec.manifest import Target

FLOOR_OF_TEST = 0.5  # seconds of CPU time: the first failure of a run costs pytest more than most tests take
_BY_CLOCK = 5.0  # seconds by the clock that a test has at least
_OTHERS = 3  # times the slowest test: what one test sets up for all, another may have to in another run
_SHARE = 1 / 3  # of a run's time for one test, if no test teaches a limit: so two may hit it
ANY = ""  # any test that has no limit by name


def limits_of_tests(target: Target, seconds: Mapping[str, float]) -> dict[str, CallLimit]:
    """The limit of each test, if those that passed on the target's own source took so many seconds.

    It is a multiple of the test's own time, as for calls, and no less than three times the slowest test's. A
    loop is found by the CPU time that it takes, so the limit by the clock can be high.
    """
    slowest = max(seconds.values(), default=0.0)
    if not slowest or target.manifest.limits.learn is False:
        most = manifest_limit(target)
        return {ANY: most.within(_SHARE * most.seconds)}
    least = max(FLOOR_OF_TEST, _OTHERS * slowest)
    limits = {name: learned(target, own, least) for name, own in {ANY: 0.0, **seconds}.items()}
    return {name: replace(one, by_clock=max(one.by_clock, _BY_CLOCK)) for name, one in limits.items()}


def in_words(limits: Mapping[str, CallLimit]) -> str:
    least = limits[ANY]
    own = f", or {MULTIPLE} x its time on the target's own source" if len(limits) > 1 else ""
    return f"a test may take {least.seconds:g} s of CPU time{own}, {least.by_clock:g} s by the clock"


def longest(limits: Mapping[str, CallLimit], names: Iterable[str]) -> float:
    """The limit of a call in one of these tests: the longest of theirs, in seconds of CPU time."""
    return max(limits.get(name, limits[ANY]).seconds for name in names)
