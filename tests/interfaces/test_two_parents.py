"""A fusion is shown with both of its parents: in lists, alone, in its lineage and in an export."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pygent.archive.records import RunRecord, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.target_modules.patch.model.tree import Tree
from tests.support.cli import pygent

TEXTS = {
    "base": "A = 1\nB = 1\n",
    "left": "A = 2\nB = 1\n",
    "right": "A = 1\nB = 2\n",
    "child": "A = 2\nB = 2\n",
}
PARENTS = {"base": (), "left": ("base",), "right": ("base",), "child": ("left", "right")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with ArchiveStore.open(tmp_path) as archive:
        archive.runs.add(RunRecord("run", "outside", {}, 1.0, "max"))
        for attempt, (name, text) in enumerate(TEXTS.items()):
            tree = Tree({"m.py": text})
            proposer = "fuse" if name == "child" else "mutate"
            made = VariantRecord(
                id=name,
                run="run",
                attempt=attempt,
                target="outside",
                parents=PARENTS[name],
                tree=tree.id,
                status=Status.VALID,
                reason="",
                proposer=proposer,
                operator=proposer,
                generation=min(attempt, 2),
                created=float(attempt),
                score=0.5,
            )
            archive.variants.add(made, tree.files, [])
    return tmp_path


def test_lists_name_both_parents(home: Path) -> None:
    row = next(line for line in pygent("archive", "list", home=home).out.splitlines() if "child" in line)
    assert "left right" in row


def test_a_fusion_is_shown_with_a_diff_against_each_parent(home: Path) -> None:
    shown = pygent("archive", "show", "child", home=home).out
    assert "parents   left, right\n" in shown
    left, right = shown.split("against left:\n")[1].split("against right:\n")
    assert "+B = 2" in left
    assert "+A = 2" not in left
    assert "+A = 2" in right
    data = pygent("archive", "show", "child", "--json", home=home).json
    assert data["parents"] == ["left", "right"]
    assert list(data["diffs"]) == ["left", "right"]
    assert data["diff"] == data["diffs"]["left"]


def test_a_variant_with_one_parent_is_shown_with_its_diff_alone(home: Path) -> None:
    shown = pygent("archive", "show", "left", home=home).out
    assert "+A = 2" in shown
    assert "against" not in shown


def test_the_lineage_of_a_fusion_says_who_descends_from_whom(home: Path) -> None:
    lines = pygent("archive", "lineage", "child", home=home).out.splitlines()
    assert len(lines) == 4
    assert lines[-1].endswith("<- left, right")
    assert lines[1].endswith("<- base")
    assert all("<-" not in line for line in pygent("archive", "lineage", "left", home=home).out.splitlines())


def test_an_export_has_a_fusion_as_a_merge(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    assert pygent("archive", "export", folder, home=home).code == 0

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout

    parents = git("rev-parse", "refs/variants/1", "refs/variants/2").split()
    assert git("rev-list", "--parents", "-1", "refs/variants/3").split()[1:] == parents
    assert "Parent: left\nParent: right\n" in git("log", "-1", "--format=%B", "refs/variants/3")
