"""Start a runner: its code is sent over the channel, so a change needs no new image.

It is sent compiled, and as source for a Python of another version. To compile it would take a third of the
start of a box.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.util import MAGIC_NUMBER

from pygent.sandbox.api import BoxSpec, SandboxUnavailableError

RUNNER = "pygent.sandbox.runner"
MODULES = (
    "wire",
    "seccomp",
    "no_fork_buffer",
    "clean",
    "meter",
    "time_limits",
    "forker",
    "child",
    "child_io",
    "main",
)

BOOT = """
import json, marshal, os, sys, types
from _frozen_importlib_external import MAGIC_NUMBER
def take(size):
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data
def message():
    return take(int.from_bytes(take(4), "big"))
config, compiled, modules = json.loads(message()), message(), message()
if compiled.startswith(MAGIC_NUMBER):
    modules = marshal.loads(compiled[len(MAGIC_NUMBER):])
else:
    modules = [(n, compile(s, "pygent_runner/" + n + ".py", "exec")) for n, s in json.loads(modules)]
package = sys.modules["pygent_runner"] = types.ModuleType("pygent_runner")
package.__path__ = []
for name, code in modules:
    module = types.ModuleType("pygent_runner." + name)
    module.__package__ = "pygent_runner"
    sys.modules[module.__name__] = module
    exec(code, module.__dict__)
    setattr(package, name, module)
del compiled, modules, code
module.main(config)
"""


def command(python: str) -> list[str]:
    """The command that the box runs as PID 1: an isolated interpreter that waits for the runner's code."""
    return [python, "-I", "-c", BOOT]


def parcel(work: str, places: list[str] | None, spec: BoxSpec) -> bytes:
    """The first bytes on the channel: the runner's configuration and its code.

    `work` is its work folder, `places` are the folders to wipe (None: it finds out).
    """
    return source(config(work, places, spec) | imports(work, spec))


def source(configuration: Mapping[str, object], *more: tuple[str, str]) -> bytes:
    """The runner's modules, and `more` of other packages (package, name). The last one's `main` is called."""
    return message(configuration) + _code(*more)


def message(content: Mapping[str, object]) -> bytes:
    """JSON behind a 4-byte big-endian length."""
    return _framed(json.dumps(content).encode())


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def config(work: str, places: list[str] | None, spec: BoxSpec) -> dict[str, object]:
    """What the runner has to know of one box."""
    return {
        "work": work,
        "places": places,
        "timed": spec.core is not None,
        "loopback": spec.loopback,
        "file_bytes": spec.limits.tmpfs_mb << 20,
    }


def imports(work: str, spec: BoxSpec) -> dict[str, object]:
    """What a process that will fork children, or boxes, imports first."""
    return {"work": work, "preload": spec.preload, "sources": spec.sources}


@cache
def _code(*more: tuple[str, str]) -> bytes:
    """The modules, compiled by this Python and as text."""
    sources = [
        (name, _source(package, name)) for package, name in (*((RUNNER, name) for name in MODULES), *more)
    ]
    compiled = [
        (name, compile(text, f"pygent_runner/{name}.py", "exec", dont_inherit=True)) for name, text in sources
    ]
    return _framed(MAGIC_NUMBER + marshal.dumps(compiled)) + _framed(json.dumps(sources).encode())


def _source(package: str, name: str) -> str:
    try:
        return (resources.files(package) / f"{name}.py").read_text("utf-8")
    except OSError as error:
        raise SandboxUnavailableError(
            f"the runner's source is missing ({error}): install the package again"
        ) from None
