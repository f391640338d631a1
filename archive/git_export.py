"""Write a run as a git repository, so that ordinary tools can read its history."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pygent.archive import git_command
from pygent.archive.records import ArchiveError, Status, VariantRecord
from pygent.archive.store import ArchiveStore

# without the user's own git settings, so that an export is the same everywhere
_EVERYWHERE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f<>]+")


@dataclass(frozen=True)
class Exported:
    """The number of commits, and one line for each variant or file that git could not hold."""

    commits: int
    left_out: tuple[str, ...]


def export(archive: ArchiveStore, run: str, folder: Path) -> Exported:
    """Make a repository at `folder` (new or empty) with one commit per variant that has a tree.

    Parents become git parents. `refs/variants/<attempt>` names each commit, branch `best` the run's best
    variant (checked out), branch `baseline` the first, tag `champion-<attempt>` each champion. The same run
    yields the same commits. Raises `ArchiveError` also if git is missing or fails.
    """
    run = archive.runs.get(run).id
    if shutil.which("git") is None:
        raise ArchiveError("git: not installed; an export needs it (on Debian: apt-get install git)")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchiveError(f"{folder}: exists and is not empty; give a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{folder}: cannot be made: {error.strerror}") from None
    _git(folder, "init", "--quiet", "--initial-branch=best", ".")
    exported = _import(archive, run, folder)
    _git(folder, "pack-refs", "--all")
    if archive.variants.best(run) is not None and exported.commits:
        _git(folder, "reset", "--quiet", "--hard")
    return exported


def _import(archive: ArchiveStore, run: str, folder: Path) -> Exported:
    words = ("fast-import", "--quiet", "--done", "--date-format=raw")
    with subprocess.Popen(
        git_command.command(folder, *words, more=_EVERYWHERE),
        env=git_command.environment(_EVERYWHERE),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            exported = _stream(archive, run, process.stdin)
            process.stdin.close()
        except BrokenPipeError:
            exported = Exported(0, ())
        except BaseException:
            process.kill()
            raise
        errors = process.stderr.read().decode(errors="replace").strip()
        if process.wait() != 0:
            raise ArchiveError(
                f"{folder}: git fast-import failed: {(errors.splitlines() or ['no message'])[0]}"
            )
    return exported


def _stream(archive: ArchiveStore, run: str, out: IO[bytes]) -> Exported:
    marks: dict[str, int] = {}
    left_out: list[str] = []
    heads: dict[str, str] = {}
    for variant in archive.variants.list_(run=run):
        if variant.tree is None:
            left_out.append(f"attempt {variant.attempt} ({variant.id}): has no files ({variant.reason})")
            continue
        files = archive.variants.files(variant.tree)
        kept = _holdable(files)
        lost = sorted(files.keys() - kept.keys())
        left_out += [f"attempt {variant.attempt} ({variant.id}): git cannot hold {path!r}" for path in lost]
        mark = variant.attempt + 1
        for chunk in _commit(variant, mark, [marks[p] for p in variant.parents if p in marks], kept):
            out.write(chunk)
        marks[variant.id] = mark
        if variant.attempt == 0:
            heads["refs/heads/baseline"] = variant.id
        if variant.status is Status.CHAMPION:
            heads[f"refs/tags/champion-{variant.attempt}"] = variant.id
    best = archive.variants.best(run)
    if best is not None:
        heads["refs/heads/best"] = best.id
    for ref, id in heads.items():
        if id in marks:
            out.write(f"reset {ref}\nfrom :{marks[id]}\n\n".encode())
    out.write(b"done\n")
    return Exported(len(marks), tuple(left_out))


def _commit(
    variant: VariantRecord, mark: int, parents: list[int], files: Mapping[str, str]
) -> Iterator[bytes]:
    when = f"{max(0, int(variant.created))} +0000"
    author = _CONTROL.sub(" ", variant.proposer).strip() or "unknown"
    yield f"commit refs/variants/{variant.attempt}\nmark :{mark}\n".encode()
    yield f"author {author} <pygent> {when}\ncommitter PyGent Factory <pygent> {when}\n".encode()
    yield _data(_message(variant).encode("utf-8", "backslashreplace"))
    for i, parent in enumerate(dict.fromkeys(parents)):
        yield f"{'merge' if i else 'from'} :{parent}\n".encode()
    yield b"deleteall\n"
    for path, text in files.items():
        yield b"M 100644 inline " + _quoted(path) + b"\n"
        yield _data(text.encode())
    yield b"\n"


def _message(variant: VariantRecord) -> str:
    score = "no score" if variant.score is None else f"score {variant.score:.6g}"
    lines = [f"Attempt {variant.attempt}: {variant.status}, {score}", ""]
    if variant.reason:
        lines += [variant.reason.replace("\0", "\\x00"), ""]
    lines += [f"Variant: {variant.id}", f"Proposer: {variant.proposer}", f"Operator: {variant.operator}"]
    lines += [f"Generation: {variant.generation}", *(f"Parent: {parent}" for parent in variant.parents)]
    return "\n".join(lines) + "\n"


def _holdable(files: Mapping[str, str]) -> dict[str, str]:
    """The files whose paths git accepts; a model may have chosen the paths."""
    kept: dict[str, str] = {}
    for path, text in sorted(files.items()):
        parts = path.split("/")
        above = {"/".join(parts[:i]) for i in range(1, len(parts))}
        odd = any(part in ("", ".", "..") or part.lower().startswith(".git") for part in parts)
        if not odd and "\0" not in path and not (above & kept.keys()):
            kept[path] = text
    return kept


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return b'"' + escaped.encode() + b'"'


def _git(folder: Path, *arguments: str) -> None:
    done = git_command.run(folder, *arguments, more=_EVERYWHERE)
    if done.returncode != 0:
        message = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise ArchiveError(f"{folder}: git {arguments[0]} failed: {message}")
