"""What a child can read of its box, and whether another child could have written it.

Everything readable is read by first children of two fresh boxes, with all counters raised by a child of a
third box in between, and by a later child of a used box. What differs is in these lists, each with the reason
why no bit can be left there for the child that reads it; anything else that differs fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from pygent.benchmarks.suites.timing import reserved_core
from pygent.sandbox.api import Box, BoxSpec, Call, Isolation, Limits, Program, Sandbox

SPEC = BoxSpec(Limits(memory_mb=256), core=reserved_core())
SOURCE = Path(__file__).with_name("looking.py").read_text("utf-8")
ROUNDS = 50

# name: a pattern; reason: why another box cannot choose what is read there
BETWEEN_BOXES = {
    r"clocks|stat .* st_[amc]time_ns|.*/timerslack_ns": "the clock, and when the box was made",
    r"clock of .*|usage RUSAGE_SELF|.* own/(sched(stat)?|statm?|status|io|arch_status|wchan|net/softnet.*)":
        "what this child, or PID 1 while it started, has used: of no other box",
    r".* own/(maps|numa_maps|auxv|syscall|stack|environ|cmdline)": "addresses, drawn by lot; PID 1's start",
    r".*/net/(protocols|sockstat6?)":
        "the machine's memory for sockets: what a box with loopback has taken of it goes with its child",
    r".*/net/(netlink|unix|packet|raw6?|udp6?|tcp6?|ptype)": "addresses in the kernel, hashed with a secret",
    r"user|.*/(uid_map|gid_map)|statvfs /(tmp|dev/shm)|attributes of .*": "the box's user, drawn by lot",
    r"(.*/)?(mountinfo|mounts|mountstats|fdinfo/\d+)": "numbers of mounts: no candidate makes one",
    r"stat .* st_dev|stat / st_ino": "the same; a container's own layer on the machine's disk",
    r"pid|/proc/(self|thread-self) \(link\)": "how many processes the engine needed to start the box",
    r".*/ns/.*|.*/cgroup|.*/cpuset": "numbers of namespaces, names of groups: no candidate makes one",
    r".* own/autogroup": "the number of the box's session; setsid is refused where a box is timed",
    r"stat /proc st_nlink": "how many processes the machine has now: those of an ended box are gone",
    r"statvfs .*": "free space of the machine's disk, which no candidate can write to",
    r"memory": "nothing: sysinfo is refused, so that this is what was on the stack",
    r"/etc/(hostname|hosts|resolv.conf|mtab)|machine|stat /etc .*": "names that the engine gives",
    r"/sys/fs/cgroup/.*|.*PID 1.*": "of this box alone",
    r"number of a new (pipe|pair of sockets)|.*/fd/\d+ \(link\)|stat /(proc(/self)?|dev/null) st_ino":
        "the machine's count of inodes, which all of it moves; the first repeat does its work before it can "
        "leave a number there, and repeats that are faster than the first one fail (suites/timing.py)",
}  # fmt: skip
# a box that is timed has one child, so of these nothing is read by a second one
WITHIN_A_BOX = {
    r"pid|parent|next process|/proc/(self|thread-self) \(link\)|entries of .*": "numbers of processes",
    r"number of a new file in .*|stat /(tmp|dev/shm)? ?.*": "numbers of inodes of the scratch space",
}


def unforeseen(
    one: dict[str, str], other: dict[str, str], patterns: Iterable[str]
) -> dict[str, tuple[str, str]]:
    known = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    return {
        name: (one.get(name, "")[:200], other.get(name, "")[:200])
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name) and not known.fullmatch(name)
    }


def seen(box: Box, function: str, *arguments: object) -> dict[str, str]:
    execution = box.run(Program({"looking.py": SOURCE}, f"looking:{function}"), [Call(arguments)])
    assert execution.ok, execution.last
    return execution.last.value  # type: ignore[no-any-return]


def look(sandbox: Sandbox, function: str = "look", *arguments: object) -> dict[str, str]:
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        return seen(box, function, *arguments)


def test_first_children_of_two_boxes_read_the_same_but_for_a_reviewed_list(real_sandbox: Sandbox) -> None:
    one = look(real_sandbox)
    look(real_sandbox, "raise_counters", ROUNDS)
    other = look(real_sandbox)
    assert len(one) > 150
    assert unforeseen(one, other, BETWEEN_BOXES) == {}


def test_a_later_child_reads_what_the_first_one_did_but_for_a_reviewed_list(real_sandbox: Sandbox) -> None:
    with real_sandbox.box(SPEC, Isolation.PROCESS) as box:
        one = seen(box, "look")
        seen(box, "raise_counters", ROUNDS)
        other = seen(box, "look")
    assert unforeseen(one, other, [*BETWEEN_BOXES, *WITHIN_A_BOX]) == {}


@pytest.mark.bubblewrap
def test_nothing_of_the_host_and_of_pid_1_is_there_in_bubblewrap(bubblewrap_sandbox: Sandbox) -> None:
    found = look(bubblewrap_sandbox)
    assert found["/proc of PID 1"] == "FileNotFoundError"
    top = {name.split("/")[2].removesuffix(" (link)") for name in found if name.startswith("/proc/")}
    assert top == {"self", "thread-self"}
    groups = [name for name in found if name.startswith("/sys/fs/cgroup/")]
    assert not [name for name in groups if re.search("usage|stat|event|fail|procs|tasks", name)]
