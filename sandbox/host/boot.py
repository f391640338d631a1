"""Start a runner: its source is sent over the channel, so a change needs no new image."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

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
module.main(sent["config"])
"""


def command(python: str) -> list[str]:
    """The command that the box runs as PID 1: an isolated interpreter that waits for the runner's source."""
    return [python, "-I", "-c", BOOT]


def parcel(work: str, places: list[str] | None, spec: BoxSpec) -> bytes:
    """The first bytes on the channel: the runner's source, and its configuration.

    `work` is its work folder, `places` are the folders to wipe (None: it finds out).
    """
    return source(config(work, places, spec) | imports(work, spec))


def source(configuration: Mapping[str, object], *more: tuple[str, str]) -> bytes:
    """The runner's modules, and `more` of other packages (package, name). The last one's `main` is called."""
    modules = [
        *_sources(RUNNER, MODULES),
        *(part for package, name in more for part in _sources(package, (name,))),
    ]
    return message({"modules": modules, "config": configuration})


def message(content: Mapping[str, object]) -> bytes:
    """JSON behind a 4-byte big-endian length."""
    text = json.dumps(content).encode()
    return len(text).to_bytes(4, "big") + text


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
def _sources(package: str, names: Sequence[str]) -> list[tuple[str, str]]:
    folder = resources.files(package)
    try:
        return [(name, (folder / f"{name}.py").read_text("utf-8")) for name in names]
    except OSError as error:
        raise SandboxUnavailableError(
            f"the runner's source is missing ({error}): install the package again"
        ) from None
