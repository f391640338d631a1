"""Extension points: one registry each, by name, by object, by entry point, by import string or by file.

A reference is one of

- the name of a bundled implementation, or of an entry point that an installed package declares,
- `package.module:Class`, imported like any installed package,
- `./file.py:Class`, loaded from that path alone, under a private module name.

A file is read once: the bytes that were hashed are the bytes that run. Neither form puts a folder on
`sys.path`. References are code, so whoever reads one from a project's file asks `pygent trust` first.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar, cast

T = TypeVar("T")

OBJECT = "object:"  # how a run records an object that was handed over in Python
_PRIVATE = "pygent_extension_"


class ExtensionError(ValueError):
    """An extension cannot be used. The text is one line: which, where, what to do."""


@dataclass(frozen=True)
class ExtensionFile:
    """The file behind a reference, as it was read: an absolute path, and its bytes."""

    path: Path
    text: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.text).hexdigest()


def is_reference(value: object) -> bool:
    """Whether a setting names code (`module:Class`, `./file.py:Class`), and is not a plain name."""
    return isinstance(value, str) and ":" in value and not value.startswith(OBJECT)


def file_of(reference: str, folder: Path | None = None) -> Path | None:
    """The file that a reference names, absolute; None if it names none. Relative paths start at `folder`.

    Raises `ExtensionError` for a path that can be no such file.
    """
    place, _, _ = reference.rpartition(":")
    if not place.endswith(".py"):
        if "/" in place:
            raise ExtensionError(f"{reference}: write {place}.py:{reference.rpartition(':')[2]}")
        return None
    try:
        return ((folder or Path()) / Path(place).expanduser()).absolute()
    except RuntimeError as error:
        raise ExtensionError(f"{reference}: {error}") from None


def anchored(reference: str, folder: Path | None = None) -> str:
    """The reference with the path of its file made absolute, so that it means the same from any folder."""
    path = file_of(reference, folder) if is_reference(reference) else None
    return reference if path is None else f"{path}:{reference.rpartition(':')[2]}"


def read(reference: str, folder: Path | None = None) -> ExtensionFile | None:
    """The file of a reference with its bytes; None if it names no file. Raises `ExtensionError`."""
    path = file_of(reference, folder)
    if path is None:
        return None
    try:
        return ExtensionFile(path, path.read_bytes())
    except OSError as error:
        raise ExtensionError(f"{reference}: {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ExtensionError(f"{reference!r}: no path of a file: {error}") from None


class Registry(Generic[T]):
    """The implementations of one extension point.

    `point` is its name in the singular ("selector"), `group` the entry-point group (`pygent.selectors`).
    `bundled` maps names to `module:attribute`, imported only when they are used. `needs` are the methods that
    a class must have, which is checked before a run begins; an instance also needs the `attributes`.
    """

    def __init__(
        self,
        point: str,
        group: str,
        bundled: Mapping[str, str],
        needs: Iterable[str],
        attributes: Iterable[str] = (),
    ) -> None:
        self.point = point
        self.group = group
        self.bundled = dict(bundled)
        self._needs = tuple(needs)
        self._attributes = tuple(attributes)

    @cached_property
    def _entry_points(self) -> dict[str, str]:
        from importlib.metadata import entry_points

        found = entry_points(group=self.group)
        return {one.name: one.value.partition("[")[0].strip() for one in found}

    def names(self) -> list[str]:
        """What may be chosen by name: bundled ones first, then those of installed packages."""
        return [*self.bundled, *(name for name in self._entry_points if name not in self.bundled)]

    def check(self, value: str) -> str:
        """The reference itself, if it can be one. Raises `ExtensionError` for a name that nobody has."""
        if value in self.bundled or is_reference(value) or value.startswith(OBJECT):
            return value
        if value not in self._entry_points:
            raise ExtensionError(
                f"there is no {self.point} {value!r}; choose one of {', '.join(self.names())}, "
                "module:Class, or ./file.py:Class"
            )
        return value

    def load(
        self, reference: str, *, folder: Path | None = None, digest: str | None = None
    ) -> Callable[..., T]:
        """The class or factory that a reference means.

        `digest` is the SHA-256 that the file must have, as a run recorded it. Raises `ExtensionError`.
        """
        self.check(reference)
        if reference.startswith(OBJECT):
            raise ExtensionError(
                f"{self.point}: {reference.removeprefix(OBJECT)} was an object in Python; "
                f"go on from Python, with {self.point}=..."
            )
        target = self.bundled.get(reference) or self._entry_points.get(reference, reference)
        if not target.rpartition(":")[2] or ":" not in target:
            raise ExtensionError(f"{self.point} {target}: names no class; write {target.rstrip(':')}:Class")
        source = read(target, folder) if target == reference else None
        if source is not None:
            if digest is not None and source.digest != digest:
                raise ExtensionError(
                    f"{self.point}: {source.path} has changed since the run began; "
                    "put the old content back, or start a new run"
                )
            found = _attribute(_module_of(source), target.rpartition(":")[2], self.point)
        else:
            found = _imported(target, self.point)
        if isinstance(found, type):  # what a function returns is known once it is called
            self.conforming(found, reference)
        return cast("Callable[..., T]", found)

    def conforming(self, found: object, reference: str) -> object:
        """The same object, if it has what the point needs. Raises `ExtensionError`."""
        needs = self._needs if isinstance(found, type) else (*self._needs, *self._attributes)
        if lacking := [name for name in needs if not hasattr(found, name)]:
            raise ExtensionError(f"{self.point} {reference}: it has no {', '.join(lacking)}")
        return found


def describe(extension: object) -> str:
    """How a run records an object: `object:` and the qualified name of its class."""
    kind = extension if isinstance(extension, type) else type(extension)
    return f"{OBJECT}{kind.__module__}.{kind.__qualname__}"


@contextlib.contextmanager
def without_bytecode() -> Iterator[None]:
    """What is imported is compiled from its source, as it was trusted, and leaves no bytecode."""
    before = sys.pycache_prefix, sys.dont_write_bytecode
    sys.pycache_prefix, sys.dont_write_bytecode = os.devnull, True
    try:
        yield
    finally:
        sys.pycache_prefix, sys.dont_write_bytecode = before


def _module_of(source: ExtensionFile) -> ModuleType:
    """The module of these bytes at this place; run once, whoever asks."""
    name = _PRIVATE + hashlib.sha256(os.fsencode(source.path) + source.text).hexdigest()[:16]
    if (known := sys.modules.get(name)) is not None:
        return known
    module = ModuleType(name)
    module.__file__ = str(source.path)
    sys.modules[name] = module  # dataclasses and pickle look their module up
    try:
        with without_bytecode():
            exec(compile(source.text, source.path, "exec", dont_inherit=True), module.__dict__)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, Exception | SystemExit):  # a person's own file, run as they asked
            raise ExtensionError(f"{source.path}: cannot be loaded: {_said(error)}") from None
        raise
    return module


def _imported(target: str, point: str) -> object:
    name, _, attribute = target.partition(":")
    try:
        module = importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - somebody's installed package
        raise ExtensionError(f"{point} {target}: cannot be imported: {_said(error)}") from None
    return _attribute(module, attribute, point)


def _said(error: BaseException) -> str:
    """An error of somebody else's code, in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _attribute(module: ModuleType, path: str, point: str) -> object:
    found: object = module
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise ExtensionError(f"{point}: {module.__file__ or module.__name__} has no {path}") from None
    if not callable(found):
        raise ExtensionError(
            f"{point}: {path} of {module.__file__ or module.__name__} is not a class or function"
        )
    return found
