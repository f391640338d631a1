"""The self-test: real attempts from inside a box. If one succeeds, no run may start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from pygent.sandbox.api import (
    Box,
    BoxSpec,
    Call,
    Check,
    Execution,
    Isolation,
    Limits,
    Outcome,
    Program,
    Sandbox,
)

if TYPE_CHECKING:
    from docker import DockerClient

_LIMITS = Limits(
    memory_mb=48, pids=16, tmpfs_mb=4, tmpfs_inodes=200, call_seconds=20, load_seconds=20, total_seconds=40
)
_SPEC = BoxSpec(limits=_LIMITS)
_ENGINE = "use a Docker engine of 20.10 or newer on a kernel with cgroups"
_LIMIT = (
    "use a Docker engine of 20.10 or newer, or start pygent where control groups can be made (as root, or by "
    "systemd-run --user --scope); --waive {} lets code that a model wrote run without"
)
_SPIN_SECONDS = 0.25
_PROJECT = "this is a fault of the sandbox itself: do not run candidates that you did not write"


def check_box(sandbox: Sandbox) -> list[Check]:
    """Make every attempt, in a box with small limits. Raises `SandboxFaultError` if the engine fails."""
    with sandbox.box(_SPEC, Isolation.PROCESS) as box:
        return [
            _judge("network", _network, box, "network", remedy=_ENGINE),
            _judge("user", _user, box, "user", remedy=_ENGINE),
            _judge("system calls", _denied, box, "system_calls", remedy=_ENGINE),
            _judge("runner", _denied, box, "runner", remedy=_PROJECT),
            _judge("writing", _writing, box, "writes", [*_OUTSIDE], "/tmp/fill", 16, remedy=_ENGINE),
            _forger(box),
            _leftovers(box),
            _limit("inodes", _inodes, box, "files", "/tmp", 4 * _LIMITS.tmpfs_inodes),
            _limit("processes", _processes, box, "forks", 4 * _LIMITS.pids),
            _cpu(box),
            _memory(box),
        ]


def failures(checks: list[Check]) -> str:
    """The failed checks in one line, each with its remedy; '' if there are none."""
    return "; ".join(f"{check.name}: {check.detail} ({check.remedy})" for check in checks if not check.ok)


def engine_facts(client: DockerClient) -> list[Check]:
    """The engine's description of itself, for `pygent doctor`."""
    info = client.info()
    facts = [
        Check("engine", True, f"Docker {info.get('ServerVersion')}, {info.get('OperatingSystem')}"),
        Check("storage", True, str(info.get("Driver"))),
        Check(
            "cgroups", True, f"version {info.get('CgroupVersion', '1')}, driver {info.get('CgroupDriver')}"
        ),
    ]
    for key, words in (
        ("MemoryLimit", "memory limits"),
        ("PidsLimit", "process limits"),
        ("CpuCfsQuota", "CPU limits"),
    ):
        supported = bool(info.get(key))
        facts.append(
            Check(words, supported, "supported" if supported else "not supported by the engine", _ENGINE)
        )
    return facts


_OUTSIDE = (
    "/pygent",
    "/usr/pygent",
    "/etc/pygent",
    "/dev/pygent",
    "/proc/sys/kernel/hostname",
    "/var/pygent",
)

_Verdict = tuple[bool, str]


def _run(box: Box, probe: str, *arguments: object) -> Execution:
    source = resources.files("pygent.sandbox.selftest").joinpath("probes.py").read_text("utf-8")
    return box.run(Program({"probes.py": source}, f"probes:{probe}"), [Call(arguments)])


def _judge(
    name: str, verdict: Callable[[Any], _Verdict], box: Box, probe: str, *arguments: object, remedy: str
) -> Check:
    execution = _run(box, probe, *arguments)
    last = execution.last
    if not execution.ok:
        return Check(name, False, f"the attempt could not be made: {last.outcome}, {last.detail}", remedy)
    ok, detail = verdict(last.value)
    return Check(name, ok, detail, remedy)


def _network(facts: dict[str, Any]) -> _Verdict:
    others = [name for name in facts["interfaces"] if name != "lo"]
    if others or not facts["socket"]:
        return False, f"a box can reach the network ({', '.join(others) or 'sockets can be opened'})"
    return True, f"no interface but loopback, no socket ({facts['socket']})"


def _user(facts: dict[str, Any]) -> _Verdict:
    if 0 in facts["ids"] or facts["capabilities"]:
        return False, f"a box has root's ids or capabilities: {facts['ids']}, {facts['capabilities']}"
    if not facts["no_new_privileges"] or not facts["filter"]:
        return False, "a box may gain privileges, or has no system-call filter"
    return True, f"user {facts['ids'][0]}, no capabilities, no new privileges, system calls filtered"


def _denied(facts: dict[str, str]) -> _Verdict:
    allowed = [name for name, error in facts.items() if not error]
    if allowed:
        return False, f"a box may use {', '.join(allowed)}"
    return True, ", ".join(f"{name}: {error}" for name, error in facts.items())


def _writing(facts: dict[str, Any]) -> _Verdict:
    if facts["written"]:
        return False, f"a box can write {', '.join(facts['written'])}"
    if facts["fitted"] > _LIMITS.tmpfs_mb:
        return False, f"{facts['fitted']} MiB fit into a scratch space of {_LIMITS.tmpfs_mb}"
    return True, f"root is read-only, scratch space ends at {_LIMITS.tmpfs_mb} MiB"


def _limit(name: str, verdict: Callable[[Any], _Verdict], box: Box, probe: str, *arguments: object) -> Check:
    return _judge(name, verdict, box, probe, *arguments, remedy=_LIMIT.format(name))


def _processes(count: int) -> _Verdict:
    if count >= _LIMITS.pids:
        return False, f"{count} processes could be started although only {_LIMITS.pids} are allowed"
    return True, f"no more than {count} processes could be started"


def _inodes(count: int) -> _Verdict:
    if count > _LIMITS.tmpfs_inodes:
        return False, f"{count} files fit into a scratch space of {_LIMITS.tmpfs_inodes}"
    return True, f"scratch space ends at {count} files"


def _cpu(box: Box) -> Check:
    tried = _limit("cpu", _spun, box, "spin", 3, _SPIN_SECONDS)
    shown: Any = _run(box, "limits").last.value or {"cpu": "", "cpu_period": ""}
    quota, period = shown["cpu"].split(" ")[0], shown["cpu_period"].split(" ")[-1]
    exact = quota.isdigit() and period.isdigit() and int(quota) == int(period) * _LIMITS.cpus
    if tried.ok and not exact:  # a busy machine may have kept it from using more
        return replace(tried, ok=False, detail="the kernel shows no such limit on CPU time")
    return tried


def _spun(used: float) -> _Verdict:
    allowed = _SPIN_SECONDS * _LIMITS.cpus
    if used > 1.3 * allowed + 0.1:  # the kernel counts in periods of 0.1 s
        return False, f"{used:.2f} s of CPU time could be used although only {allowed:.2f} are allowed"
    return (
        True,
        f"{_LIMITS.cpus:g} CPU, by the kernel; three processes used {used:.2f} s in {_SPIN_SECONDS:g} s",
    )


def _forger(box: Box) -> Check:
    last = _run(box, "forge").last
    ok = last.outcome is Outcome.VIOLATION
    detail = f"a forged answer was recorded as a {'violation' if ok else last.outcome}: {last.detail}"
    return Check("forger", ok, detail, _PROJECT)


def _leftovers(box: Box) -> Check:
    before = _run(box, "leave_behind")
    after = _run(box, "look_around")
    if not before.ok or not after.ok:
        return Check("leftovers", False, f"the attempt could not be made: {after.last.detail}", _PROJECT)
    facts: Any = after.last.value
    left = [*facts["processes"], *facts["files"]]
    secrets = [name for name in facts["environment"] if name not in ("HOME", "LANG", "LC_CTYPE", "PATH")]
    if left or secrets:
        return Check("leftovers", False, f"the next candidate sees {', '.join(left + secrets)}", _PROJECT)
    return Check("leftovers", True, "the next candidate sees no process, no file, no variable", _PROJECT)


def _memory(box: Box) -> Check:
    """Memory use by one process, and by several that each stay below the limit."""
    most, remedy = _LIMITS.memory_mb, _LIMIT.format("memory")
    for megabytes, processes in ((4 * most, 1), (most * 3 // 4, 4)):
        last = _run(box, "memory", megabytes, processes).last
        if last.outcome not in (Outcome.OK, Outcome.DIED):
            words = f"the attempt could not be made: {last.outcome}, {last.detail}"
            return Check("memory", False, words, remedy)
        if isinstance(last.value, int) and last.value > most:
            who = "one process" if processes == 1 else f"{processes} processes together"
            return Check(
                "memory", False, f"{who} could use {last.value} MiB although only {most} are allowed", remedy
            )
    shown: Any = _run(box, "limits").last.value or {"memory": ""}
    if shown["memory"] != str(most << 20):
        words = f"the kernel shows a limit of {shown['memory'] or 'nothing'}"
        return Check("memory", False, words, remedy)
    return Check(
        "memory", True, f"{most} MiB by the kernel, for one process and for several together", remedy
    )
