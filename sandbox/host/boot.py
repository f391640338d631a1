"""Start a runner: its code is sent over the channel, so a change needs no new image.

It is sent compiled, and as source for a box whose Python is of another version. Compiling it would take each
box a third of its start.
"""

from __future__ import annotations

import json
import marshal
from functools import cache
from importlib import resources
from importlib.util import MAGIC_NUMBER

from pygent.sandbox.api import BoxSpec, SandboxUnavailableError

MODULES = ("wire", "seccomp", "no_fork_buffer", "meter", "clean", "forker", "child", "child_io", "main")

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
def part():
    return take(int.from_bytes(take(4), "big"))
config, compiled, modules = json.loads(part()), part(), part()
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
package.main.main(config, globals().get("entered", {}))
"""


def command(python: str, first: str = "") -> list[str]:
    """The command that the box runs as PID 1: an isolated interpreter that waits for the runner's source.

    `first` is the text of a module to run before it; what that binds as `entered` is passed to the runner.
    """
    return [python, "-I", "-c", first + BOOT]


def parcel(work: str, places: list[str] | None, spec: BoxSpec) -> bytes:
    """The first bytes on the channel, which configure the runner.

    They hold its work folder, the folders to wipe (None: find out), those parts of the spec that the runner
    needs, and its code.
    """
    config = {
        "work": work,
        "places": places,
        "preload": spec.preload,
        "sources": spec.sources,
        "timed": spec.core is not None,
        "loopback": spec.loopback,
        "file_bytes": spec.limits.tmpfs_mb << 20,
    }
    return _part(json.dumps(config).encode()) + _code()


@cache
def _code() -> bytes:
    """The modules, compiled by this Python and as text."""
    sources = _sources()
    compiled = [
        (name, compile(text, f"pygent_runner/{name}.py", "exec", dont_inherit=True)) for name, text in sources
    ]
    return _part(MAGIC_NUMBER + marshal.dumps(compiled)) + _part(json.dumps(sources).encode())


def _part(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _sources() -> list[tuple[str, str]]:
    folder = resources.files("pygent.sandbox.runner")
    try:
        return [(name, (folder / f"{name}.py").read_text("utf-8")) for name in MODULES]
    except OSError as error:
        raise SandboxUnavailableError(
            f"the runner's source is missing ({error}): install the package again"
        ) from None
