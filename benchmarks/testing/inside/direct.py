"""Run tests and candidate in one child."""

from __future__ import annotations

import pytest

from .plugin import Plugin, main


class Direct(Plugin):
    """Also stops early: at the first failure of a `gate` test, and if none of `need_one` passes."""

    def __init__(
        self,
        only: list[str] | None,
        seconds: dict[str, float],
        gate: list[str],
        need_one: list[str],
    ) -> None:
        super().__init__(only, seconds)
        self.gate, self.need_one = set(gate), set(need_one)
        self.hopes = len(need_one)

    def ended(self, item: pytest.Item) -> None:
        name, verdict = self.current, self._outcome
        if not self.stopped and name in self.gate and verdict != "passed":
            self.stopped = f"a test fails that passed: {name}"
        if name in self.need_one:
            self.need_one.discard(name)
            if verdict == "passed":
                self.need_one.clear()
            elif not self.need_one:
                self.stopped = f"none of the {self.hopes} failing tests passes"
        super().ended(item)


def run(
    paths: list[str],
    options: list[str],
    only: list[str] | None,
    seconds: dict[str, float],
    gate: list[str],
    need_one: list[str],
) -> dict[str, object]:
    """Run tests beside the candidate; `seconds` limits each test, by id."""
    plugin = Direct(only, seconds, gate, need_one)
    main(paths, options, plugin)
    return plugin.report()
