"""The product as someone has just installed it: each step is a command of an environment of its own.

A step fails if the command does, or if anything that it prints looks like a traceback or a warning.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from pygent.testing.small_target import write_small_target

NOISE = re.compile(r"Traceback|Warning|Exception ignored|DeprecationWarning")
STRANGERS = ("agent", "benchmarks", "prompts", "sandbox")  # packages of the user's own
STRANGE_FILES = ("archive.py", "evolution.py", "gateway.py")
SECONDS = 300


class SmokeError(Exception):
    """A step did not do what a new user expects; the text has the command and what it printed."""


@dataclass(frozen=True)
class Installed:
    """An environment with the product in it, and a folder of the user's in which its commands run."""

    scripts: Path
    folder: Path

    def pygent(self, *words: object, env: Mapping[str, str] | None = None) -> str:
        return checked([str(self.scripts / "pygent"), *map(str, words)], self.folder, env)


def checked(command: list[str], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """What a command prints, both streams. Raises `SmokeError`."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**clean(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode or NOISE.search(done.stdout):
        raise SmokeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def clean() -> dict[str, str]:
    """The environment without what would lead to our own checkout."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


def install(python: str, what: Path, place: Path) -> Path:
    """A fresh environment with the wheel or sdist `what` in it; the folder of its commands."""
    uv = str(Path(sys.executable).with_name("uv"))
    checked([uv, "venv", "--quiet", "--python", python, str(place)], place.parent)
    checked(
        [uv, "pip", "install", "--quiet", "--python", str(place / "bin" / "python"), str(what)], place.parent
    )
    return place / "bin"


def build(place: Path) -> tuple[Path, Path]:
    """The wheel and the sdist of this checkout; the wheel is built from the sdist."""
    uv = str(Path(sys.executable).with_name("uv"))
    root = Path(__file__).parents[2]
    checked([uv, "build", "--quiet", "--python", sys.executable, "--out-dir", str(place), str(root)], root)
    (wheel,), (sdist,) = place.glob("*.whl"), place.glob("*.tar.gz")
    return wheel, sdist


def write_strangers(folder: Path) -> Path:
    """A user's folder with packages and modules that have the names of our rooms."""
    folder.mkdir()
    for name in STRANGERS:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit('a stranger was imported')\n")
    for name in STRANGE_FILES:
        (folder / name).write_text("raise SystemExit('a stranger was imported')\n")
    write_small_target(folder / "targets" / "outside")
    return folder


def smoke(installed: Installed, sandboxes: tuple[str, ...]) -> list[str]:
    """All steps, each named. Raises `SmokeError`."""
    done = ["help, version, doctor"]
    installed.pygent("--help")
    assert re.fullmatch(r"pygent \d+\.\d+\.\d+\S*\n", installed.pygent("--version"))
    installed.pygent("doctor")
    for sandbox in sandboxes:
        done.append(f"evolve in {sandbox}")
        _evolves(installed, sandbox)
    done += ["review page", "MCP story"]
    _reviews(installed)
    asyncio.run(_answers(installed))
    return done


def _evolves(installed: Installed, sandbox: str) -> None:
    options = ["--proposer", "mutate", "--seed", "1", "--evaluations", "5", "--sandbox", sandbox]
    told = installed.pygent("evolve", "targets/outside", *options, env={"PYTHONPATH": "."})
    if "5 variants evaluated" not in told or f"untrusted code ran in {sandbox}" not in told:
        raise SmokeError(f"evolve in {sandbox} printed\n{told}")
    installed.pygent("runs")
    installed.pygent("report", "--out", f"{sandbox}.html")
    told = installed.pygent("bench", "targets/outside", "--sandbox", sandbox)
    if "passed" not in told:
        raise SmokeError(f"bench in {sandbox} printed\n{told}")


def _reviews(installed: Installed) -> None:
    command = [str(installed.scripts / "pygent"), "review", "--no-browser"]
    with subprocess.Popen(
        command,
        cwd=installed.folder,
        env=clean(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        assert server.stdout is not None
        told, address = "", None
        while address is None:
            line = server.stdout.readline()
            told += line
            if not line:
                raise SmokeError(f"review ended at once:\n{told}")
            address = re.search(r"http://\S+", line)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )
        try:
            with opener.open(address[0], timeout=60) as page:
                text = page.read().decode()
        finally:
            server.send_signal(signal.SIGINT)
        told += server.stdout.read()
    if "outside" not in text or NOISE.search(told):
        raise SmokeError(f"review showed\n{text}\nand printed\n{told}")


async def _answers(installed: Installed) -> None:
    command = StdioServerParameters(
        command=str(installed.scripts / "pygent"),
        args=["mcp", "serve"],
        cwd=str(installed.folder),
        env=clean(),
    )
    errors = installed.folder / "mcp.err"
    with errors.open("w+") as output:
        async with Client(stdio_client(command, errlog=output)) as client:
            runs = await _value(client, "list_runs")
            run = runs["runs"][0]["run"]
            status, best = await _value(client, "status", run=run), await _value(client, "best", run=run)
            if status["state"] != "finished" or not best:
                raise SmokeError(f"the MCP server said {status} and {best}")
    if NOISE.search(errors.read_text()):
        raise SmokeError(f"the MCP server printed\n{errors.read_text()}")


async def _value(client: Client, tool: str, **arguments: Any) -> Any:
    found = await client.call_tool(tool, arguments)
    if found.is_error or found.structured_content is None:
        raise SmokeError(f"{tool}: {found.content}")
    return found.structured_content
