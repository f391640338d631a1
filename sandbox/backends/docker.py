"""Boxes in Docker containers, with our runner as PID 1 and a byte channel to it."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
from typing import TYPE_CHECKING, Any

from pygent.sandbox.api import BoxSpec, Check, SandboxFaultError, SandboxUnavailableError
from pygent.sandbox.backends import masked_paths, orphan_reaper
from pygent.sandbox.backends.engine import short
from pygent.sandbox.backends.orphan_reaper import OWNER_LABEL, RUN_LABEL
from pygent.sandbox.backends.turns import turn
from pygent.sandbox.host import boot
from pygent.sandbox.host.pool import IDLE, WARM, Pool
from pygent.sandbox.host.runner_process import Death
from pygent.sandbox.images.image import Images
from pygent.sandbox.images.renewed_images import Renewed

if TYPE_CHECKING:
    from docker import DockerClient

_UIDS = (1 << 20, 1 << 30)  # far from the ids of people and services
_UIDS_MAPPED = (10_000, 60_000)  # the ids that a rootless or remapped engine has
_HEADER = 8
_STDOUT = 1
_ERROR_TAIL = 4096
_WAIT_SECONDS = 5
CALL_SECONDS = 30.0  # the longest wait for an engine's answer to what takes it well under a second
_PING_SECONDS = 5.0

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
        self._made_of: dict[tuple[str, ...], str] = {}

    def cell(self, spec: BoxSpec) -> DockerCell:
        if words := trouble(self._client):
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
        return DockerCell(self._client, image, spec, self._labels, self._mapped, self._runtime)

    def renew(self, spec: BoxSpec) -> None:
        with _engine("making the image anew"):
            self._renewed.renew(self._images.ensure(spec.packages))

    def close(self) -> None:
        super().close()
        if not trouble(self._client):
            orphan_reaper.sweep(self._client, self.run_id)
            self._renewed.close()

    def facts(self) -> list[Check]:
        from pygent.sandbox.selftest.self_test import engine_facts

        return engine_facts(self._client)


class DockerCell:
    """A started container. The engine multiplexes its output; standard error is kept for the post mortem."""

    def __init__(
        self,
        client: DockerClient,
        image: str,
        spec: BoxSpec,
        labels: dict[str, str],
        mapped: bool,
        runtime: str,
    ) -> None:
        from docker.errors import ImageNotFound

        self._client, self._api = client, client.api
        low, high = _UIDS_MAPPED if mapped else _UIDS
        uid = low + secrets.randbelow(high - low)
        self.id = ""
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._errors = bytearray()
        started = False
        with _engine("starting a container"):
            try:
                made = self._api.create_container(
                    image,
                    boot.command("python3"),
                    user=f"{uid}:{uid}",
                    stdin_open=True,
                    stop_signal="SIGKILL",  # otherwise a stopped engine waits 10 s for our PID 1
                    working_dir="/tmp",
                    labels=labels,
                    host_config={
                        **self._api.create_host_config(runtime=runtime or None, **settings(spec, uid)),
                        "MaskedPaths": list(masked_paths.PATHS),
                    },
                )
                self.id = made["Id"]
                self._socket = self._attach()
                self._api.start(self.id)
                started = True
            except ImageNotFound:
                raise _ImageGoneError(image) from None
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
        return trouble(self._client)

    def death(self) -> Death:
        from docker.errors import APIError, NotFound
        from requests.exceptions import RequestException

        try:
            with contextlib.suppress(RequestException, APIError):
                self._api.wait(self.id, timeout=_WAIT_SECONDS)
            state = self._api.inspect_container(self.id)["State"]
        except NotFound:
            return Death(False, "the container was removed from outside")
        except (APIError, RequestException) as error:
            return Death(False, _away(error))
        if state["Running"]:
            return Death(False, "the connection to the container is lost")
        if state["OOMKilled"]:
            return Death(True, "the kernel ended the container for memory")
        words = self._errors.decode(errors="replace").strip().splitlines()
        last = f": {words[-1]}" if words else ""
        return Death(False, f"the container ended with status {state['ExitCode']}{last}")

    def kill(self) -> None:
        from docker.errors import APIError
        from requests.exceptions import RequestException

        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self.id:
            if not trouble(self._client):  # else `owner.sweep` or the next start removes it
                # two containers that leave their network at once can hang Docker 20.10 (libnetwork, sbLeave)
                with turn(self._api.base_url), contextlib.suppress(APIError, RequestException):
                    self._api.remove_container(self.id, force=True, v=True)
            self.id = ""

    def _attach(self) -> socket.socket:
        from docker.errors import create_api_error_from_http_exception
        from requests.exceptions import HTTPError

        if not self._api.base_url.startswith(("http+docker://localhost", "http://")):
            raise SandboxUnavailableError(
                "the engine is reached over TLS or ssh: use a unix socket, or plain TCP"
            )
        address = f"{self._api.base_url}/v{self._api.api_version}/containers/{self.id}/attach"
        response = self._api.post(
            address,
            params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1},
            headers={"Connection": "Upgrade", "Upgrade": "tcp"},
            stream=True,
        )
        with response:
            try:
                response.raise_for_status()
            except HTTPError as error:
                create_api_error_from_http_exception(error)
            duplicate = socket.socket(fileno=os.dup(response.raw.fileno()))
        duplicate.setblocking(False)
        return duplicate


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
        raise SandboxFaultError(_away(error)) from None


def trouble(client: DockerClient) -> str:
    """Why the engine does not work now, or ''. Waits 5 seconds for one that hangs."""
    from requests.exceptions import RequestException

    try:
        answer = client.api.get(f"{client.api.base_url}/_ping", timeout=_PING_SECONDS)
    except RequestException as error:
        return _away(error)
    return "" if answer.ok else f"the engine says {answer.status_code} {answer.reason}"


class _ImageGoneError(SandboxFaultError):
    def __init__(self, image: str) -> None:
        super().__init__(f"image {image} is gone")
        self.image = image


def _away(error: BaseException) -> str:
    return f"the engine does not answer: {_innermost(error)}"


def _innermost(error: BaseException) -> str:
    """The operating system's own message, which the client library wraps several times."""
    inner = next((one for one in error.args if isinstance(one, BaseException)), None)
    if inner is not None:
        return _innermost(inner)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it hangs" if "timed out" in str(error) else short(error)
