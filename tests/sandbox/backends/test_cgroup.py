"""Where control groups can be made, on machines of either version: file trees that look like theirs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pygent.sandbox.api import BoxSpec, Limits, SandboxFaultError
from pygent.sandbox.backends import cgroup, orphan_reaper

SPEC = BoxSpec(limits=Limits(memory_mb=64, cpus=0.5, pids=10))


class Unified:
    """A machine of version 2: groups by name, each with its controllers and members."""

    def __init__(self, root: Path) -> None:
        self.root, self.cgroup, self.mounts = root / "fs", root / "cgroup", root / "mountinfo"
        self.mounts.write_text(
            f"29 23 0:26 / {self.root} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
            "30 23 0:27 / /proc rw - proc proc rw\n"
        )

    def group(self, path: str, controllers: str, members: str = "", passed: str | None = None) -> Path:
        folder = self.root / path.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cgroup.procs").write_text(members)
        (folder / "cgroup.controllers").write_text(controllers)
        (folder / "cgroup.subtree_control").write_text(controllers if passed is None else passed)
        return folder

    def find(self, own: str) -> cgroup.Controls:
        self.cgroup.write_text(f"0::{own}\n")
        return cgroup.find(self.cgroup, self.mounts)


@pytest.fixture
def machine(tmp_path: Path) -> Unified:
    return Unified(tmp_path)


def test_the_nearest_group_without_members_is_divided(machine: Unified) -> None:
    machine.group("/", "cpu memory pids", "1\n")
    slice_ = machine.group("/user/app.slice", "cpu memory pids io")
    machine.group("/user/app.slice/run.scope", "memory pids", f"{os.getpid()}\n")
    found = machine.find("/user/app.slice/run.scope")
    assert found.version == 2
    assert found.parents == dict.fromkeys(("memory", "pids", "cpu"), slice_)


def test_only_controllers_that_are_passed_on_limit_anything(machine: Unified) -> None:
    slice_ = machine.group("/user/app.slice", "memory pids", passed="memory pids")
    machine.group("/user/app.slice/run.scope", "", f"{os.getpid()}\n")
    assert machine.find("/user/app.slice/run.scope").parents == {"memory": slice_, "pids": slice_}


def test_a_group_that_is_not_ours_is_not_divided(machine: Unified, monkeypatch: pytest.MonkeyPatch) -> None:
    slice_ = machine.group("/system.slice", "cpu memory pids")
    machine.group("/system.slice/run.scope", "", "1\n")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != slice_)
    assert machine.find("/system.slice/run.scope").parents == {}


def test_a_file_system_that_is_not_there_limits_nothing(tmp_path: Path) -> None:
    assert cgroup.find(tmp_path / "none", tmp_path / "none").parents == {}


def test_a_group_of_version_2_gets_its_limits_and_is_shown_as_in_a_container(machine: Unified) -> None:
    slice_ = machine.group("/app.slice", "cpu memory pids")
    (slice_ / "memory.swap.max").touch()
    machine.group("/app.slice/own", "", f"{os.getpid()}\n")
    group = machine.find("/app.slice/own").make(SPEC)
    (folder,) = set(group.folders.values())
    assert folder.parent == slice_
    written = {path.name: path.read_text() for path in folder.iterdir()}
    assert written == {"memory.max": str(64 << 20), "pids.max": "10", "cpu.max": "50000 100000"}
    assert group.joins == [f"{folder}/cgroup.procs"]
    assert group.limits() == {f"/sys/fs/cgroup/{name}": text for name, text in written.items()}
    (folder / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    assert group.memory_kills() == 2


def test_both_versions_side_by_side_are_told_apart(tmp_path: Path) -> None:
    for name in ("memory", "cpu,cpuacct"):
        folder = tmp_path / name / "own"
        folder.mkdir(parents=True)
        (folder / "cgroup.procs").touch()
    (tmp_path / "cgroup").write_text("4:memory:/host/own\n3:cpu,cpuacct:/own\n1:name=systemd:/own\n0::/own\n")
    (tmp_path / "mounts").write_text(
        f"31 23 0:31 /host {tmp_path}/memory rw - cgroup cgroup rw,memory\n"
        f"32 23 0:32 / {tmp_path}/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        f"33 23 0:33 / {tmp_path}/unified rw - cgroup2 cgroup2 rw\n"
    )
    found = cgroup.find(tmp_path / "cgroup", tmp_path / "mounts")
    both = tmp_path / "cpu,cpuacct" / "own"
    assert (found.version, found.parents) == (
        1,
        {"memory": tmp_path / "memory" / "own", "cpu": both, "cpuacct": both},
    )


def test_a_limit_that_the_kernel_does_not_take_is_a_fault_and_leaves_no_group(tmp_path: Path) -> None:
    controls = cgroup.Controls({"memory": tmp_path, "pids": tmp_path / "missing"})
    with pytest.raises(SandboxFaultError, match="a control group cannot be made"):
        controls.make(SPEC)


def test_less_cpu_time_than_asked_for_is_no_fault_as_the_self_test_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text

    def refuse(path: Path, text: str) -> int:
        if path.name == "cpu.cfs_quota_us":
            raise OSError(22, "Invalid argument")
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", refuse)
    for name in ("memory", "cpu"):
        (tmp_path / name).mkdir()
    group = cgroup.Controls({name: tmp_path / name for name in ("cpu", "memory")}).make(SPEC)
    assert (group.folders["memory"] / "memory.limit_in_bytes").read_text() == str(64 << 20)


def test_only_groups_of_dead_owners_are_reaped(tmp_path: Path) -> None:
    world, pid, started = orphan_reaper.myself().rsplit(" ", 2)
    prefix = f"pygent:{world.replace(' ', ':')}"
    names = {
        "mine": f"{prefix}:{pid}:{started}:0",
        "dead": f"{prefix}:{pid}:{int(started) + 1}:7",
        "elsewhere": f"pygent:other:1:{pid}:{started}:0",
        "strange": "pygent:",
    }
    for name in names.values():
        (tmp_path / name).mkdir()
    assert cgroup.reap(cgroup.Controls({"memory": tmp_path, "pids": tmp_path})) == 1
    assert {path.name for path in tmp_path.iterdir()} == set(names.values()) - {names["dead"]}
