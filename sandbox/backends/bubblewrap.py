"""Boxes without an engine: bubblewrap with our runner as PID 1, and the byte channel to it."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import resource
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

from pygent.sandbox.api import Box, BoxSpec, Check, Isolation, SandboxFaultError, SandboxUnavailableError
from pygent.sandbox.backends import cgroup
from pygent.sandbox.host import boot
from pygent.sandbox.host.box import RunnerBox
from pygent.sandbox.host.pool import IDLE, WARM, Pool
from pygent.sandbox.host.runner_process import Death, RunnerProcess
from pygent.sandbox.images.rootfs import PYTHON
from pygent.sandbox.images.rootfs_cache import Roots, identity
from pygent.sandbox.images.rootfs_in_memory import RootsInMemory
from pygent.sandbox.runner import meter

_UIDS = (1 << 20, 1 << 30)  # far from the ids of people and services
_NODES = ("null", "zero", "full", "random", "urandom")
_LINKS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
_NAMESPACES = ("ipc", "pid", "net", "uts", "cgroup")
_TO_ENTER = (
    "CAP_SYS_ADMIN",
    "CAP_SETPCAP",
)  # given up before the runner is read (sandbox/backends/bwrap_init.py)
_TO_BE_ANOTHER = ("CAP_SETUID", "CAP_SETGID")
_TO_MAKE_DEVICES = ("CAP_MKNOD",)
_JOIN = """
echo 500 >/proc/self/oom_score_adj
while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done
shift
exec "$@"
"""
_COUNTED_BY_NAMESPACE = (5, 14)  # the first Linux whose RLIMIT_NPROC counts per user namespace
_PROBE_SECONDS = 20
_WAIT_SECONDS = 10
_ERROR_TAIL = 4096
_KILLED = 128 + signal.SIGKILL


def find() -> Bubblewrap:
    """Find bubblewrap and try it out. Raises `SandboxUnavailableError` if none can make a box."""
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxUnavailableError("bubblewrap is not installed: apt-get install bubblewrap")
    shown = _run([path, "--version"])
    version = shown.stdout.strip().rpartition(" ")[2] if shown.returncode == 0 else ""
    way = Bubblewrap(path, version, as_root=os.geteuid() == 0)
    tried = _run([path, *way.walls(), "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/sh", "-c", ":"])
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

    def walls(self, uid: int = _UIDS[0]) -> list[str]:
        """The options that isolate a box, whatever it contains."""
        options = [f"--unshare-{name}" for name in _NAMESPACES]
        if not self.as_root:
            options += ["--unshare-user", "--uid", str(uid), "--gid", str(uid)]
        options += ["--new-session", "--die-with-parent", "--as-pid-1", "--clearenv", "--cap-drop", "ALL"]
        for name in (*_TO_ENTER, *((*_TO_BE_ANOTHER, *_TO_MAKE_DEVICES) if self.as_root else ())):
            options += ["--cap-add", name]
        return [*options, "--hostname", "box"]

    def command(self, root: Path, spec: BoxSpec, group: cgroup.Group, info: int) -> list[str]:
        """The whole command line of one box; `info` is a descriptor that receives the number of its PID 1."""
        uid = _UIDS[0] + secrets.randbelow(_UIDS[1] - _UIDS[0])
        files = ["--ro-bind", str(root), "/", "--proc", "/proc", "--tmpfs", "/dev"]
        for folder in ("shm", "mqueue"):
            files += ["--dir", f"/dev/{folder}"]
        for name in _NODES:
            files += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
        for name, inside in _LINKS.items():
            files += ["--symlink", f"/proc/self/fd{inside}", f"/dev/{name}"]
        files += ["--remount-ro", "/dev", "--tmpfs", "/sys"]
        files += ["--dir", "/sys/fs", "--dir", "/sys/fs/cgroup"]
        for folder, seen in group.seen_at():
            files += ["--ro-bind", folder, seen]
        files += ["--remount-ro", "/sys", "--chdir", "/"]
        first = _entering(uid if self.as_root else None, spec, group)
        walls = self.walls(uid)
        return [self.path, *walls, *files, "--info-fd", str(info), "--", *boot.command(PYTHON, first)]


class BubblewrapCell:
    """One started bubblewrap process. Its standard error is kept for the post mortem."""

    def __init__(self, wrap: Bubblewrap, root: Path, spec: BoxSpec, controls: cgroup.Controls) -> None:
        self._root, self._identity = root, identity(root)
        self._group = controls.make(spec)
        self._killed = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._info, info = os.pipe()
        try:
            command = wrap.command(root, spec, self._group, info)
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _JOIN, "sh", *self._group.joins, "--", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                cwd="/",
                env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
                start_new_session=True,
                pass_fds=(info,),
            )
        except OSError as error:
            os.close(self._info)
            self._errors.close()
            self._group.remove()
            raise SandboxFaultError(f"bubblewrap does not start: {error}") from None
        finally:
            os.close(info)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.writer, self.reader = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self.writer, False)
        os.set_blocking(self.reader, False)

    def unwrap(self, data: bytes) -> bytes:
        return data

    def trouble(self) -> str:
        return "" if identity(self._root) == self._identity else "the box's files were removed from outside"

    def death(self) -> Death:
        try:
            code = self._process.wait(_WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            return Death(False, "the connection to the box is lost")
        if code == _KILLED and self._group.memory_kills():
            return Death(True, "the kernel ended the box for memory")
        self._errors.seek(0)
        words = self._errors.read()[-_ERROR_TAIL:].decode(errors="replace").strip().splitlines()
        last = f": {words[-1]}" if words else ""
        return Death(False, f"the box ended with status {code}{last}")

    def kill(self) -> None:
        if self._killed:
            return
        self._killed = True
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._first_process(), signal.SIGKILL)  # and with it everything in the box
            try:
                self._process.wait(_WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        os.close(self._info)
        self._errors.close()
        self._group.remove()

    def _first_process(self) -> int:
        """PID 1 of the box as numbered on the host, or bubblewrap itself if it has not got that far."""
        info = b""
        while part := os.read(self._info, 4096):  # ends when the process dies, at the latest
            info += part
        try:
            return int(json.loads(info)["child-pid"])
        except (ValueError, KeyError, TypeError):
            return self._process.pid


class BubblewrapSandbox(Pool):
    """A pool of bubblewrap processes, one per box."""

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
        # a box dies with the thread that started it, so one thread starts all and lives as long as they
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="pygent-bubblewrap")

    def cell(self, spec: BoxSpec) -> RunnerProcess:
        root = self._roots.ensure(spec.packages)
        usual = self._made_of.setdefault(spec.packages, root)
        if root != usual:
            raise SandboxFaultError("the box's files are gone, and this machine's Python has changed since")
        try:
            place = root if spec.core is None else self._in_memory.of(root)
            return self._starter.submit(BubblewrapCell, self._wrap, place, spec, self._controls).result()
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
        self._starter.shutdown()
        self._in_memory.close()
        self._roots.close()


def _entering(uid: int | None, spec: BoxSpec, group: cgroup.Group) -> str:
    """The source of PID 1's first act."""
    limits = spec.limits
    bounds: list[tuple[int, int]] = []
    if "memory" not in group.folders:  # the second best: a limit per process
        bounds.append((resource.RLIMIT_DATA, limits.memory_mb << 20))
        bounds.append((resource.RLIMIT_AS, (2 * limits.memory_mb + 512) << 20))
    if "pids" not in group.folders and (uid is not None or _linux() >= _COUNTED_BY_NAMESPACE):
        bounds.append((resource.RLIMIT_NPROC, limits.pids))
    groups = [seen for _, seen in group.seen_at()]
    arguments = (uid, spec.core, limits.tmpfs_mb, limits.tmpfs_inodes, bounds, list(meter.FILES), groups)
    source = resources.files("pygent.sandbox.backends").joinpath("bwrap_init.py").read_text("utf-8")
    return f"{source}\nentered = enter{arguments!r}\n"


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
