"""Where a suite's cases come from: a target's JSONL files, or its grader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from pygent.benchmarks.results import Split
from pygent.benchmarks.suites.grader import Grader
from pygent.benchmarks.suites.words import Masks
from pygent.sandbox.api import Call
from pygent.target_modules.spec.cases_file import Case, read_cases
from pygent.target_modules.spec.manifest import Target, TargetError


class CaseSource:
    """The cases of a target, by split; `drawn`: a seed draws them, whereas files always hold the same.

    Without a file of held-out cases, the search cases are used again.
    """

    def __init__(self, target: Target) -> None:
        table = target.manifest.suite
        self._files: dict[Split, list[Case]] = {}
        self._grader: Grader | None = None
        if table.cases is not None:
            self._files["search"] = read_cases(target.root / table.cases)
            held_out = table.held_out
            self._files["held_out"] = (
                read_cases(target.root / held_out) if held_out is not None else self._files["search"]
            )
            _check_calls(target, self._files["search"] + self._files["held_out"])
        else:
            assert table.grader is not None  # the manifest sees to it
            self._grader = Grader(target, ("cases",))
        self._counts: dict[Split, int] = {
            "search": table.count,
            "held_out": table.held_out_count or table.count,
        }
        self.drawn = self._grader is not None
        self._draw = lru_cache(maxsize=8)(self._drawn)

    def of(self, seed: int, split: Split, count: int | None = None) -> list[Case]:
        """The cases of a split; a grader draws `count` of them, or as many as the manifest says."""
        if self._grader is None:
            return self._files[split]
        return self._draw(seed, split, count or self._counts[split])

    def words_about_case(self, case: Case, answer: object) -> str:
        """What the grader says about an answer; '' if there is no grader, or it says nothing."""
        return "" if self._grader is None else self._grader.words_about_case(case, answer)

    def words_about_all(self, samples: Mapping[str, Sequence[float]]) -> str:
        """What the grader says about all samples; '' likewise."""
        return "" if self._grader is None else self._grader.words_about_all(samples)

    def _drawn(self, seed: int, split: Split, count: int) -> list[Case]:
        assert self._grader is not None
        return self._grader.cases(seed, split, count)


def visible_cases(target: Target, seed: int, count: int) -> list[Call]:
    return [case.call for case in CaseSource(target).of(seed, "search", count)][:count]


def masks_of(cases: Sequence[Case]) -> Masks:
    return Masks((case.expected, (case.call,)) for case in cases)


def _check_calls(target: Target, cases: Sequence[Case]) -> None:
    """Check that each case names its function if, and only if, the target names none."""
    has_entry = bool(target.manifest.entry)
    if all(case.names_function is not has_entry for case in cases):
        return
    what = "its cases name their functions with `call`" if has_entry else "give it, or each case its `call`"
    raise TargetError(f"{target.root / 'target.toml'}: entry: {what}")
