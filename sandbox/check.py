"""The self-test: real attempts from inside a box. Where one succeeds, no run may start."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

from sandbox.types import Box, BoxSpec, Call, Check, Execution, Isolation, Limits, Outcome, Program, Sandbox

if TYPE_CHECKING:
    from docker import DockerClient

_LIMITS = Limits(memory_mb=48, pids=16, tmpfs_mb=4, call_seconds=5, load_seconds=5, total_seconds=10)
_SPEC = BoxSpec(limits=_LIMITS)
_ENGINE = "use a Docker engine of 20.10 or newer on a kernel with cgroups"
_PROJECT = "this is a fault of the sandbox itself: do not run candidates that you did not write"


def check_box(sandbox: Sandbox) -> list[Check]:
    """Every attempt, in a box with small limits. Raises `SandboxFault` where the engine fails."""
    with sandbox.box(_SPEC, Isolation.PROCESS) as box:
        return [
            _judge("network", _network, box, "network", remedy=_ENGINE),
            _judge("user", _user, box, "user", remedy=_ENGINE),
            _judge("system calls", _denied, box, "system_calls", remedy=_ENGINE),
            _judge("runner", _denied, box, "runner", remedy=_PROJECT),
            _judge("writing", _writing, box, "writes", [*_OUTSIDE], "/tmp/fill", 16, remedy=_ENGINE),
            _judge("processes", _processes, box, "forks", 64, remedy=_ENGINE),
            _judge("limits", _limits, box, "limits", remedy=_ENGINE),
            _forger(box),
            _leftovers(box),
            _memory(box),
        ]


def failures(checks: list[Check]) -> str:
    """The failed checks in one line, each with its remedy; '' where there is none."""
    return "; ".join(f"{check.name}: {check.detail} ({check.remedy})" for check in checks if not check.ok)


def engine_facts(client: DockerClient) -> list[Check]:
    """What the engine says of itself, for `pygent doctor`."""
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
    source = resources.files("sandbox").joinpath("probes.py").read_text("utf-8")
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


def _processes(count: int) -> _Verdict:
    if count >= _LIMITS.pids:
        return False, f"{count} processes could be started where {_LIMITS.pids} are allowed"
    return True, f"no more than {count} processes could be started"


def _limits(facts: dict[str, str]) -> _Verdict:
    wanted = {"memory": str(_LIMITS.memory_mb << 20), "pids": str(_LIMITS.pids)}
    wrong = [
        f"{name} is {facts[name] or 'unlimited'}" for name, value in wanted.items() if facts[name] != value
    ]
    quota, period = facts["cpu"].split(" ")[0], facts["cpu_period"].split(" ")[-1]
    if not quota.isdigit() or not period.isdigit() or int(quota) != int(period) * _LIMITS.cpus:
        wrong.append(f"cpu is {quota or 'unlimited'}")
    if wrong:
        return False, f"the kernel shows other limits than were set: {', '.join(wrong)}"
    return (
        True,
        f"memory {_LIMITS.memory_mb} MiB, {_LIMITS.pids} processes, {_LIMITS.cpus:g} CPU, by the kernel",
    )


def _forger(box: Box) -> Check:
    last = _run(box, "forge").last
    ok = last.outcome is Outcome.VIOLATION
    detail = f"a forged answer was taken for a {'violation' if ok else last.outcome}: {last.detail}"
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
    last = _run(box, "memory", 4 * _LIMITS.memory_mb).last
    ok = last.outcome in (Outcome.DIED, Outcome.RAISED)
    detail = (
        last.detail
        if ok
        else f"{4 * _LIMITS.memory_mb} MiB could be used where {_LIMITS.memory_mb} are allowed"
    )
    return Check("memory", ok, detail, _ENGINE)
