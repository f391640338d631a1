"""Boxes without an engine: forked by a zygote that bubblewrap starts, with our runner as PID 1."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import resource
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pygent.sandbox.api import Box, BoxSpec, Check, Isolation, SandboxFaultError, SandboxUnavailableError
from pygent.sandbox.backends import cgroup
from pygent.sandbox.backends.zygotes import Zygote, Zygotes, last_line
from pygent.sandbox.host import boot
from pygent.sandbox.host.box import RunnerBox
from pygent.sandbox.host.pool import IDLE, WARM, WORK, Pool
from pygent.sandbox.host.runner_process import Death, RunnerProcess
from pygent.sandbox.images.rootfs import PYTHON
from pygent.sandbox.images.rootfs_cache import Identity, Roots, identity
from pygent.sandbox.images.rootfs_in_memory import RootsInMemory

_UIDS = (1 << 20, 1 << 30)  # far from the ids of people and services
_NODES = ("null", "zero", "full", "random", "urandom")
_NAMESPACES = ("ipc", "pid", "net", "uts")
_NEEDED = (
    "CAP_SYS_ADMIN",
    "CAP_SETPCAP",
    "CAP_NET_ADMIN",
)  # each box gives them up (sandbox/runner/walls.py)
_NEEDED_BY_ROOT = ("CAP_SETUID", "CAP_SETGID", "CAP_MKNOD")
_COUNTED_BY_NAMESPACE = (5, 14)  # the first Linux whose RLIMIT_NPROC counts per user namespace
_PROBES = 3  # bubblewrap fails if a file system is unmounted meanwhile, as when an engine's container ends
_PROBE_SECONDS = 20
_KILLED = 128 + 9  # by SIGKILL
_ZYGOTE = (boot.RUNNER, "walls"), (boot.RUNNER, "zygote")


def find() -> Bubblewrap:
    """Find bubblewrap and try it out. Raises `SandboxUnavailableError` if none can make a box."""
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxUnavailableError("bubblewrap is not installed: apt-get install bubblewrap")
    shown = _run([path, "--version"])
    version = shown.stdout.strip().rpartition(" ")[2] if shown.returncode == 0 else ""
    way = Bubblewrap(path, version, as_root=os.geteuid() == 0)
    for _ in range(_PROBES):
        tried = _run(
            [path, *way.walls(), "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/sh", "-c", ":"]
        )
        if tried.returncode == 0:
            return way
    words = tried.stderr.strip().partition("\n")[0] or f"status {tried.returncode}"
    raise SandboxUnavailableError(
        f"bubblewrap cannot make a box here ({words}): let users make namespaces (sysctl "
        "user.max_user_namespaces, kernel.unprivileged_userns_clone, or on Ubuntu "
        "kernel.apparmor_restrict_unprivileged_userns), or use an engine"
    )


class Bubblewrap:
    """How bubblewrap is called.

    `as_root` means without a user namespace: the box runs under a user id that nobody else has. In a user
    namespace the box's user is our own under another number. For root that would not do: the kernel still
    treats the box as root.
    """

    def __init__(self, path: str, version: str, *, as_root: bool) -> None:
        self.path, self.version, self.as_root = path, version, as_root

    def walls(self) -> list[str]:
        """The options that isolate a zygote, and with it its boxes, whatever they contain."""
        options = [f"--unshare-{name}" for name in (*_NAMESPACES, *(() if self.as_root else ("user",)))]
        options += ["--new-session", "--die-with-parent", "--as-pid-1", "--clearenv", "--cap-drop", "ALL"]
        for name in (*_NEEDED, *(_NEEDED_BY_ROOT if self.as_root else ())):
            options += ["--cap-add", name]
        return [*options, "--hostname", "box"]

    def command(self, root: Path) -> list[str]:
        """The whole command line of a zygote for boxes with this root."""
        files = ["--ro-bind", str(root), "/", "--proc", "/proc", "--tmpfs", "/dev", "--dir", "/dev/mqueue"]
        for name in _NODES:
            files += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
        files += ["--remount-ro", "/dev", "--tmpfs", "/tmp", "--chdir", "/"]
        return [self.path, *self.walls(), *files, "--", *boot.command(PYTHON)]

    def settings(self, spec: BoxSpec, group: cgroup.Group, meters: list[str]) -> bytes:
        """The first bytes on a box's channel: what its walls and its runner have to know."""
        limits = spec.limits
        bounds: list[tuple[int, int]] = []
        if "memory" not in group.folders:  # the second best: a limit per process
            bounds.append((resource.RLIMIT_DATA, limits.memory_mb << 20))
            bounds.append((resource.RLIMIT_AS, (2 * limits.memory_mb + 512) << 20))
        if "pids" not in group.folders and (self.as_root or _linux() >= _COUNTED_BY_NAMESPACE):
            bounds.append((resource.RLIMIT_NPROC, limits.pids))
        walls = {
            "uid": _UIDS[0] + secrets.randbelow(_UIDS[1] - _UIDS[0]),
            "as_root": self.as_root,
            "core": spec.core,
            "scratch": (limits.tmpfs_mb, limits.tmpfs_inodes),
            "bounds": bounds,
            "shown": group.limits(),
            "loopback": spec.loopback,
        }
        return boot.message({"walls": walls, "meters": meters, "config": boot.config(WORK, None, spec)})


class BubblewrapCell:
    """One box, forked by a zygote. Its standard error is kept for the post mortem."""

    def __init__(
        self,
        wrap: Bubblewrap,
        place: _Place,
        lease: AbstractContextManager[Zygote],
        controls: cgroup.Controls,
        spec: BoxSpec,
    ) -> None:
        """Ask a zygote for a box; it is given back after the box. Raises `SandboxFaultError`."""
        self._place = place
        self._killed = False
        with contextlib.ExitStack() as made, contextlib.ExitStack() as given:
            zygote = made.enter_context(lease)
            self._group = controls.make(spec)
            made.callback(self._group.remove)
            try:
                self._errors = made.enter_context(tempfile.TemporaryFile())
                inside, self.writer = _pipe(given, made)
                self.reader, outside = _pipe(made, given)
                for end in (self.writer, self.reader):
                    os.set_blocking(end, False)
                meters = self._group.meters()
                files = [inside, outside, self._errors.fileno()]
                for path, mode in [(path, os.O_WRONLY) for path in self._group.joins] + [
                    (path, os.O_RDONLY) for path in meters.values()
                ]:
                    files.append(os.open(path, mode | os.O_CLOEXEC))
                    given.callback(os.close, files[-1])
                os.write(self.writer, wrap.settings(spec, self._group, [*meters]))
                self._forked = zygote.fork(files, len(self._group.joins))
            except OSError as error:
                raise SandboxFaultError(f"a box cannot be made: {error}") from None
            self._made = made.pop_all()

    def unwrap(self, data: bytes) -> bytes:
        return data

    def trouble(self) -> str:
        return self._place.trouble()

    def death(self) -> Death:
        code = self._forked.ended()
        if code is None:
            return Death(False, self._forked.zygote.death())
        if code == _KILLED and self._group.memory_kills():
            return Death(True, "the kernel ended the box for memory")
        return Death(False, f"the box ended with status {code}{last_line(self._errors.fileno())}")

    def kill(self) -> None:
        if not self._killed:
            self._killed = True
            self._forked.kill()
            self._made.close()


@dataclass(frozen=True)
class _Place:
    """A root as it was when a zygote was started in it."""

    root: Path
    identity: Identity

    def trouble(self) -> str:
        return "" if identity(self.root) == self.identity else "the box's files were removed from outside"


class BubblewrapSandbox(Pool):
    """A pool of boxes, each forked by a zygote that has imported what it needs."""

    parcel = staticmethod(lambda spec: b"")  # zygotes have what boxes share, and each cell sends the rest

    def __init__(
        self,
        wrap: Bubblewrap,
        roots: Roots,
        controls: cgroup.Controls,
        *,
        warm: int = WARM,
        idle: int = IDLE,
    ) -> None:
        super().__init__(f"bubblewrap {wrap.version}".strip(), warm=warm, idle=idle)
        self._wrap, self._roots, self._controls = wrap, roots, controls
        self._in_memory = RootsInMemory()
        self._made_of: dict[tuple[str, ...], Path] = {}
        self._zygotes = Zygotes()
        # a zygote dies with the thread that started it, so one thread starts all and lives as long as they
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="pygent-bubblewrap")

    def cell(self, spec: BoxSpec) -> RunnerProcess:
        root = self._roots.ensure(spec.packages)
        usual = self._made_of.setdefault(spec.packages, root)
        if root != usual:
            raise SandboxFaultError("the box's files are gone, and this machine's Python has changed since")
        root = root if spec.core is None else self._in_memory.of(root)
        place = _Place(root, identity(root))
        kind = (place, spec.preload, spec.sources, spec.core)
        lease = self._zygotes.lease(kind, lambda: self._zygote(root, spec))
        return BubblewrapCell(self._wrap, place, lease, self._controls, spec)

    def _zygote(self, root: Path, spec: BoxSpec) -> Zygote:
        parcel = boot.source(boot.imports(WORK, spec) | {"core": spec.core}, *_ZYGOTE)
        try:
            return self._starter.submit(Zygote, self._wrap.command(root), parcel).result()
        except RuntimeError:
            raise SandboxFaultError("the sandbox is closed") from None

    @contextlib.contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        """Lease a box. If its files were removed meanwhile, the engine is at fault, not the candidate."""
        with super().box(spec, isolation) as box:
            root = self._roots.ensure(spec.packages)
            before = identity(root)
            yield box
            if before is None or identity(root) != before:
                raise SandboxFaultError("the box's files were removed from outside")

    def take(self, spec: BoxSpec, isolation: Isolation) -> RunnerBox:
        while (box := super().take(spec, isolation)).trouble():
            self.retire(box)
        return box

    def facts(self) -> list[Check]:
        way = "as root, a separate user id for each box" if self._wrap.as_root else "in user namespaces"
        where = sorted({str(parent) for parent in self._controls.parents.values()})
        lacking = [name for name in cgroup.NEEDED if name not in self._controls.parents]
        groups = (
            f"version {self._controls.version}, below {', '.join(where)}" if where else "none can be made"
        )
        return [
            Check("bubblewrap", True, f"{self._wrap.path}, {way}"),
            Check("cgroups", not lacking, groups + (f", without {', '.join(lacking)}" if lacking else "")),
        ]

    def close(self) -> None:
        super().close()
        self._zygotes.close()
        self._starter.shutdown()
        self._in_memory.close()
        self._roots.close()


def _pipe(reads: contextlib.ExitStack, writes: contextlib.ExitStack) -> tuple[int, int]:
    """A pipe, each end of which is closed with its stack."""
    ends = os.pipe()
    for end, stack in zip(ends, (reads, writes), strict=True):
        stack.callback(os.close, end)
    return ends


def _linux() -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", platform.release())[:2]))


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))
