"""Serve the local model on loopback for as long as it is needed."""

from __future__ import annotations

import json
import secrets
import select
import subprocess
import time
from pathlib import Path

from pygent.archive.records import Usage
from pygent.gateway.local.install import MODEL, folder, is_installed
from pygent.gateway.model_errors import Kind, ModelError
from pygent.sandbox.host import child_python
from pygent.sandbox.host.child_environment import without_keys

NOT_INSTALLED = "the local model is not installed: run `pygent models install local` (about 125 MB)"
START_SECONDS = 60.0

_OF_RUNTIME = r"PYTHONPATH|LD_LIBRARY_PATH|(OMP|GGML|LLAMA|CUDA)_\w+"


class LocalServer:
    """A child process with the model, on a free loopback port, with a key made for it. Ends with us."""

    def __init__(self) -> None:
        """Raise `ModelError` if the model is not installed, or its server does not start."""
        if not is_installed():
            raise ModelError(Kind.NOT_FOUND, NOT_INSTALLED, usage=Usage())
        self.key = secrets.token_hex(16)
        place = folder()
        serving = Path(__file__).with_name("server_program.py")
        self._process = subprocess.Popen(
            child_python.command(str(serving), str(place), str(place / MODEL)),
            env=child_python.environment(without_keys(more=_OF_RUNTIME)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C lets a run end cleanly, with its model
        )
        self._closed = False
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self.key}\n".encode())
        self._process.stdin.flush()
        try:
            self.address = f"{self._listening().rstrip('/')}/v1"
        except BaseException:
            self.close()
            raise

    @property
    def cpu_seconds(self) -> float:
        """CPU time that the server has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def close(self) -> None:
        """End the process. May be called twice."""
        if self._closed:
            return
        self._closed = True
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.kill()
        self._process.wait()

    def _listening(self) -> str:
        stream = self._process.stdout
        assert stream is not None
        end = time.monotonic() + START_SECONDS
        while (left := end - time.monotonic()) > 0:
            if select.select([stream], [], [], left)[0]:
                break
        line = stream.readline() if left > 0 else b""
        try:
            address = json.loads(line)["address"]
        except (ValueError, KeyError, TypeError):
            code = self._process.poll()
            text = f"the local server did not start (exit {code}): run `pygent models install local --again`"
            raise ModelError(Kind.NOT_FOUND, text) from None
        return str(address)
