"""How long a call may take: the limit that a manifest states, or one that is learned from the baseline.

If answers are right or wrong and the manifest states no limit, a call may take `MULTIPLE` times the slowest
call that the baseline answered rightly, at least `FLOOR`, and never more than the manifest allows. Limits
count CPU time, so the floor can be low. A case that the baseline fails or does not finish teaches nothing.

Mutations bring in neither imports nor tables. So in a search evaluation, a variant without a model's code may
have as little as `MUTANT_FLOOR`. Comparisons and held-out cases give both sides the same, at least `FLOOR`.

The limit is a function of the manifest and of the baseline's evaluation, which the archive keeps: whoever
asks gets the same one, in a resumed run as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pygent.benchmarks.results import Evaluation
from pygent.sandbox.api import Limits
from pygent.target_modules.spec.manifest import Target

MULTIPLE = 10  # generous: held-out cases and drawn ones may be slower than those that taught the limit
FLOOR = 0.1  # seconds of CPU time
MUTANT_FLOOR = 0.02  # the same for a mutant in a search evaluation
BY_CLOCK = 1.0  # seconds by the clock that a call has at least, however little CPU time it may use
PATIENCE = 3.5  # seconds of CPU time for one case, to tell what is slow from what never ends
LESS_PATIENCE = 1.0  # the same for variants of a baseline that answered nothing, and did not end
PASSED = "passed"
UNASKED = frozenset({"cases", "pytest", "timing"})  # kinds that learn unasked: answers are right or wrong


@dataclass(frozen=True)
class CallLimit:
    """The limit of one call: seconds of CPU time, and by the clock.

    `slowest` is the CPU time of the baseline's call that taught the limit; None if it was not learned.
    `patience` is for one of the cases that have hit a low limit, if a limit should be learned and is not;
    None if there is nothing to find out. `mutant` is the limit in seconds for a variant without a model's
    code in a search evaluation, if it is another one.
    """

    seconds: float
    by_clock: float
    slowest: float | None = None
    patience: float | None = None
    mutant: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not known yet how long calls may take."""
        return self.patience is not None

    @property
    def is_learned(self) -> bool:
        return self.slowest is not None

    def within(self, seconds: float) -> CallLimit:
        """A limit of at most so many seconds, to try a call before it gets all the time of this one."""
        return self if seconds >= self.seconds else _limit(seconds)

    def of_mutant(self) -> CallLimit:
        return self if self.mutant is None else replace(self, seconds=self.mutant, by_clock=BY_CLOCK)

    def __str__(self) -> str:
        """Both limits, and where they come from, as everybody is told: `0.1 s of CPU time (...), ...`."""
        source = ""
        if self.slowest is not None:
            least = ", is less" if self.seconds == FLOOR else ""
            source = f" (learned: {MULTIPLE} x the baseline's slowest, {_duration(self.slowest)}{least})"
        elif self.patience is not None:
            source = (
                f" (no right answer of the baseline is known: one late call gets {self.patience:g} s to end)"
            )
        mutant = "" if self.mutant is None else f", {self.mutant:g} s for a mutant"
        return f"{self.seconds:g} s of CPU time{mutant}{source}, {self.by_clock:g} s by the clock"


def learns(target: Target) -> bool:
    """Whether the limit of a call is learned from the baseline."""
    table = target.manifest.limits
    if table.learn is not None:
        return table.learn
    return target.manifest.suite.kind in UNASKED and "call_seconds" not in table.model_fields_set


def call_limit(target: Target, baseline: Evaluation | None) -> CallLimit:
    """The limit of a call, by what the evaluation of the baseline on search cases teaches, if it is there.

    An evaluation of a version that did not learn limits teaches nothing: its run goes on with the limits that
    it began with.
    """
    if not learns(target):
        return manifest_limit(target)
    stages = () if baseline is None else baseline.stages
    taught = [stage.slowest_right for stage in stages if stage.slowest_right is not None]
    slowest = max(taught, default=0.0)
    if slowest == 0.0:
        if baseline is not None and not taught:
            return manifest_limit(target)
        loops = any(stage.timed_out for stage in stages)
        return replace(manifest_limit(target), patience=LESS_PATIENCE if loops else PATIENCE)
    repeat = 0.0  # where speed counts, a call may take what the baseline needs for all: it may be worth it
    if baseline is not None and target.manifest.suite.kind == "timing":
        repeat = baseline.metrics.get("seconds", 0.0)
    limit = learned(target, slowest, repeat)
    if target.manifest.suite.kind != "cases":
        return limit
    mutant = min(limit.seconds, max(MUTANT_FLOOR, round(MULTIPLE * slowest, 3)))
    return limit if mutant == limit.seconds else replace(limit, mutant=mutant)


def learned(target: Target, slowest: float, least: float = 0.0) -> CallLimit:
    """The limit that a call of so many seconds of CPU time teaches."""
    seconds = max(FLOOR, round(MULTIPLE * slowest, 3), round(least, 3))
    return replace(_limit(min(target.manifest.limits.call_seconds, seconds)), slowest=slowest)


def manifest_limit(target: Target) -> CallLimit:
    """What the manifest allows at most."""
    return _limit(target.manifest.limits.call_seconds)


def timeouts_of_mutant(target: Target) -> int:
    """How many calls of a mutant hit the limit before cases are left out: one, unless it is stated."""
    table = target.manifest.limits
    return table.timeouts if "timeouts" in table.model_fields_set else 1


def unfinished(target: Target, baseline: Evaluation) -> str:
    """Which case the baseline does not finish, in one line, or ''."""
    late = baseline.stages[-1].timed_out if baseline.stages else ()
    if not late:
        return ""
    more = len(late) - 1 + baseline.stages[-1].unasked
    others = f", nor {more} other{'' if more == 1 else 's'}" if more else ""
    advice = "; if it is only slow, state limits.call_seconds" if learns(target) else ""
    return f"{does_not_finish(late[-1], _least_given(target, baseline))}{others}{advice}"


def does_not_finish(case: int, seconds: float) -> str:
    return f"the baseline does not finish case {case} within {seconds:g} s of CPU time"


def _least_given(target: Target, baseline: Evaluation) -> float:
    """The least time in seconds that the last case which the baseline does not finish was given."""
    most = manifest_limit(target)
    if not learns(target):
        return most.seconds
    slowest = baseline.stages[-1].slowest_right or 0.0
    given = most.within(PATIENCE)
    return min(given.seconds, learned(target, slowest).seconds) if slowest > FLOOR else given.seconds


def _limit(seconds: float) -> CallLimit:
    return CallLimit(seconds, max(Limits.wall_factor * seconds, BY_CLOCK))


def _duration(seconds: float) -> str:
    figure, unit = (1000 * seconds, "ms") if seconds < 1 else (seconds, "s")
    return f"{float(f'{figure:.2g}'):g} {unit}"


class OpenVerdict:
    """Whether the cases that were not asked yet can change the verdict on a tree.

    They can as long as passing all of them would beat the score `to_beat`, or decide whether one of `levels`
    (thresholds of the score) is reached. Without a score to beat, each case counts.
    """

    def __init__(self, total: int, to_beat: float | None, levels: tuple[float, ...] = ()) -> None:
        self._total = total
        self._to_beat = to_beat
        self._levels = levels

    @property
    def counts_all(self) -> bool:
        return self._to_beat is None

    def is_settled(self, passed: int, left: int) -> bool:
        if self._to_beat is None:
            return False
        low, high = passed / self._total, (passed + left) / self._total
        return high <= self._to_beat and all(high < level or low >= level for level in self._levels)


def open_verdict(target: Target, total: int, to_beat: float | None) -> OpenVerdict:
    """The verdict on a tree by how many of `total` cases pass, if that is the score."""
    primary, table = target.primary, target.manifest
    if to_beat is None or primary.metric != PASSED or primary.direction != "max":
        return OpenVerdict(total, None)
    bounds = [bound for bound in table.thresholds if bound.metric == PASSED]
    levels = [one for bound in bounds for one in (bound.min, bound.max) if one is not None]
    levels += [stage.threshold for stage in table.suite.stages if stage.threshold is not None]
    return OpenVerdict(total, to_beat - (table.suite.mends or 0.0), tuple(levels))
