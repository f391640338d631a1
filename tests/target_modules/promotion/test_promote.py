"""Writing into a real source and taking it back: a chain of applications, byte for byte."""

from __future__ import annotations

import hashlib
import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.promotion import source_writer

texts = st.text(alphabet="ab\r\n\t é", max_size=20)
trees = st.dictionaries(st.sampled_from(["a.py", "b.py", "deep/c.py"]), texts, min_size=1)


def write(folder: Path, tree: Tree) -> None:
    for path, text in tree.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def read(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@settings(max_examples=40, deadline=None)
@given(st.lists(trees, min_size=2, max_size=5))
def test_a_chain_of_applications_rolls_back_in_order_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, chain: list[dict[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("chain")
    folder, home = root / "source", root / "home"
    states = [Tree(files) for files in chain]
    write(folder, states[0])
    seen, applied = [read(folder)], []
    for number, (before, after) in enumerate(pairwise(states)):
        if before.files == after.files:
            continue
        source_writer.apply(home, f"v{number}", folder, before, after, message="m")
        applied.append(f"v{number}")
        seen.append(read(folder))
        assert seen[-1] == {path: text.encode() for path, text in after.files.items()}
    for variant in reversed(applied):
        assert read(folder) == seen.pop()
        assert source_writer.rollback(home).variant == variant
    assert read(folder) == seen.pop()
    with pytest.raises(source_writer.PromotionError, match="nothing was applied"):
        source_writer.rollback(home)
    shutil.rmtree(root)


def test_an_earlier_application_waits_for_the_later_one_on_the_same_files(tmp_path: Path) -> None:
    folder, home = tmp_path / "source", tmp_path / "home"
    one, two, three = Tree({"a.py": "1"}), Tree({"a.py": "2"}), Tree({"a.py": "3"})
    write(folder, one)
    source_writer.apply(home, "first", folder, one, two, message="m")
    source_writer.apply(home, "second", folder, two, three, message="m")
    with pytest.raises(source_writer.PromotionError, match="second was applied on top of first"):
        source_writer.rollback(home, "first")
    with pytest.raises(source_writer.PromotionError, match="third is not applied; second was the last"):
        source_writer.rollback(home, "third")
    assert source_writer.rollback(home, "second").variant == "second"
    assert source_writer.rollback(home, "first").variant == "first"
    assert read(folder) == {"a.py": b"1"}


def test_a_record_that_came_with_a_home_overwrites_nothing(tmp_path: Path) -> None:
    """It names any file of this machine, such as one that a login would run."""
    place = tmp_path / "home" / "applied" / "1-theirs"
    (place / "before").mkdir(parents=True)
    (place / "before" / "login").write_text("theirs")
    digest = hashlib.sha256(b"theirs").hexdigest()
    record = {"variant": "theirs", "folder": str(tmp_path), "when": 1.0}
    files = {"before": {"login": digest}, "after": {"login": None}}
    (place / "applied.json").write_text(json.dumps(record | files))
    for force in (False, True):
        with pytest.raises(source_writer.PromotionError, match="was not written here for you"):
            source_writer.rollback(tmp_path / "home", force=force)
    assert not (tmp_path / "login").exists()
