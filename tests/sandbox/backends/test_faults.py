"""The engine's troubles are faults, never scores; what is left behind is removed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docker
import docker.errors
import pytest

from pygent.sandbox.api import (
    BoxSpec,
    Call,
    Check,
    Isolation,
    Limits,
    Outcome,
    Program,
    SandboxFaultError,
    SandboxUnavailableError,
)
from pygent.sandbox.backends import bubblewrap, orphan_reaper, select
from pygent.sandbox.backends.docker import DockerSandbox
from pygent.sandbox.backends.engine import connect
from pygent.sandbox.backends.engine_calls import EngineCalls
from pygent.sandbox.backends.orphan_reaper import OWNER_LABEL, RUN_LABEL
from pygent.sandbox.images.image import Images
from pygent.sandbox.selftest.self_test import engine_facts

pytestmark = pytest.mark.engine

ECHO = Program({"m.py": "def f(x): return x"}, "m:f")
SPEC = BoxSpec(limits=Limits(memory_mb=64, pids=16))


@pytest.fixture
def client() -> Iterator[Any]:
    found = connect()
    yield found
    found.close()


@pytest.fixture
def sandbox(client: Any) -> Iterator[DockerSandbox]:
    with DockerSandbox(client, Images(client), warm=1) as made:
        yield made


def containers(client: Any, sandbox: DockerSandbox) -> list[str]:
    label = f"{RUN_LABEL}={sandbox.run_id}"
    return [found["Id"] for found in client.api.containers(all=True, filters={"label": label})]


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_container_that_is_removed_from_outside_is_a_fault(client: Any, sandbox: DockerSandbox) -> None:
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        assert box.run(ECHO, [Call((1,))]).ok
        for container in containers(client, sandbox):
            client.api.remove_container(container, force=True)
        with pytest.raises(SandboxFaultError, match=r"removed from outside|ended with status"):
            box.run(ECHO, [Call((1,))])
        assert box.run(ECHO, [Call((2,))]).last.value == 2  # another container has taken its place


def test_a_runner_that_is_killed_from_outside_in_a_call_is_a_fault(
    client: Any, sandbox: DockerSandbox
) -> None:
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        (container,) = containers(client, sandbox)

        def kill_in_the_call() -> None:
            assert eventually(lambda: len(client.api.top(container)["Processes"]) > 1)
            client.api.kill(container)

        killer = threading.Thread(target=kill_in_the_call)
        killer.start()
        with pytest.raises(SandboxFaultError, match="status 137"):
            box.run(Program({"m.py": "import time\ndef f(): time.sleep(9)"}, "m:f"), [Call()])
        killer.join()


def test_an_idle_container_that_died_is_not_handed_out(client: Any, sandbox: DockerSandbox) -> None:
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        assert box.run(ECHO, [Call((1,))]).ok
    for container in containers(client, sandbox):
        client.api.remove_container(container, force=True)
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        assert box.run(ECHO, [Call((3,))]).last.value == 3


def test_a_box_in_which_memory_ran_out_is_replaced(client: Any, sandbox: DockerSandbox) -> None:
    bomb = Program({"m.py": "def f():\n    x = []\n    while True: x.append(bytearray(1 << 20))"}, "m:f")
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        first = containers(client, sandbox)
        assert box.run(bomb, [Call()]).last.outcome is Outcome.DIED
        assert box.run(ECHO, [Call((4,))]).last.value == 4
        assert set(containers(client, sandbox)) - set(first)


def test_fresh_containers_are_started_ahead_and_removed_after_use(
    client: Any, sandbox: DockerSandbox
) -> None:
    seen: set[str] = set()
    for number in range(3):
        with sandbox.box(SPEC, Isolation.CONTAINER) as box:
            assert box.run(ECHO, [Call((number,))]).last.value == number
            seen |= set(containers(client, sandbox))
    assert len(seen) >= 3
    assert eventually(lambda: len(containers(client, sandbox)) <= 1)


def test_closing_removes_every_container(client: Any) -> None:
    sandbox = DockerSandbox(client, Images(client))
    with sandbox.box(SPEC, Isolation.CONTAINER), sandbox.box(SPEC, Isolation.PROCESS):
        assert len(containers(client, sandbox)) >= 2
        sandbox.close()
    assert containers(client, sandbox) == []
    with pytest.raises(SandboxFaultError, match="closed"), sandbox.box(SPEC, Isolation.PROCESS):
        pass


_KILLED = """
import sys
sys.path.insert(0, {root!r})
from pygent.sandbox.backends.docker import DockerSandbox
from pygent.sandbox.backends.engine import connect
from pygent.sandbox.images.image import Images
from pygent.sandbox.api import BoxSpec, Call, Isolation, Limits, Program
client = connect()
sandbox = DockerSandbox(client, Images(client))
sleeper = Program({{"m.py": "import time\\ndef f(): print(1); time.sleep(50)"}}, "m:f")
with sandbox.box(BoxSpec(limits=Limits(call_seconds=55)), Isolation.PROCESS) as box:
    print(sandbox.run_id, flush=True)
    box.run(sleeper, [Call()])
"""


def test_a_killed_host_leaves_no_process_and_the_next_start_removes_the_container(client: Any) -> None:
    root = str(Path(orphan_reaper.__file__).parents[3])
    host = subprocess.Popen(
        [sys.executable, "-c", _KILLED.format(root=root)], stdout=subprocess.PIPE, text=True
    )
    assert host.stdout is not None
    run = host.stdout.readline().strip()

    def left() -> list[Any]:
        found: list[Any] = client.api.containers(all=True, filters={"label": f"{RUN_LABEL}={run}"})
        return found

    assert [found["State"] for found in left()] == ["running"]
    orphan_reaper.reap(client)
    assert [found["State"] for found in left()] == ["running"]  # its owner lives
    host.send_signal(signal.SIGKILL)
    host.wait()
    host.stdout.close()
    assert eventually(lambda: all(found["State"] != "running" for found in left()))
    assert orphan_reaper.reap(client) >= 1
    assert left() == []


def test_containers_of_other_machines_are_left_alone() -> None:
    assert orphan_reaper.is_alive(orphan_reaper.myself()) is True
    world, pid, started = orphan_reaper.myself().rsplit(" ", 2)
    assert orphan_reaper.is_alive(f"{world} {pid} {int(started) + 1}") is False
    assert orphan_reaper.is_alive(f"elsewhere 1 {pid} {started}") is None
    assert orphan_reaper.is_alive("") is None


def test_a_zombie_owns_nothing() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    try:
        world, _, _ = orphan_reaper.myself().rsplit(" ", 2)
        started = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[19]
        assert orphan_reaper.is_alive(f"{world} {child} {started}") is False
    finally:
        os.waitpid(child, 0)


def test_closing_removes_what_the_engine_made_after_nobody_waited_for_it(client: Any) -> None:
    sandbox = DockerSandbox(client, Images(client))
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        assert box.run(ECHO, [Call((1,))]).ok
        (known,) = containers(client, sandbox)
        image = client.api.inspect_container(known)["Config"]["Image"]
        client.api.create_container(image, ["true"], labels={RUN_LABEL: sandbox.run_id})
    assert len(containers(client, sandbox)) == 2
    sandbox.close()
    assert containers(client, sandbox) == []


def test_boxes_do_not_change_their_image_in_mid_run(
    client: Any, sandbox: DockerSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        assert box.run(ECHO, [Call((1,))]).ok
    monkeypatch.setattr(Images, "ensure", lambda self, packages: "pygent-sandbox:another")
    other = BoxSpec(limits=Limits(memory_mb=65, pids=16))
    with pytest.raises(SandboxFaultError, match="another"), sandbox.box(other, Isolation.PROCESS):
        pass


def test_an_engine_that_hangs_is_not_waited_for_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(f"{tmp_path}/s")
        silent.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/s")
        monkeypatch.setattr("pygent.sandbox.backends.engine._HANDSHAKE_SECONDS", 0.2)
        with pytest.raises(SandboxUnavailableError, match="no Docker engine answers"):
            connect(timeout=3600)


def test_an_engine_that_stops_and_one_that_hangs_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.engine_calls._PING_SECONDS", 0.2)
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(f"{tmp_path}/s")
        engine.listen()
        found = docker.DockerClient(base_url=f"unix://{tmp_path}/s", version="1.41")
        calls = EngineCalls(found.api)
        assert calls.trouble() == "the engine does not answer: it hangs"
        (tmp_path / "s").unlink()
        assert calls.trouble() == "the engine does not answer: No such file or directory"
        found.close()


def test_no_engine_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(SandboxUnavailableError, match=r"start Docker, or set DOCKER_HOST"):
        select.open_sandbox("docker")


def test_an_engine_without_roots_rights_is_found_at_its_own_socket(
    client: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def nothing_at_the_usual_place(**settings: object) -> None:
        raise docker.errors.DockerException("nothing there")

    usual = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not usual.startswith("unix://"):
        pytest.skip("NOT TESTED: the engine is not at a unix socket")
    (tmp_path / "docker.sock").symlink_to(usual.removeprefix("unix://"))
    monkeypatch.setattr(docker.DockerClient, "from_env", nothing_at_the_usual_place)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    found = connect()
    assert found.info()["ID"] == client.info()["ID"]
    found.close()


def test_without_an_engine_it_is_bubblewrap_where_that_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen: list[str] = []
    monkeypatch.setattr(select, "_docker", lambda base, runtime: chosen.append("docker"))
    monkeypatch.setattr(select, "_bubblewrap", lambda base: chosen.append("bubblewrap"))
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    select.make_sandbox()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    select.make_sandbox()
    select.make_sandbox("docker")
    assert chosen == ["docker", "bubblewrap", "docker"]


def test_a_runtime_is_the_engines_choice_of_its_name(client: Any) -> None:
    with (
        DockerSandbox(client, Images(client), runtime="runc", warm=0) as made,
        made.box(SPEC, Isolation.PROCESS) as box,
    ):
        assert box.run(ECHO, [Call((1,))]).last.value == 1
        (container,) = containers(client, made)
        assert client.api.inspect_container(container)["HostConfig"]["Runtime"] == "runc"
    assert made.name.endswith(", runc")


def test_a_runtime_that_the_engine_has_not_is_told() -> None:
    with pytest.raises(
        SandboxUnavailableError, match=r"no runtime 'missing' .it has .*runc.*leave out --runtime"
    ):
        select.open_sandbox("docker", runtime="missing")
    with pytest.raises(SandboxUnavailableError, match=r"no runtimes: leave out --runtime runsc"):
        select.open_sandbox("bubblewrap", runtime="runsc")


def test_bubblewrap_has_no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SandboxUnavailableError, match=r"leave out --image python:3\.12"):
        select.make_sandbox("bubblewrap", base="python:3.12")


def test_a_failed_check_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [Check("pids", False, "not limited", "get another engine"), Check("network", True, "")]
    monkeypatch.setattr(DockerSandbox, "check", lambda self: bad)
    with pytest.raises(SandboxUnavailableError, match=r"pids: not limited .get another engine"):
        select.open_sandbox("docker")


def test_the_engine_says_what_it_is(client: Any) -> None:
    facts = {check.name: check for check in engine_facts(client)}
    assert facts["engine"].detail.startswith("Docker ")
    assert "version" in facts["cgroups"].detail
    assert facts["memory limits"].ok


def test_containers_carry_their_owner(client: Any, sandbox: DockerSandbox) -> None:
    with sandbox.box(SPEC, Isolation.PROCESS):
        (container,) = containers(client, sandbox)
        facts = client.api.inspect_container(container)
    assert facts["Config"]["Labels"][OWNER_LABEL] == orphan_reaper.myself()
    settings = facts["HostConfig"]
    assert settings["NetworkMode"] == "none"
    assert settings["ReadonlyRootfs"] is True
    assert settings["CapDrop"] == ["ALL"]
    assert settings["IpcMode"] == "none"
    assert settings["LogConfig"]["Type"] == "none"
    assert settings["Memory"] == settings["MemorySwap"] == 64 << 20
    assert settings["PidsLimit"] == 16


@pytest.mark.parametrize("address", ["https://127.0.0.1:2376", "http+docker://ssh"])
def test_an_engine_behind_tls_or_ssh_is_refused_as_its_stream_is_no_plain_socket(address: str) -> None:
    api: Any = SimpleNamespace(base_url=address)
    with pytest.raises(SandboxUnavailableError, match="use a unix socket, or plain TCP"):
        EngineCalls(api)
