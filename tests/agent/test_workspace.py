"""What an agent may hand back are the editable files; all else vanishes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.agent.workspace import Workspace
from pygent.target_modules.patch.edits import Patch, SearchReplace

FILES = {"a.py": "x = 1\n", "lib/b.py": "y = 2\r\n", "data.txt": "d"}


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace(FILES, ("a.py", "lib/*.py"))
    yield made
    made.close()


def test_files_are_there_byte_for_byte(workspace: Workspace) -> None:
    assert (workspace.root / "lib" / "b.py").read_bytes() == b"y = 2\r\n"
    assert dict(workspace.tree().files) == FILES
    assert not workspace.changed()


def test_only_editable_files_are_handed_back(workspace: Workspace) -> None:
    (workspace.root / "a.py").write_text("x = 2\n")
    (workspace.root / "data.txt").write_text("changed")
    (workspace.root / "lib" / "new.py").write_text("z = 3\n")
    (workspace.root / "stray.py").write_text("s = 4\n")
    assert workspace.result() == {"a.py": "x = 2\n", "lib/b.py": "y = 2\r\n", "lib/new.py": "z = 3\n"}
    assert "stray" not in workspace.difference()


def test_a_read_only_change_is_no_change(workspace: Workspace) -> None:
    (workspace.root / "data.txt").write_text("changed")
    assert not workspace.changed()


def test_links_and_files_that_are_no_text_are_not_followed_or_handed_back(workspace: Workspace) -> None:
    (workspace.root / "lib" / "link.py").symlink_to("/etc/hostname")
    (workspace.root / "lib" / "raw.py").write_bytes(b"\xff\xfe")
    os.mkfifo(workspace.root / "lib" / "pipe.py")
    assert set(workspace.result()) == {"a.py", "lib/b.py"}


def test_a_patch_changes_the_files_on_disk(workspace: Workspace) -> None:
    workspace.change(Patch(edits=(SearchReplace(path="a.py", search="1", replace="5"),)))
    assert (workspace.root / "a.py").read_text() == "x = 5\n"
    assert workspace.broken() == ""


def test_a_changed_file_that_does_not_parse_is_named(workspace: Workspace) -> None:
    (workspace.root / "a.py").write_text("def f(:\n")
    assert workspace.broken().startswith("a.py: line 1")


def test_nothing_is_left_after_the_end(workspace: Workspace) -> None:
    workspace.close()
    assert not workspace.root.exists()


@pytest.mark.parametrize("path", ["../out.py", "/abs.py", "a/../../b.py"])
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    made = Workspace({path: "x = 1\n", "a.py": ""}, ("**/*.py",))
    assert set(made.tree()) == {"a.py"}
    made.close()


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(["a.py", "b/c.py", "d.txt"]), st.text(max_size=40), max_size=3))
def test_what_was_put_in_comes_out(files: dict[str, str]) -> None:
    made = Workspace(files, ("**/*",))
    assert made.result() == files
    made.close()
