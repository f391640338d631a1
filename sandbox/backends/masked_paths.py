"""What a container must not see of the host: machine-wide counters and facts in /proc and /sys.

A program can raise most of these counters, so they would carry a few bits from one box to the next. The
engine skips paths that a machine lacks. Documented in proc(5) and in the kernel's Documentation/ABI; the
list has the names of Linux 4.18 to 6.18. bubblewrap needs no list: see `sandbox/runner/walls.py`.
"""

from __future__ import annotations

_PROC = (
    "acpi", "allocinfo", "asound", "bootconfig", "buddyinfo", "bus", "cgroups", "cmdline", "config.gz",
    "consoles", "crypto", "devices", "diskstats", "dma", "driver", "dynamic_debug", "execdomains", "fb",
    "fs", "interrupts", "iomem", "ioports", "irq", "kallsyms", "kcore", "key-users", "keys", "kmsg",
    "kpagecgroup", "kpagecount", "kpageflags", "latency_stats", "loadavg", "locks", "mdstat", "meminfo",
    "misc", "modules", "mtrr", "pagetypeinfo", "partitions", "pressure", "profile", "sched_debug",
    "schedstat", "scsi", "slabinfo", "softirqs", "stat", "swaps", "sys", "sysrq-trigger", "sysvipc",
    "timer_list", "timer_stats", "tty", "uptime", "vmallocinfo", "vmstat", "zoneinfo",
)  # fmt: skip
_SYS = (
    "block", "bus", "class", "dev", "devices", "firmware", "hypervisor", "kernel", "module", "power",
    "fs/bcache", "fs/bpf",
    "fs/btrfs", "fs/cifs", "fs/erofs", "fs/ext4", "fs/f2fs", "fs/fuse", "fs/nfs", "fs/pstore",
    "fs/resctrl", "fs/selinux", "fs/smackfs", "fs/virtiofs", "fs/xfs", "fs/zonefs",
)  # fmt: skip

PATHS = (*(f"/proc/{name}" for name in _PROC), *(f"/sys/{name}" for name in _SYS))
