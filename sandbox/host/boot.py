"""Start a runner: its source is sent over the channel, so a change needs no new image."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from pygent.sandbox.api import BoxSpec, SandboxUnavailableError

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
import json, os, sys, types
def take(size):
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data
sent = json.loads(take(int.from_bytes(take(4), "big")))
package = sys.modules["pygent_runner"] = types.ModuleType("pygent_runner")
package.__path__ = []
for name, source in sent["modules"]:
    module = types.ModuleType("pygent_runner." + name)
    module.__package__ = "pygent_runner"
    sys.modules[module.__name__] = module
    exec(compile(source, "pygent_runner/" + name + ".py", "exec"), module.__dict__)
    setattr(package, name, module)
package.main.main(sent["config"], globals().get("entered", {}))
"""


def command(python: str, first: str = "") -> list[str]:
    """The command that the box runs as PID 1: an isolated interpreter that waits for the runner's source.

    `first` is the text of a module to run before it; what that binds as `entered` is passed to the runner.
    """
    return [python, "-I", "-c", first + BOOT]


def parcel(work: str, places: list[str] | None, spec: BoxSpec) -> bytes:
    """The first bytes on the channel, which configure the runner.

    They hold its source, its work folder, the folders to wipe (None: find out), and those parts of the spec
    that the runner needs.
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
    text = json.dumps({"modules": _sources(), "config": config}).encode()
    return len(text).to_bytes(4, "big") + text


@cache
def _sources() -> list[tuple[str, str]]:
    folder = resources.files("pygent.sandbox.runner")
    try:
        return [(name, (folder / f"{name}.py").read_text("utf-8")) for name in MODULES]
    except OSError as error:
        raise SandboxUnavailableError(
            f"the runner's source is missing ({error}): install the package again"
        ) from None
