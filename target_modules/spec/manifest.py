"""A target: its manifest, `target.toml`, and the source that the manifest describes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from pygent.extensions import file_of
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest_tables import Manifest, Objective


class TargetError(Exception):
    """A target cannot be used. The text is one line: which file, which key, what is wrong, what to do."""


@dataclass(frozen=True)
class Target:
    """A manifest and its folder (`root`). `ours`: we wrote all of it, so nobody needs to be asked."""

    root: Path
    manifest: Manifest
    ours: bool = False

    @property
    def name(self) -> str:
        return self.manifest.name

    @cached_property
    def source(self) -> Path:
        return (self.root / self.manifest.source).resolve()

    @property
    def primary(self) -> Objective:
        return self.manifest.objectives[0]

    def fitness(self, score: float) -> float:
        """The primary objective, with the sign that makes higher better."""
        return score if self.primary.direction == "max" else -score

    def module_of(self, path: str) -> str:
        """The name by which a file of the tree is imported; '' if there is none."""
        for root in sorted(self.manifest.pythonpath, key=len, reverse=True):
            inside = path if root == "." else path.removeprefix(root.rstrip("/") + "/")
            if path.endswith(".py") and (root == "." or inside != path):
                parts = inside.removesuffix(".py").split("/")
                parts = parts[:-1] if parts[-1] == "__init__" else parts
                parts = [self.manifest.package, *parts] if self.manifest.package else parts
                return ".".join(parts) if all(part.isidentifier() for part in parts) else ""
        return ""

    @cached_property
    def support(self) -> dict[str, str | bytes]:
        """The box's files beside the tree, by path below `source`: text if they are UTF-8. Read once.

        Raises `TargetError` for unreadable files.
        """
        files: dict[str, str | bytes] = {}
        if self.manifest.distribution is not None:
            files |= self.manifest.distribution.files(self.manifest.pythonpath[0])
        for glob in self.manifest.support:
            for path in sorted(self.source.glob(_of_files(glob))):
                if path.is_file() and "__pycache__" not in path.parts:
                    files[path.relative_to(self.source).as_posix()] = _read_any(path)
        return files

    def tree(self, source: Path | None = None) -> Tree:
        """The source as it is on disk now, in its own place or in another folder of the same layout.

        Raises `TargetError` for unreadable or missing files.
        """
        source = self.source if source is None else source
        files: dict[str, str] = {}
        for glob in self.manifest.files:
            for path in sorted(source.glob(_of_files(glob))):
                if path.is_file() and "__pycache__" not in path.parts:
                    files[path.relative_to(source).as_posix()] = _read_text(path)
        if not files:
            raise TargetError(f"{self.root / 'target.toml'}: files: nothing below {source} matches")
        return Tree(files)


def load(root: Path, *, ours: bool = False) -> Target:
    """Read and check `root/target.toml`. Raises `TargetError` that names the file and the key."""
    file = root / "target.toml"
    try:
        with file.open("rb") as stream:
            data = tomllib.load(stream)
    except FileNotFoundError:
        raise TargetError(f"{file}: no such file; `pygent targets init` makes a target") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetError(f"{file}: not TOML: {error}") from None
    except OSError as error:
        raise TargetError(f"{file}: cannot be read: {error.strerror}") from None
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise TargetError(f"{file}: {key}: {_plainly(first['type'], first['msg'])}") from None
    target = Target(root.resolve(), manifest, ours)
    suite = file_of(manifest.suite.kind, root)
    for key, name in (
        ("suite.kind", suite and str(suite)),
        ("source", manifest.source),
        ("suite.cases", manifest.suite.cases),
        ("suite.held_out", manifest.suite.held_out),
        ("suite.grader", manifest.suite.grader),
        ("suite.evaluator", manifest.suite.evaluator),
        ("suite.check", manifest.suite.check),
        ("suite.tasks", manifest.suite.tasks),
        *(("suite.tests", f"{manifest.source}/{name.partition('::')[0]}") for name in manifest.suite.tests),
    ):
        if name is not None and not (root / name).exists():
            raise TargetError(f"{file}: {key}: no such file: {root / name}")
    return target


def _plainly(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "missing key"
    return message.removeprefix("Value error, ")


def _of_files(glob: str) -> str:
    """Python before 3.13 matches a final `**` with folders only."""
    return f"{glob}/*" if glob.endswith("**") else glob


def _read_any(path: Path) -> str | bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise TargetError(f"{path}: not UTF-8; convert it, or leave it out of `files`") from None
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
