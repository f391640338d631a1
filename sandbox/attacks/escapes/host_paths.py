"""Paths of the host, sockets of engines, devices, and every writable corner outside scratch space"""

import os

from tools import stopped, writes

FAST = True
ABSENT = (
    "/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock", "/run/systemd", "/run/dbus",
    "/host", "/rootfs", "/var/lib/docker", "/proc/1/root/etc/shadow", "/root/.ssh", "/root/.aws",
    "/dev/sda", "/dev/mem", "/dev/kmem", "/dev/kmsg", "/dev/fuse", "/dev/kvm", "/dev/net/tun",
    "/dev/vhost-vsock", "/dev/loop-control", "/dev/mapper/control",
    "/proc/kcore", "/proc/sysrq-trigger", "/proc/timer_list", "/sys/kernel/security", "/sys/kernel/debug/x",
)  # fmt: skip
WRITES = (
    "/x", "/etc/x", "/etc/passwd", "/usr/x", "/usr/lib/x", "/var/x", "/var/tmp/x", "/home/x", "/root/x",
    "/run/x", "/dev/x", "/dev/pts/x", "/mnt/x",
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/kernel/hostname", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory",
    "/proc/sys/vm/drop_caches", "/proc/sys/fs/binfmt_misc/register", "/proc/sys/net/ipv4/ip_forward",
    "/proc/sysrq-trigger", "/proc/irq/0/smp_affinity", "/sys/fs/cgroup/x", "/sys/fs/cgroup/cgroup.procs",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/pids/pids.max",
    "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/rdma/release_agent", "/sys/kernel/uevent_helper",
    "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/power/state", "/sys/class/x",
)  # fmt: skip


def attack():
    tried = {path: stopped(look, path) for path in ABSENT}
    tried |= {f"writing {path}": writes(path, "1") for path in WRITES}
    tried |= {f"folder {path}": stopped(os.mkdir, path) for path in ("/y", "/etc/y", "/sys/fs/cgroup/y")}
    return tried


def look(path):
    if os.path.isdir(path):
        if not os.listdir(path):
            raise FileNotFoundError(2, "empty")
        return
    with open(path, "rb") as stream:
        if not stream.read(1):
            raise FileNotFoundError(2, "empty")
