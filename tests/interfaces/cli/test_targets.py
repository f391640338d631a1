"""A module of one's own, from file and cases to a running target; and the gate from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pygent.testing.small_target import BUGGY, write_small_target
from tests.support.cli import pygent


@pytest.fixture
def module(tmp_path: Path) -> Path:
    file = tmp_path / "mine" / "ranges.py"
    file.parent.mkdir()
    file.write_text(BUGGY)
    return file


def cases(folder: Path) -> Path:
    """Twenty cases; the module is wrong in those above 14."""
    file = folder / "cases.jsonl"
    rows = [{"args": [n, 6, 14], "expected": max(6 - n, n - 14, 0)} for n in range(20)]
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def init(module: Path, *more: object) -> tuple[Path, list[object]]:
    out = module.parent.parent / "target"
    given = ["--module", module, "--function", "outside", "--cases", cases(module.parent)]
    return out, ["targets", "init", *given, "--out", out, *more]


def block(replacement: str) -> str:
    search = "        return value + high"
    return f"ranges.py\n<<<<<<< SEARCH\n{search}\n=======\n{replacement}\n>>>>>>> REPLACE\n"


def test_a_module_of_ones_own_is_made_a_target_checked_and_evolved(
    module: Path, tmp_path: Path, local: None
) -> None:
    out, command = init(module)
    made = pygent(*command)
    assert made.code == 0, made.err
    assert str(out) in made.out
    checked = pygent("targets", "check", out, "--json")
    assert checked.code == 0, checked.err
    assert 0 < checked.json["score"] < 1
    done = pygent("evolve", out, "--evaluations", 20, "--seed", 1, "--json", home=tmp_path / "home")
    assert done.code == 0, done.err
    assert done.json["target"] == made.out.split()[1]
    assert module.read_text() == BUGGY


def test_a_speed_target_whose_baseline_is_wrong_is_refused_with_its_reason(module: Path, local: None) -> None:
    out, command = init(module, "--objective", "speed")
    assert pygent(*command).code == 0
    checked = pygent("targets", "check", out)
    assert checked.code == 2
    assert "baseline fails" in checked.err
    assert checked.err.count("\n") == 1


def test_init_writes_nothing_where_it_refuses(module: Path, tmp_path: Path) -> None:
    out, command = init(module)
    wrong = [word if word != "outside" else "inside" for word in command]
    refused = pygent(*wrong)
    assert refused.code == 2
    assert "inside" in refused.err
    assert not out.exists()


def test_the_bundled_targets_are_listed() -> None:
    names = {one["name"] for one in pygent("targets", "list", "--json").json}
    assert names == {"coding_agent", "online_bin_packing", "circle_packing", "text_distance"}
    assert "builds on" in pygent("targets", "list", "--deps").out


def test_a_cycle_of_dependencies_is_named(tmp_path: Path, local: None) -> None:
    for name, other in (("one", "other"), ("other", "one")):
        file = write_small_target(tmp_path / name, name=name) / "target.toml"
        file.write_text(file.read_text().replace("[suite]", f'depends = ["{other}"]\n\n[suite]', 1))
    checked = pygent("targets", "check", tmp_path / "one")
    assert checked.code == 2
    assert "cycle" in checked.err


def test_the_gate_from_the_command_line(tmp_path: Path) -> None:
    target = write_small_target(tmp_path / "target")
    patch = tmp_path / "patch.txt"
    patch.write_text(block("        return value - high"))
    assert pygent("safety", "check", patch, "--target", target).code == 0
    assert (target / "src" / "ranges.py").read_text() == BUGGY
    patch.write_text(block("        import os\n        return os.getpid()"))
    found = pygent("safety", "check", patch, "--target", target)
    assert found.code == 1
    assert "ranges.py:8: " in found.out
    asked = pygent("safety", "check", patch, "--target", target, "--json").json
    assert asked["ok"] is False
    assert asked["findings"][0]["line"] == 8


def test_source_that_is_nested_too_deeply_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    target = write_small_target(tmp_path / "target")
    patch = tmp_path / "patch.txt"
    patch.write_text(block(f"        return random{'.a' * 5000}._os"))
    found = pygent("safety", "check", patch, "--target", target)
    assert found.code == 1
    assert "Traceback" not in found.err
    assert "deep" in found.out
