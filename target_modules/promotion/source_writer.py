"""Write a variant into the real source, and take it back, byte for byte.

Before anything is written, the originals and the new files are kept in a folder below `<home>/applied/`;
`rollback` reads that folder, so it works even after a crash halfway. It trusts only records written here for
this user: a record can name any file of this machine, and a home may come from somebody else.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pygent.atomic import remove_leftovers, write_file
from pygent.target_modules.patch.apply import check_path
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.promotion import repository
from pygent.target_modules.trust import trust_store

RECORD = "applied.json"


class PromotionError(Exception):
    """Nothing was written. The text is one line: what is in the way and what to do."""


@dataclass(frozen=True)
class Application:
    """One `apply`: where, what, and how to undo it. Hashes are SHA-256 of the bytes, None for no file.

    `proved` means that the `apply` is complete; otherwise it was interrupted, or is still at work.
    """

    variant: str
    folder: str
    when: float
    before: dict[str, str | None]
    after: dict[str, str | None]
    branch: str | None = None
    previous: str | None = None
    commit: str | None = None
    proved: bool = True


def apply(
    home: Path, variant: str, folder: Path, before: Tree, after: Tree, *, message: str, hooks: bool = False
) -> Application:
    """Turn `before`, as it is in `folder`, into `after`.

    In a git repository a branch `pygent/<variant>` is made and the change is committed there; with `hooks`,
    the repository's own hooks run. Raises `PromotionError` if the source has changed since the run began, and
    `GitError` if git refuses; then everything is as before.
    """
    changed = [path for path in sorted({*before, *after}) if before.files.get(path) != after.files.get(path)]
    if not changed:
        raise PromotionError(f"variant {variant} changes nothing")
    _keep_inside(folder, changed)
    if stale := [path for path in before if _hash(folder / path) != _hash_of(before[path].encode())]:
        raise PromotionError(
            f"{folder / stale[0]} has changed since the run began: "
            "apply to a copy with --to, or start a new run"
        )
    for path in changed:
        if path not in before and (folder / path).exists():
            raise PromotionError(f"{folder / path} is in the way: the variant creates that file")
    applied = Application(
        variant=variant,
        folder=str(folder.resolve()),
        when=time.time(),
        before={path: _hash(folder / path) for path in changed},
        after={path: _hash_of(after[path].encode()) if path in after else None for path in changed},
        proved=False,
    )
    place = _keep(home, applied, folder)
    git = repository.find(folder, hooks=hooks)
    if git is not None:
        branch = git.free_branch(f"pygent/{variant}")
        applied = replace(applied, branch=branch, previous=git.head())
        _write_record(place, applied)
        git.switch_new(branch)
    _write(folder, {path: after.files[path].encode() if path in after else None for path in changed})
    if git is not None:
        try:
            commit = git.commit([folder / path for path in changed], message)
        except repository.GitError:
            rollback(home, variant)
            git.delete_branch(branch)
            raise
        applied = replace(applied, commit=commit)
        _write_record(place, applied)
    return applied


def proved(home: Path, variant: str) -> None:
    """Note that an application is complete."""
    place, applied = latest(home, variant)
    _write_record(place, replace(applied, proved=True))


def copy_to(folder: Path, after: Tree) -> None:
    """Write the whole tree into a new or empty folder. Raises `PromotionError` for any other."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PromotionError(f"{folder} is not an empty folder; --to writes a copy into a new one")
    _keep_inside(folder, after)
    _write(folder, {path: text.encode() for path, text in after.files.items()})


def _keep_inside(folder: Path, paths: Iterable[str]) -> None:
    """Refuse paths that lead out of the folder (even by a link), or into a repository's own files."""
    root = folder.resolve()
    for path in paths:
        parts = path.split("/")
        own = any(part.lower() == ".git" for part in parts)
        if check_path(path) or own or not (root / path).parent.resolve().is_relative_to(root):
            raise PromotionError(f"{path!r} is not among the source files of {folder}")


def applications(home: Path) -> list[tuple[Path, Application]]:
    """The current applications, the latest last, each with the folder that can undo it."""
    files = sorted((home / "applied").glob(f"*/{RECORD}"))
    return [(file.parent, Application(**json.loads(file.read_text()))) for file in files]


def is_ours(place: Path) -> bool:
    """Whether the record of an application was written for this user."""
    return trust_store.has(_hash_of((place / RECORD).read_bytes()), trust_store.folder("applied"))


def rollback(home: Path, variant: str | None = None, *, force: bool = False) -> Application:
    """Undo the latest `apply`, or that of `variant`.

    Raises `PromotionError` if there is none, if a later one must be undone first, if it is not this user's,
    or if the files were changed since (`force` overwrites them).
    """
    place, applied = latest(home, variant)
    if not is_ours(place):
        raise PromotionError(
            f"{place / RECORD} was not written here for you, and could overwrite any file: {applied.folder} "
            f"has the applied files; the originals are in {place / 'before'}"
        )
    folder = Path(applied.folder)
    for path, ours in applied.after.items():
        found = _hash(folder / path)
        if found not in (ours, applied.before[path]) and not force:
            raise PromotionError(
                f"{folder / path} was changed after variant {applied.variant} was applied: "
                "save your change elsewhere, or give --force to lose it"
            )
    git = repository.find(folder)
    if git is not None and applied.previous is not None and git.head() == applied.branch:
        git.restore([folder / path for path in applied.after])
        git.switch(applied.previous)
    originals = {
        path: (place / "before" / path).read_bytes() if digest is not None else None
        for path, digest in applied.before.items()
    }
    _write(folder, originals)
    for path, digest in applied.before.items():
        if _hash(folder / path) != digest:
            raise PromotionError(
                f"{folder / path} could not be restored; the original is in {place / 'before'}"
            )
    for path in applied.before:
        remove_leftovers(folder / path)  # of an application that was interrupted
    here = str(place.resolve())
    (place / RECORD).unlink()  # first, so that a half-removed record is not taken for something to undo
    trust_store.drop(lambda text: text == here, trust_store.folder("applied"))
    shutil.rmtree(place)
    return applied


def latest(home: Path, variant: str | None = None) -> tuple[Path, Application]:
    """What a rollback would undo, and the folder that can. Raises `PromotionError` as it does."""
    done = applications(home)
    if not done:
        raise PromotionError(f"nothing was applied from {home}")
    if variant is None:
        return done[-1]
    mine = [number for number, (_, one) in enumerate(done) if one.variant == variant]
    if not mine:
        raise PromotionError(f"variant {variant} is not applied; {done[-1][1].variant} was the last")
    place, applied = done[mine[-1]]
    for _, later in done[mine[-1] + 1 :]:
        if later.folder == applied.folder and (
            later.branch is not None or later.after.keys() & applied.after.keys()
        ):
            raise PromotionError(
                f"variant {later.variant} was applied on top of {variant}: roll that back first"
            )
    return place, applied


def _keep(home: Path, applied: Application, folder: Path) -> Path:
    place = home / "applied" / f"{time.time_ns():020d}-{applied.variant}"
    for path, digest in applied.before.items():
        if digest is not None:
            kept = place / "before" / path
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / path, kept)
    place.mkdir(parents=True, exist_ok=True)
    _write_record(place, applied)
    return place


def _write_record(place: Path, applied: Application) -> None:
    text = json.dumps(asdict(applied), indent=2).encode()
    trust_store.keep(_hash_of(text), str(place.resolve()), trust_store.folder("applied"))
    write_file(place / RECORD, text, alone=True)


def _write(folder: Path, files: dict[str, bytes | None]) -> None:
    for path, data in files.items():
        file = folder / path
        if data is None:
            file.unlink(missing_ok=True)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_file(file, data, alone=True)


def _hash(file: Path) -> str | None:
    try:
        return _hash_of(file.read_bytes())
    except FileNotFoundError:
        return None


def _hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
