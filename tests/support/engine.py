"""A Docker engine of a test's own, to be stopped, hung and filled up, and `pygent` processes that use it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import docker
import docker.errors
import pytest

from pygent.archive.store import ArchiveStore
from pygent.sandbox.backends.orphan_reaper import OWNER_LABEL
from tests.support.runs import committed, wait_until

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "engine.sh"


class PrivateEngine:
    """A second dockerd with its own socket and data below `run`, a folder with a short name."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.address = f"unix://{run}/docker.sock"

    @property
    def pids(self) -> list[int]:
        """Of the daemon and its containerd."""
        files = (self.run / "docker.pid", self.run / "docker" / "containerd" / "containerd.pid")
        return [int(file.read_text()) for file in files if file.exists()]

    def start(self) -> None:
        self._script("start")

    def stop(self) -> None:
        self._script("stop")

    def signal(self, number: int) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        pids = self.pids
        self.signal(signal.SIGKILL)
        wait_until(lambda: not any(map(_runs, pids)))

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def owners(self) -> set[int]:
        """The processes whose containers are there."""
        labels = [one["Labels"][OWNER_LABEL] for one in self.containers()]
        return {int(label.rsplit(" ", 2)[1]) for label in labels}

    def containers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]]
        with self.client() as client:
            found = client.api.containers(all=True)
        return found

    def remove_containers(self) -> None:
        with self.client() as client:
            for one in client.api.containers(all=True):
                with contextlib.suppress(docker.errors.APIError):  # somebody else is at it
                    client.api.remove_container(one["Id"], force=True)

    @contextlib.contextmanager
    def client(self) -> Iterator[Any]:
        client = docker.DockerClient(base_url=self.address, timeout=20)
        try:
            yield client
        finally:
            client.close()

    def _script(self, verb: str) -> None:
        told = {"PYGENT_ENGINE_RUN": str(self.run), "PYGENT_ENGINE_STATE": str(self.run / "state")}
        done = subprocess.run(
            ["bash", str(SCRIPT), verb],
            env={**os.environ, **told, "PYGENT_NO_INSTALL": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def private_engine(*, disk_mb: int | None = None) -> Iterator[PrivateEngine]:
    """Started, its data on a disk of `disk_mb` where given; at the end gone with all that it mounted."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("NOT TESTED: only root can start an engine of its own, with dockerd installed")
    run = Path(tempfile.mkdtemp(prefix="pygent-engine-", dir="/tmp"))
    engine = PrivateEngine(run)
    if disk_mb is not None:
        (run / "data").mkdir()
        size = f"size={disk_mb}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(run / "data")], check=True)
    try:
        engine.start()
        yield engine
    finally:
        pids = engine.pids
        engine.signal(signal.SIGCONT)
        engine.stop()
        for pid in pids:
            if _runs(pid):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(_runs, pids)))
        for pid in _shims_of(run):
            os.kill(pid, signal.SIGKILL)
        for mounted in reversed(_mounts_below(run)):
            subprocess.run(["umount", "-l", mounted], check=True)
        shutil.rmtree(run)


class Pygent:
    """A `pygent` process at one home. Use it as a context: what still runs at the end is killed."""

    def __init__(
        self, home: Path, *arguments: object, engine: PrivateEngine | None = None, **environment: str
    ) -> None:
        self.home = home
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        self._out = tempfile.TemporaryFile()  # noqa: SIM115
        self._said = "", ""
        where = {} if engine is None else {"DOCKER_HOST": engine.address}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pygent", "--home", str(home), *map(str, arguments)],
            env={**os.environ, **where, **environment},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
        )

    def __enter__(self) -> Pygent:
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.wait()
        self._said = self.err, self.out
        self._err.close()
        self._out.close()

    @property
    def err(self) -> str:
        """What it has said so far, also after its end."""
        return self._said[0] or self._read(self._err)

    @property
    def out(self) -> str:
        return self._said[1] or self._read(self._out)

    @staticmethod
    def _read(file: IO[bytes]) -> str:
        return "" if file.closed else os.pread(file.fileno(), 1 << 20, 0).decode()

    @property
    def run(self) -> str:
        """The id of the only run at this home."""
        with ArchiveStore.open(self.home, read_only=True) as archive:
            (run,) = archive.runs.list_()
        return run.id

    def says(self, words: str, seconds: float = 60) -> None:
        """Wait until it has said so on stderr."""
        wait_until(lambda: words in self.err or self.process.poll() is not None, seconds)
        assert words in self.err, self.err

    def commits(self, variants: int, seconds: float = 60) -> None:
        """Wait until so many variants are in the archive."""
        wait_until(lambda: committed(self.home) >= variants or self.process.poll() is not None, seconds)
        assert committed(self.home) >= variants, self.err

    def ends(self, seconds: float = 120) -> int:
        return self.process.wait(timeout=seconds)


def shape(home: Path) -> list[object]:
    """What the archive of one run holds, without what differs by nature: ids and times."""
    with ArchiveStore.open(home, read_only=True) as archive:
        found = list(archive.variants.list_())
    number = {one.id: one.attempt for one in found}
    return [
        (one.attempt, [number[p] for p in one.parents], one.tree, one.status, one.reason, one.score)
        for one in found
    ]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _shims_of(run: Path) -> list[int]:
    """What starts the containers of an engine, and outlives one that is killed."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = file.read_bytes()
            if b"containerd-shim" in words and str(run).encode() in words:
                found.append(int(file.parent.name))
    return found


def _mounts_below(folder: Path) -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [place for line in lines if (place := line.split()[1]).startswith(f"{folder}/")]
