"""Run tests and candidate in one child."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .plugin import TIMED_OUT, Limit, Plugin, main


class Direct(Plugin):
    """Also stops early: at the first failure of a `gate` test, with `need_one`, and after `enough`.

    With `need_one`, one pass of these tests suffices, and none is a reason to stop. `enough` holds how many
    tests must have hit their limit, and how many outside the gate must have failed.
    """

    def __init__(
        self,
        ask: Callable[[object], object],
        only: list[str] | None,
        limits: dict[str, Limit],
        gate: list[str],
        need_one: list[str],
        enough: list[int] | None,
    ) -> None:
        super().__init__(only, limits)
        self._ask = ask
        self.gate, self.need_one = set(gate), set(need_one)
        self.hopes = len(need_one)
        self._enough = enough
        self._late = self._failed = 0
        self._cut = False

    def ended(self, item: pytest.Item) -> None:
        name, verdict = self.current, self._outcome
        self._late += self._kind == TIMED_OUT
        self._failed += verdict != "passed" and name not in self.gate
        if not self.stopped and name in self.gate and verdict != "passed":
            self.stopped = f"a test fails that passed: {name}"
        if name in self.need_one:
            self.need_one.discard(name)
            if verdict == "passed":
                item.session.shouldstop = "one of them passes"
            elif not self.need_one:
                self.stopped = f"none of the {self.hopes} failing tests passes"
        if self._enough is not None and self._late >= self._enough[0] and self._failed >= self._enough[1]:
            self._cut = True
            item.session.shouldstop = "the others cannot change the verdict"
        super().ended(item)

    def report(self) -> dict[str, object]:
        return {**super().report(), "cut": self._cut}

    def given_up(self) -> None:
        """Answer in the middle of the test: it would never give the control back."""
        self.stopped = f"a test does not end: {self.current}"
        self._ask(self.report())


def run(
    ask: Callable[[object], object],
    paths: list[str],
    options: list[str],
    only: list[str] | None,
    limits: dict[str, Limit],
    gate: list[str],
    need_one: list[str],
    enough: list[int] | None,
) -> dict[str, object]:
    """Run tests beside the candidate, each within its limit."""
    plugin = Direct(ask, only, limits, gate, need_one, enough)
    main(paths, options, plugin)
    return plugin.report()
