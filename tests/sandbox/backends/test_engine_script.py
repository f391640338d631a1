"""scripts/engine.sh with a stand-in for the daemon: starting, stale remains, stopping only one's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "engine.sh"
WITH_ENGINE = ROOT / "scripts" / "with-engine.sh"
TOOLS = "bash python3 sed cut cat flock mkdir dirname tr rm tail grep"
DAEMON = """#!{python}
import os, socket, sys
arguments = dict(zip(sys.argv[1:], sys.argv[2:]))
if "--pidfile" not in arguments or os.path.exists(arguments["--pidfile"]):
    sys.exit("pid file found, ensure docker is not running")
open("/proc/self/comm", "w").write("dockerd")
server = socket.socket(socket.AF_UNIX)
server.bind(arguments["-H"].removeprefix("unix://"))
server.listen()
open(arguments["--pidfile"], "w").write(str(os.getpid()))
while True:
    link, _ = server.accept()
    link.recv(1000)
    link.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nOK")
    link.close()
"""


class Machine:
    """A machine of its own: run folder, state folder, and stand-ins first on the path."""

    def __init__(self, root: Path) -> None:
        self.run, self.state, self.bin = root / "run", root / "state", root / "bin"
        for folder in (self.run, self.bin):
            folder.mkdir()
        self.put("dockerd", DAEMON.format(python=sys.executable))
        for name in ("bwrap", "iptables"):
            self.put(name, "#!/bin/sh\n")
        self.put("id", "#!/bin/sh\necho 0\n")
        self.put("apt-get", "#!/bin/sh\nexit 1\n")

    def put(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def engine(self, verb: str, **more: str) -> tuple[int, str]:
        environment = {
            **os.environ,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "PYGENT_ENGINE_RUN": str(self.run),
            "PYGENT_ENGINE_STATE": str(self.state),
            "PYGENT_ENGINE_WAIT": "10",
            **more,
        }
        done = subprocess.run(
            ["bash", str(SCRIPT), verb],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stderr

    def without_engine(self, *command: str, bubblewrap: bool) -> subprocess.CompletedProcess[str]:
        """Run a command by with-engine.sh where there is no engine and none may be installed."""
        for name in ("dockerd", "bwrap"):
            (self.bin / name).unlink()
        for name in (*TOOLS.split(), *(["bwrap", "sh", "ldd"] if bubblewrap else [])):
            (self.bin / name).symlink_to(shutil.which(name) or "/bin/false")
        return subprocess.run(
            ["/bin/bash", WITH_ENGINE, *command],
            env={
                **os.environ,
                "PATH": str(self.bin),
                "DOCKER_HOST": f"unix://{self.run}/none.sock",
                "PYGENT_NO_INSTALL": "1",
                "PYGENT_ENGINE_STATE": str(self.state),
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def pid(self) -> int:
        return int((self.run / "docker.pid").read_text())


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("e"))
    yield made
    made.engine("stop")


def dead_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_an_engine_is_started_once_and_stopped(machine: Machine) -> None:
    assert machine.engine("status")[0] == 1
    assert machine.engine("start") == (
        0,
        f"engine: started dockerd; its output is in {machine.state}/dockerd.log\n",
    )
    assert machine.engine("status")[0] == 0
    pid = machine.pid()
    code, words = machine.engine("start")
    assert code == 0
    assert "answers" in words
    assert machine.pid() == pid
    assert "stopped" in machine.engine("stop")[1]
    assert machine.engine("status")[0] == 1


def test_what_a_killed_daemon_left_is_cleared_away(machine: Machine) -> None:
    orphan_folder = machine.run / "docker" / "containerd"
    orphan_folder.mkdir(parents=True)
    (orphan_folder / "containerd.sock").touch()
    shutil.copy(shutil.which("sleep") or "/bin/sleep", machine.bin / "containerd")
    orphan = subprocess.Popen([machine.bin / "containerd", "60"])
    (orphan_folder / "containerd.pid").write_text(str(orphan.pid))
    (machine.run / "docker.pid").write_text(str(dead_pid()))
    code, words = machine.engine("start")
    assert code == 0, words
    assert "pid file of a dead daemon" in words
    assert orphan.wait(10) != 0
    assert not (orphan_folder / "containerd.sock").exists()
    assert machine.engine("status")[0] == 0


def test_a_pid_that_another_program_has_now_is_no_daemon(machine: Machine) -> None:
    (machine.run / "docker.pid").write_text(str(os.getpid()))
    assert machine.engine("start")[0] == 0


def test_an_engine_that_was_not_started_from_here_is_not_stopped(machine: Machine) -> None:
    assert machine.engine("start")[0] == 0
    note = machine.state / "started"
    mine = note.read_text()
    note.write_text(f"{machine.pid()} 1\n")
    assert "ended already" in machine.engine("stop")[1]
    assert machine.engine("status")[0] == 0
    assert "nothing to stop" in machine.engine("stop")[1]
    note.write_text(mine)


def test_installing_can_be_forbidden(machine: Machine) -> None:
    (machine.bin / "dockerd").unlink()
    path = machine.bin
    for name in TOOLS.split():
        (path / name).symlink_to(shutil.which(name) or "/bin/false")
    code, words = machine.engine("start", PATH=str(path), PYGENT_NO_INSTALL="1")
    assert code == 1
    assert "PYGENT_NO_INSTALL=1 forbids" in words
    code, words = machine.engine("start", PATH=str(path))
    assert code == 1
    assert "install.log" in words


def test_only_root_can_start_one(machine: Machine) -> None:
    machine.put("id", "#!/bin/sh\necho 1000\n")
    code, words = machine.engine("start")
    assert code == 1
    assert "only root" in words


def test_a_daemon_that_does_not_start_is_told_with_its_last_words(machine: Machine) -> None:
    machine.put("dockerd", "#!/bin/sh\necho 'no space left on device'\nexit 1\n")
    code, words = machine.engine("start")
    assert code == 1
    assert "no space left" in words
    assert not (machine.state / "started").exists()


def test_an_unknown_verb_is_a_usage_error(machine: Machine) -> None:
    assert machine.engine("restart")[0] == 2


EVOLVE = (sys.executable, "-m", "pygent", "--home")


@pytest.mark.bubblewrap
def test_the_main_job_works_with_bubblewrap_and_no_engine(machine: Machine, tmp_path: Path) -> None:
    done = machine.without_engine(
        *EVOLVE, str(tmp_path / "h"), "evolve", "online_bin_packing", "--evaluations", "2", bubblewrap=True
    )
    assert done.returncode == 0, done.stderr
    assert "engine: going on without one, in bubblewrap" in done.stderr
    assert "untrusted code ran in bubblewrap" in done.stdout


def test_the_main_job_is_refused_clearly_with_neither(machine: Machine, tmp_path: Path) -> None:
    done = machine.without_engine(
        *EVOLVE, str(tmp_path / "h"), "evolve", "online_bin_packing", "--evaluations", "2", bubblewrap=False
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("pygent: no sandbox is available: no Docker engine answers at unix://")
    assert "start Docker, or set DOCKER_HOST" in last
    assert last.endswith("bubblewrap is not installed: apt-get install bubblewrap")
