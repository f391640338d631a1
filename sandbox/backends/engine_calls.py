"""The engine's calls that each box needs, on connections that are kept.

The client library takes five times the CPU for the same calls, most of it for what an engine does not need:
redirects, cookies, proxies. What is not done for each box stays with the library.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.backends.engine import short

if TYPE_CHECKING:
    from docker import APIClient

CALL_SECONDS = 30.0  # the longest wait for an engine's answer to what takes it well under a second
_PING_SECONDS = 5.0
_NOT_FOUND = 404


class EngineAwayError(Exception):
    """The engine does not answer; the text says how, for people."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"the engine does not answer: {_innermost(error)}")


class EngineRefusalError(Exception):
    """The engine answers that it cannot do what it was asked. The text is the engine's own."""

    def __init__(self, status: int, said: bytes) -> None:
        try:
            words = str(json.loads(said)["message"])
        except (ValueError, KeyError, TypeError):
            words = said.decode(errors="replace") or f"status {status}"
        super().__init__(" ".join(words.split())[:300])
        self.status = status

    @property
    def is_missing(self) -> bool:
        """Whether the container or its image does not exist."""
        return self.status == _NOT_FOUND


class EngineCalls:
    """Calls of the engine that a client of the library has found. Thread-safe.

    Each raises `EngineAwayError` and `EngineRefusalError`. The constructor raises `SandboxUnavailableError`
    if the engine is reached over TLS or ssh: then its attached stream is no plain socket.
    """

    def __init__(self, api: APIClient) -> None:
        if api.base_url.startswith("http+docker://localhost"):
            self._place: str | tuple[str, int] = api.get_adapter(api.base_url).socket_path
        elif api.base_url.startswith("http://"):
            parts = urlsplit(api.base_url)
            self._place = (parts.hostname or "localhost", parts.port or 2375)
        else:
            raise SandboxUnavailableError(
                "the engine is reached over TLS or ssh: use a unix socket, or plain TCP"
            )
        self.address = api.base_url
        self._version = f"/v{api.api_version}"
        self._idle: list[_Connection] = []

    def call(
        self, method: str, path: str, body: object = None, *, seconds: float = CALL_SECONDS
    ) -> dict[str, object]:
        """What the engine answers; an answer that is no JSON object is an empty one."""
        connection = self._connection(seconds)
        sent = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, self._version + path, sent, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            raise EngineAwayError(error) from error
        self._idle.append(connection)
        if answer.status >= 400:
            raise EngineRefusalError(answer.status, said)
        with contextlib.suppress(ValueError):
            if isinstance(found := json.loads(said), dict):
                return found
        return {}

    def attach(self, container: str) -> socket.socket:
        """The container's standard streams as a socket that does not block."""
        path = f"{self._version}/containers/{container}/attach?stdin=1&stdout=1&stderr=1&stream=1"
        connection = _Connection(self._place, CALL_SECONDS)
        try:
            connection.connect()
            connection.request("POST", path, headers={"Connection": "Upgrade", "Upgrade": "tcp"})
            answer = HTTPResponse(connection.sock, method="POST")
            answer.begin()  # the container has not said anything yet: nothing is read beyond the head
            if answer.status >= 400:
                raise EngineRefusalError(answer.status, answer.read())
            stream = connection.sock.dup()
        except (OSError, HTTPException) as error:
            raise EngineAwayError(error) from error
        finally:
            connection.close()
        answer.close()
        stream.setblocking(False)
        return stream

    def trouble(self) -> str:
        """Why the engine does not work now, or ''. Waits 5 seconds for one that hangs."""
        try:
            self.call("GET", "/_ping", seconds=_PING_SECONDS)
        except EngineAwayError as away:
            return str(away)
        except EngineRefusalError as refusal:
            return f"the engine says {refusal.status}: {refusal}"
        return ""

    def close(self) -> None:
        """Close the connections that wait for a use."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self, seconds: float) -> _Connection:
        while self._idle:
            with contextlib.suppress(IndexError):  # another thread took the last one
                connection = self._idle.pop()
                if connection.is_open:
                    connection.sock.settimeout(seconds)
                    return connection
                connection.close()
        return _Connection(self._place, seconds)


class _Connection(HTTPConnection):
    """HTTP on a unix socket if `place` is a path, else on TCP."""

    def __init__(self, place: str | tuple[str, int], seconds: float) -> None:
        host, port = ("localhost", None) if isinstance(place, str) else place
        super().__init__(host, port, timeout=seconds)
        self._path = place if isinstance(place, str) else ""

    def connect(self) -> None:
        if not self._path:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)

    @property
    def is_open(self) -> bool:
        """Whether the engine has kept the connection: it has neither closed it nor said more."""
        if self.sock is None:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)


def _innermost(error: BaseException) -> str:
    """The operating system's own message, which the client library wraps several times."""
    inner = next((one for one in error.args if isinstance(one, BaseException)), None)
    if inner is not None:
        return _innermost(inner)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it hangs" if "timed out" in str(error) else short(error)
