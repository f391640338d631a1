"""What is replaced is the old or the new after a death at any moment, and keeps its permissions."""

from __future__ import annotations

import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pygent.atomic import new_folder, remove_leftovers, write_file

OLD, NEW = b"old" * 1000, b"new" * 1000


def dies_at(step: str, work: Callable[[], object]) -> bool:
    """Whether a child that kills itself as it comes to a step of `os` was killed."""

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            setattr(os, step, die)
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("step", ["open", "fdopen", "fsync", "chmod", "replace"])
def test_a_death_in_the_middle_leaves_the_old_content(tmp_path: Path, step: str) -> None:
    file = tmp_path / "[a]*.txt"
    file.write_bytes(OLD)
    assert dies_at(step, lambda: write_file(file, NEW))
    assert file.read_bytes() == OLD
    write_file(file, NEW, alone=True)
    assert file.read_bytes() == NEW
    assert list(tmp_path.iterdir()) == [file]


def test_what_was_left_beside_others_stays(tmp_path: Path) -> None:
    for name in ("a", "a.b", "b"):
        assert dies_at("replace", lambda name=name: write_file(tmp_path / name, NEW))  # type: ignore[misc]
    remove_leftovers(tmp_path / "a")
    assert sorted(left.name.rsplit(".", 2)[0] for left in tmp_path.iterdir()) == [".a.b", ".b"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o400])
def test_permissions_stay(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a"
    file.write_bytes(OLD)
    file.chmod(mode)
    write_file(file, NEW)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (NEW, mode)


def test_a_new_file_has_the_permissions_that_the_user_wants(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_file(tmp_path / "new", NEW)
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "far").write_bytes(OLD)
    (tmp_path / "link").symlink_to(tmp_path / "far")
    write_file(tmp_path / "link", NEW)
    assert (tmp_path / "far").read_bytes() == OLD
    assert (tmp_path / "link").read_bytes() == NEW


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_file(tmp_path / "folder", NEW)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_of_many_writers_at_once_one_is_there_whole(tmp_path: Path) -> None:
    texts = [bytes([number]) * 100_000 for number in range(8)]
    writers = [threading.Thread(target=write_file, args=(tmp_path / "a", text)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (tmp_path / "a").read_bytes() in texts
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "folder"

    def fill() -> None:
        with new_folder(place, alone=True) as made:
            (made / "a").write_bytes(NEW)
            assert not place.exists()

    def interrupted() -> None:
        with new_folder(place) as made:
            (made / "a").write_bytes(OLD)
            raise KeyboardInterrupt

    assert dies_at("replace", fill)
    assert not place.exists()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not place.exists()
    fill()
    assert [path.name for path in place.parent.iterdir()] == ["folder"]
    assert (place / "a").read_bytes() == NEW


def test_a_folder_takes_no_place_that_is_taken(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    place.mkdir()
    (place / "kept").touch()
    with pytest.raises(OSError, match="not empty"), new_folder(place):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "kept"]


def test_a_folder_may_be_made_again(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    for name in ("old", "new"):
        with new_folder(place, again=True) as made:
            (made / name).touch()
            assert not (place / name).exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "new"]
