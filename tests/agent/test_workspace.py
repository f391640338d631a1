"""What an agent may hand back are the editable files; all else vanishes."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.agent.work.workspace import PatchError, Workspace
from pygent.target_modules.patch.model.edits import CreateFile, Patch, SearchReplace

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
    lib = workspace.root / "lib"
    (lib / "link.py").symlink_to("/etc/hostname")
    (lib / "loop.py").symlink_to("loop.py")
    (lib / "folder").symlink_to("/etc")
    (lib / "raw.py").write_bytes(b"\xff\xfe")
    (lib / "folder.py").mkdir()
    os.mkfifo(lib / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(lib / "s.py"))
    with open(lib / "sparse.py", "wb") as stream:
        stream.truncate(1 << 40)
    secret = lib / "unreadable.py"
    secret.write_text("x")
    secret.chmod(0)
    listed = {"a.py", "lib/b.py"} | ({"lib/unreadable.py"} if os.geteuid() == 0 else set())
    assert set(workspace.result()) == listed


def test_a_hard_link_is_the_text_that_it_has(workspace: Workspace) -> None:
    os.link(workspace.root / "data.txt", workspace.root / "lib" / "hard.py")
    assert workspace.result()["lib/hard.py"] == "d"


@pytest.mark.parametrize(
    "name", [b"\xff.py", "\u202e.py".encode(), b"a\nb.py", b"\x1b[2J.py", b"a\\b.py", b"x" * 252 + b".py"]
)
def test_names_that_no_tree_may_hold_are_left_where_they_are(workspace: Workspace, name: bytes) -> None:
    with open(os.path.join(os.fsencode(workspace.root), b"lib", name), "wb") as stream:
        stream.write(b"x = 1")
    assert len(workspace.result()) == (3 if name[:1] == b"x" else 2)


def test_a_folder_deeper_than_python_s_stack_costs_nothing(workspace: Workspace) -> None:
    here = os.open(workspace.root, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        assert set(workspace.result()) == {"a.py", "lib/b.py"}
        workspace.close()
    finally:
        subprocess.run(["rm", "-rf", workspace.root], check=True)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_a_shell_puts_in_the_place_of_a_file_is_neither_followed_nor_waited_for(
    workspace: Workspace, kind: str, tmp_path: Path
) -> None:
    place, outside = workspace.root / "lib" / "new.py", tmp_path / "outside"
    outside.write_text("before")
    {"link": lambda: place.symlink_to(outside), "pipe": lambda: os.mkfifo(place), "folder": place.mkdir}[
        kind
    ]()
    patch = Patch(edits=(CreateFile(path="lib/new.py", text="n = 1\n"),))
    if kind == "folder":
        with pytest.raises(PatchError, match="folder is in the way"):
            workspace.change(patch)
    else:
        assert workspace.change(patch)["lib/new.py"] == "n = 1\n"
        assert workspace.result()["lib/new.py"] == "n = 1\n"
    assert outside.read_text() == "before"


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
