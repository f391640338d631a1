"""`--waive` on the command line: trees of unknown origin need every limit, the target's own do not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.support.cli import pygent


def lacking_memory(kind: str, *, base: str | None, runtime: str | None, waive: Iterable[str]) -> LocalSandbox:
    sandbox = LocalSandbox()
    sandbox.name = "bubblewrap (memory not limited)"
    sandbox.unlimited = tuple({"memory"} - set(waive))
    return sandbox


def test_a_tree_of_unknown_origin_is_judged_only_where_the_missing_limit_is_waived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lacking_memory)
    target, home = write_small_target(tmp_path / "target"), tmp_path / "home"
    source = next(path.parent for path in target.rglob("ranges.py"))
    assert pygent("bench", target, home=home).code == 0
    refused = pygent("bench", target, "--tree", source, home=home)
    assert refused.code == 1
    assert "has none on memory" in refused.err
    assert "--waive memory" in refused.err
    assert pygent("bench", target, "--tree", source, "--waive", "memory", home=home).code == 0


def test_isolation_cannot_be_waived_on_the_command_line(tmp_path: Path) -> None:
    for command in ("bench", "evolve"):
        done = pygent(command, "online_bin_packing", "--waive", "network", home=tmp_path / "home")
        assert done.code == 2
        assert "these can" in done.err
