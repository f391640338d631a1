"""The web review on a port of its own, in a thread of the test's process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from pygent.interfaces.web.security import Access
from pygent.interfaces.web.web_app import make_app


@dataclass(frozen=True)
class Serving:
    base: str
    secret: str

    @property
    def entrance(self) -> str:
        return f"{self.base}/?token={self.secret}"


@contextmanager
def reviewing(
    home: Path, who: str = "Ada", secret: str = "a secret of tests", *, by_link: bool = True
) -> Iterator[Serving]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    base = f"127.0.0.1:{listening.getsockname()[1]}"
    app = make_app(home, who, Access(secret, frozenset({base}), by_link))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    end = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.01)
    try:
        yield Serving(f"http://{base}", secret)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
