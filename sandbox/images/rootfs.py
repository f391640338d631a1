"""A root file system made of the host's own Python, for machines that no registry answers.

It holds the interpreter, the standard library (compiled, without test suites, pip and tk), the shared
libraries that `ldd` finds, and the packages asked for with all that they require. It has no other program,
and a shell only if one is asked for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import marshal
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO

from pygent.sandbox.api import SHELL, SandboxUnavailableError
from pygent.sandbox.images import host_packages

_RECIPE = 1  # raise it whenever what is built here changes
_PREFIX = "usr/local"
PYTHON = f"/{_PREFIX}/bin/python3"
_SKIP_FOLDERS = {
    "__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data",
    "venv", "site-packages", "dist-packages",
}  # fmt: skip
_SKIP_STEMS = ("_tkinter", "_test", "xxlimited", "nis.", "turtle.py")
_SKIP_SUFFIXES = (".a", ".pyc", ".pyo", ".exe")
_PROGRAMS = (
    "sh", "awk", "basename", "cat", "cmp", "cp", "cut", "date", "diff", "dirname", "echo", "env", "expr",
    "false", "find", "grep", "head", "ls", "mkdir", "mv", "nl", "printf", "pwd", "rm", "rmdir", "sed", "seq",
    "sort", "tail", "tee", "test", "touch", "tr", "true", "uniq", "wc", "xargs",
)  # fmt: skip
_FOLDERS = ("tmp", "dev", "proc", "sys", "etc", "usr/local/bin")
_PASSWD = b"root:x:0:0:root:/:/nonexistent\nnobody:x:65534:65534:nobody:/:/nonexistent\n"


@dataclass(frozen=True)
class RootFs:
    """The image's content: source path by destination, and a digest that identifies it.

    Files below `site`, a folder of the package cache, may have any time stamps.
    """

    files: dict[str, Path]
    packages: tuple[str, ...]
    site: Path | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over the recipe and each file's destination, size and time of change.

        For files below `site` it covers the content instead.
        """
        digest = hashlib.sha256(f"{_RECIPE} {sys.version}\n".encode())
        for destination, source in sorted(self.files.items()):
            if self.site is not None and source.is_relative_to(self.site):
                content = hashlib.sha256(source.read_bytes()).hexdigest()
                digest.update(f"{destination} {content}\n".encode())
                continue
            facts = source.stat()
            digest.update(f"{destination} {facts.st_size} {facts.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def write(self, stream: IO[bytes]) -> None:
        """Write everything as a tar file: owned by root, with fixed times, sources with their bytecode."""
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for folder in _FOLDERS:
                tar.addfile(_info(folder, 0o1777 if folder == "tmp" else 0o755, tarfile.DIRTYPE))
            _add(tar, "etc/passwd", _PASSWD, 0o644)
            for destination, source in sorted({**self.files, **_libraries(self.files)}.items()):
                data = source.read_bytes()
                _add(tar, destination, data, 0o755 if os.access(source, os.X_OK) else 0o644)
                if destination.endswith(".py"):
                    _add_compiled(tar, destination, data)
            link = _info(f"{_PREFIX}/bin/python3", 0o777, tarfile.SYMTYPE)
            link.linkname = f"python{sys.version_info.major}.{sys.version_info.minor}"
            tar.addfile(link)


def plan(packages: tuple[str, ...] = ()) -> RootFs:
    """Plan the image of this interpreter with `packages` (requirements as for pip, `SHELL`).

    Packages that are not installed here in the version asked for are first installed into a cache by pip.
    Raises `SandboxUnavailableError` if that fails.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = f"{_PREFIX}/lib/{version}"
    interpreter = Path(sys.base_prefix, "bin", version)
    if not interpreter.exists():
        interpreter = Path(os.path.realpath(sys.executable))
    files = {f"{_PREFIX}/bin/{version}": interpreter}
    standard = Path(sysconfig.get_path("stdlib"))
    for path in _standard_library(standard):
        files[f"{library}/{path.relative_to(standard).as_posix()}"] = path
    chosen, site = host_packages.find(tuple(name for name in packages if name != SHELL))
    if SHELL in packages:
        found = {name: shutil.which(name, path="/usr/bin:/bin") for name in _PROGRAMS}
        files |= {f"bin/{name}": Path(place) for name, place in found.items() if place is not None}
    for name, distribution in sorted(chosen.items()):
        for inside, path in _files_of(name, distribution):
            files[f"{library}/site-packages/{inside}"] = path
    return RootFs(files, packages, site)


def _standard_library(root: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(
            name for name in inner if name not in _SKIP_FOLDERS and not name.startswith("config-")
        )
        for name in sorted(names):
            if (
                not name.startswith(_SKIP_STEMS)
                and "/config-" not in folder
                and not name.endswith(_SKIP_SUFFIXES)
            ):
                yield Path(folder, name)


def _files_of(name: str, distribution: metadata.Distribution) -> Iterator[tuple[str, Path]]:
    recorded = [path for path in distribution.files or () if not path.is_absolute() and path.parts[0] != ".."]
    is_link = any(path.suffix == ".pth" for path in recorded) or distribution.files is None
    if is_link and not any(path.suffix in (".py", ".so") for path in recorded):
        raise SandboxUnavailableError(
            f"package {name} has no list of its files (an editable install?): install it as a wheel"
        )
    for path in recorded:
        source = Path(str(distribution.locate_file(path)))
        wanted = not {"tests", "__pycache__"} & set(path.parts) and path.suffix not in (".pyc", ".pth")
        if wanted and source.is_file():
            yield path.as_posix(), source


def _libraries(files: dict[str, Path]) -> dict[str, Path]:
    """The shared libraries that the binaries load. Those from unusual folders go beside the C library."""
    binaries = [
        str(source) for source in files.values() if ".so" in source.name or source.parent.name == "bin"
    ]
    try:
        done = subprocess.run(["ldd", *binaries], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnavailableError(f"ldd does not work here ({error}): install libc-bin") from None
    found: dict[str, Path] = {}
    for line in done.stdout.splitlines():
        words = line.replace("=>", " ").split()
        paths = [Path(word) for word in words if word.startswith("/") and not word.endswith(":")]
        if paths and paths[0].exists():
            found[words[0].rsplit("/", 1)[-1]] = paths[0]
    home = next((place.parent for name, place in found.items() if name.startswith("libc.so")), Path("/lib"))
    own = {os.path.realpath(source) for source in files.values()}
    placed: dict[str, Path] = {}
    for name, place in found.items():
        if os.path.realpath(place) in own:
            continue
        usual = place.parent == home or name.startswith("ld-")
        placed[str(place if usual else home / name).lstrip("/")] = place
    return placed


def _info(name: str, mode: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mode, info.type = mode, kind
    return info


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    info = _info(name, mode)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _add_compiled(tar: tarfile.TarFile, name: str, source: bytes) -> None:
    """Add a source, and bytecode that is valid by itself (PEP 552, unchecked): nothing is written later."""
    try:
        code = compile(source, "/" + name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
    folder, _, file = name.rpartition("/")
    stem = file.removesuffix(".py")
    _add(
        tar,
        f"{folder}/__pycache__/{stem}.{sys.implementation.cache_tag}.pyc",
        head + marshal.dumps(code),
        0o644,
    )
