"""Root file systems for bubblewrap: made once, whole or not at all, and kept while somebody uses them."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest

from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.images import rootfs
from pygent.sandbox.images.rootfs_cache import Roots


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Path]:
    """A root of a few files, so that it is made in no time."""
    source = tmp_path / "module.py"
    source.write_text("X = 1\n")
    files = {"usr/local/lib/module.py": source}
    monkeypatch.setattr(rootfs, "plan", lambda packages=(): rootfs.RootFs(dict(files), packages))
    monkeypatch.setattr(rootfs, "_libraries", lambda files: {})
    return files


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "roots"


def test_a_root_is_made_once_for_all_and_nobody_else_can_look_in(home: Path) -> None:
    place = Roots(home).ensure()
    assert (place / "usr/local/lib/module.py").read_text() == "X = 1\n"
    assert list((place / "usr/local/lib/__pycache__").glob("module.*.pyc"))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.rglob("*") if path.is_dir()} == {0o755}
    made = place.stat().st_ino
    assert Roots(home).ensure() == place
    assert place.stat().st_ino == made
    assert Roots(home).ensure(rebuild=True).stat().st_ino != made


def test_what_a_killed_maker_left_is_removed_and_never_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: rootfs.RootFs, stream: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(rootfs.RootFs, "write", die)
        child = os.fork()
        if child == 0:
            try:
                Roots(home).ensure()
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert [path for path in home.iterdir() if path.is_dir()]
    place = Roots(home).ensure()
    assert [path for path in home.iterdir() if path.is_dir()] == [place]


def test_roots_that_nobody_has_used_for_long_are_removed_but_not_those_in_use(
    home: Path, small: dict[str, Path], tmp_path: Path
) -> None:
    held, left = Roots(home), Roots(home)
    in_use = held.ensure()
    small["usr/local/lib/other.py"] = small["usr/local/lib/module.py"]
    unused = left.ensure()
    left.close()
    unfinished = home / f".{unused.name}.01234567.pygent-new"
    unfinished.mkdir()
    for lock in home.glob("*.lock"):
        os.utime(lock, (0, 0))
    small["usr/local/lib/third.py"] = small["usr/local/lib/module.py"]
    new = Roots(home).ensure()
    assert in_use.is_dir()
    assert new.is_dir()
    assert not unused.exists()
    assert not unfinished.exists()


def test_a_folder_that_cannot_be_written_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SandboxUnavailableError, match="set XDG_CACHE_HOME to another folder"):
        Roots(tmp_path / "file" / "roots").ensure()
