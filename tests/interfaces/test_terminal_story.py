"""From a finished run to its champion, into the source and back, in the terminal alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pygent.testing.small_target import BUGGY, write_small_target
from tests.support.cli import pygent


def test_a_new_user_finds_the_champion_understands_it_applies_it_and_takes_it_back(
    tmp_path: Path, local: None
) -> None:
    target, home = write_small_target(tmp_path / "target"), tmp_path / "home"
    source = target / "src" / "ranges.py"
    limits = ["--seed", 3, "--evaluations", 400, "--until", 1, "--selector", "best"]
    ended = pygent("evolve", target, *limits, "--approval", "champions", home=home)
    assert ended.code == 0, ended.err
    picture = pygent("watch", "--once", home=home).out
    (best,) = {words.split(")")[0].split(", ")[-1] for words in picture.split(" | ") if "best " in words}
    waiting = pygent("queue", home=home).out
    assert best in waiting
    assert "champion" in waiting
    shown = pygent("archive", "show", best[:6], home=home).out
    assert "against the baseline on held-out cases: better" in shown
    assert "approval  awaiting" in shown
    assert "+++ b/ranges.py" in pygent("archive", "diff", best, "--against", "root", home=home).out
    refused = pygent("apply", best, "--yes", home=home)
    assert (refused.code, f"pygent approve {best}" in refused.err) == (1, True)
    assert pygent("approve", best, "--why", "right", "--as", "Ada", home=home).out.endswith("by Ada\n")
    assert pygent("queue", home=home).out.startswith("nothing awaits approval")
    subprocess.run(["git", "-C", str(source.parent), "init", "--quiet"], check=True)
    applied = pygent("apply", best, "--yes", home=home)
    assert applied.code == 0, applied.err
    assert "its suite passes there: " in applied.out
    assert source.read_text() != BUGGY
    undone = pygent("rollback", best, home=home)
    assert (undone.code, "rolled back: ranges.py" in undone.out) == (0, True)
    assert source.read_text() == BUGGY
    decided = pygent("archive", "show", best, home=home).out
    assert [word for word in ("approve by Ada: right", "apply by", "rollback by") if word in decided] == [
        "approve by Ada: right",
        "apply by",
        "rollback by",
    ]
