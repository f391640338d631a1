"""Boxes in Docker containers, with our runner as PID 1 and a byte channel to it."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
from typing import TYPE_CHECKING, Any

from pygent.sandbox.api import BoxSpec, Check, SandboxFaultError, SandboxUnavailableError
from pygent.sandbox.backends import masked_paths, orphan_reaper
from pygent.sandbox.backends.engine import short
from pygent.sandbox.backends.engine_calls import EngineAwayError, EngineCalls, EngineRefusalError
from pygent.sandbox.backends.orphan_reaper import OWNER_LABEL, RUN_LABEL
from pygent.sandbox.backends.turns import turn
from pygent.sandbox.host import boot
from pygent.sandbox.host.pool import IDLE, WARM, Pool
from pygent.sandbox.host.runner_process import Death
from pygent.sandbox.images.image import Images
from pygent.sandbox.images.renewed_images import Renewed

if TYPE_CHECKING:
    from docker import APIClient, DockerClient

_UIDS = (1 << 20, 1 << 30)  # far from the ids of people and services
_UIDS_MAPPED = (10_000, 60_000)  # the ids that a rootless or remapped engine has
_HEADER = 8
_STDOUT = 1
_ERROR_TAIL = 4096
_WAIT_SECONDS = 5
_LEAVE_SECONDS = 1.0  # for a runner to end by itself, which saves the engine a program that kills it

log = logging.getLogger(__name__)


def is_mapped(client: DockerClient) -> bool:
    """Whether the engine is rootless or maps users. Such an engine has only about 65,000 user ids."""
    with _engine("asking the engine"):
        options = client.info().get("SecurityOptions") or []
    return any("rootless" in option or "userns" in option for option in options)


def _title(client: DockerClient, runtime: str) -> str:
    """The engine's description, for people.

    Raises `SandboxUnavailableError` if it does not know the runtime.
    """
    with _engine("asking the engine"):
        facts = client.info()
    known = facts.get("Runtimes") or {}
    if runtime and runtime not in known:
        raise SandboxUnavailableError(
            f"the engine has no runtime {runtime!r} (it has {', '.join(sorted(known))}): install it and name "
            "it among the `runtimes` of the engine's daemon.json, or leave out --runtime"
        )
    rootless = any("rootless" in option for option in facts.get("SecurityOptions") or [])
    title = f"docker {facts.get('ServerVersion', '')}".strip() + (" (rootless)" if rootless else "")
    return f"{title}, {runtime}" if runtime else title


def settings(spec: BoxSpec, uid: int) -> dict[str, Any]:
    """The container's limits as the engine's `HostConfig` arguments (Docker Engine API, ContainerCreate)."""
    limits = spec.limits
    share = f"rw,noexec,nosuid,nodev,mode=700,uid={uid},gid={uid}"
    chosen: dict[str, Any] = {
        "network_mode": "none",
        "read_only": True,
        "tmpfs": {
            "/tmp": f"{share},size={limits.tmpfs_mb}m,nr_inodes={limits.tmpfs_inodes}",
            "/dev/shm": f"{share},size={limits.tmpfs_mb}m,nr_inodes={limits.tmpfs_inodes}",
        },
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": f"{limits.memory_mb}m",
        "memswap_limit": f"{limits.memory_mb}m",
        "pids_limit": limits.pids,
        "ipc_mode": "none",
        "log_config": {"Type": "none"},
        "oom_score_adj": 500,
    }
    if spec.core is None:
        chosen["nano_cpus"] = int(limits.cpus * 1e9)
    else:
        chosen["cpuset_cpus"] = str(spec.core)
    return chosen


def container(
    api: APIClient, image: str, spec: BoxSpec, uid: int, *, labels: dict[str, str], runtime: str = ""
) -> dict[str, Any]:
    """What the engine is asked to create (Docker Engine API, ContainerCreate).

    A container without sockets has a network namespace with nothing in it. The engine does not enter that
    namespace, which would take it a program more than all of runc.
    """
    made: dict[str, Any] = api.create_container_config(
        image,
        boot.command("python3"),
        user=f"{uid}:{uid}",
        stdin_open=True,
        stop_signal="SIGKILL",  # otherwise a stopped engine waits 10 s for our PID 1
        working_dir="/tmp",
        labels=labels,
        network_disabled=not spec.loopback,
        host_config={
            **api.create_host_config(runtime=runtime or None, **settings(spec, uid)),
            "MaskedPaths": list(masked_paths.PATHS),
        },
    )
    return made


class DockerSandbox(Pool):
    """Hands out boxes, each in its own container.

    `runtime` is the engine's name for what runs containers; '' for its default. Raises
    `SandboxUnavailableError` if the engine does not know it.
    """

    def __init__(
        self,
        client: DockerClient,
        images: Images,
        *,
        runtime: str = "",
        warm: int = WARM,
        idle: int = IDLE,
    ) -> None:
        super().__init__(_title(client, runtime), warm=warm, idle=idle)
        self._client = client
        self._runtime = runtime
        self._images = images
        self._renewed = Renewed(client)
        self.run_id = secrets.token_hex(8)
        self._labels = {RUN_LABEL: self.run_id, OWNER_LABEL: orphan_reaper.myself()}
        self._mapped = is_mapped(client)
        self._calls = EngineCalls(client.api)
        self._made_of: dict[tuple[str, ...], str] = {}

    def cell(self, spec: BoxSpec) -> DockerCell:
        if words := self._calls.trouble():
            raise SandboxFaultError(words)
        try:
            return self._cell(spec)
        except _ImageGoneError as gone:
            log.warning("%s: making it again", gone)
            self._images.forget(gone.image)
            return self._cell(spec)

    def _cell(self, spec: BoxSpec) -> DockerCell:
        with _engine("finding the image"):
            image = self._images.ensure(spec.packages)
        usual = self._made_of.setdefault(spec.packages, image)
        if image != usual:
            raise SandboxFaultError(
                f"image {usual} is gone, and the one that can be made now differs: {image}"
            )
        if spec.core is not None:
            image = self._renewed.of(image)
        low, high = _UIDS_MAPPED if self._mapped else _UIDS
        uid = low + secrets.randbelow(high - low)
        config = container(self._client.api, image, spec, uid, labels=self._labels, runtime=self._runtime)
        return DockerCell(self._calls, config)

    def renew(self, spec: BoxSpec) -> None:
        with _engine("making the image anew"):
            self._renewed.renew(self._images.ensure(spec.packages))

    def close(self) -> None:
        super().close()
        if not self._calls.trouble():
            orphan_reaper.sweep(self._client, self.run_id)
            self._renewed.close()
        self._calls.close()

    def facts(self) -> list[Check]:
        from pygent.sandbox.selftest.self_test import engine_facts

        return engine_facts(self._client)


class DockerCell:
    """A started container. The engine multiplexes its output; standard error is kept for the post mortem."""

    def __init__(self, calls: EngineCalls, config: dict[str, Any]) -> None:
        self._calls = calls
        self._leaves_network = not config["NetworkDisabled"]
        self.id = ""
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._errors = bytearray()
        started = False
        try:
            self.id = self._create(config)
            self._socket = calls.attach(self.id)
            calls.call("POST", f"/containers/{self.id}/start")
            started = True
        except EngineAwayError as away:
            raise SandboxFaultError(str(away)) from None
        except EngineRefusalError as refusal:
            raise SandboxFaultError(f"starting a container: {refusal}") from None
        finally:
            if not started:
                self.kill()
        self.reader = self.writer = self._socket.fileno()

    def unwrap(self, data: bytes) -> bytes:
        """Take the engine's frames apart: 1 byte stream, 3 empty, 4 of length (API, ContainerAttach)."""
        buffer = self._buffer
        buffer += data
        out: list[bytes] = []
        start = 0
        while len(buffer) - start >= _HEADER:
            end = start + _HEADER + int.from_bytes(buffer[start + 4 : start + _HEADER], "big")
            if len(buffer) < end:
                break
            content = buffer[start + _HEADER : end]
            if buffer[start] == _STDOUT:
                out.append(bytes(content))
            else:
                self._errors = (self._errors + content)[-_ERROR_TAIL:]
            start = end
        del buffer[:start]
        return b"".join(out)

    def trouble(self) -> str:
        return self._calls.trouble()

    def death(self) -> Death:
        try:
            with contextlib.suppress(EngineAwayError, EngineRefusalError):
                self._wait(self.id, _WAIT_SECONDS)
            state: Any = self._calls.call("GET", f"/containers/{self.id}/json")["State"]
        except EngineRefusalError as refusal:
            gone = "the container was removed from outside"
            return Death(False, gone if refusal.is_missing else str(refusal))
        except EngineAwayError as away:
            return Death(False, str(away))
        if state["Running"]:
            return Death(False, "the connection to the container is lost")
        if state["OOMKilled"]:
            return Death(True, "the kernel ended the container for memory")
        words = self._errors.decode(errors="replace").strip().splitlines()
        last = f": {words[-1]}" if words else ""
        return Death(False, f"the container ended with status {state['ExitCode']}{last}")

    def kill(self) -> None:
        attached, self._socket = self._socket, None
        container, self.id = self.id, ""
        if attached is not None:
            attached.close()  # then the runner ends, and all in its box
        if container and not self._calls.trouble():  # else `orphan_reaper.sweep` or the next start removes it
            with contextlib.suppress(EngineAwayError, EngineRefusalError):
                self._wait(container, _LEAVE_SECONDS)
            with contextlib.suppress(EngineAwayError, EngineRefusalError), self._alone():
                self._calls.call("DELETE", f"/containers/{container}?force=1&v=1")

    def _create(self, config: dict[str, Any]) -> str:
        try:
            return str(self._calls.call("POST", "/containers/create", config)["Id"])
        except EngineRefusalError as refusal:
            if refusal.is_missing:
                raise _ImageGoneError(config["Image"]) from None
            raise

    def _wait(self, container: str, seconds: float) -> None:
        """Until the container has ended."""
        self._calls.call("POST", f"/containers/{container}/wait", seconds=seconds)

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        """Two containers that leave their network at once can hang Docker 20.10 (libnetwork, sbLeave)."""
        return turn(self._calls.address) if self._leaves_network else contextlib.nullcontext()


@contextlib.contextmanager
def _engine(doing: str) -> Any:
    """Turn the client library's errors into `SandboxFaultError`."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except DockerException as error:
        raise SandboxFaultError(f"{doing}: {short(error)}") from None
    except RequestException as error:
        raise SandboxFaultError(str(EngineAwayError(error))) from None


class _ImageGoneError(SandboxFaultError):
    def __init__(self, image: str) -> None:
        super().__init__(f"image {image} is gone")
        self.image = image
