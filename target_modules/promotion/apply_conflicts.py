"""How the real source compares with a variant that is to be written into it."""

from __future__ import annotations

from pathlib import Path

from pygent.target_modules.patch.merge.tree_merge import merge
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.promotion import repository

NAMES = 12  # of symbols, in one list


def in_the_way(folder: Path, before: Tree, after: Tree) -> list[str]:
    """Why `after` cannot be written over `before` in `folder`; empty if it can.

    The lines name what has changed since: by the folder's owner, by the variant, and by both.
    """
    found = []
    now = {path: _content(folder / path) for path in {*before, *after}}
    stale = sorted(path for path in before if now[path] != before[path])
    added = sorted(path for path in after if path not in before and now[path] is not None)
    changed = {path for path in {*before, *after} if before.files.get(path) != after.files.get(path)}
    if stale:
        here = Tree({path: text for path, text in now.items() if text is not None and path in before})
        found.append(f"{folder / stale[0]} has changed since the run began")
        found += _three_ways(before, here, after)
    found += [f"{folder / path} is in the way: the variant creates that file" for path in added]
    git = repository.find(folder)
    if git is not None and not stale:
        dirty = git.uncommitted([folder / path for path in sorted(changed) if path in before])
        found += [f"{path} has changes that are not committed: commit or stash them first" for path in dirty]
    return found


def _three_ways(base: Tree, yours: Tree, theirs: Tree) -> list[str]:
    merged = merge(base, yours, theirs)
    took = sorted(merged.took.items())
    yours_alone, theirs_alone, alike = (
        [name for name, side in took if side == which] for which in ("ours", "theirs", "both")
    )
    rows = [
        f"  changed by you:         {_names(yours_alone)}",
        f"  changed by the variant: {_names(theirs_alone)}",
    ]
    if alike:
        rows.append(f"  changed alike by both:  {_names(alike)}")
    if merged.conflicts:
        rows.append(f"  changed by both, differently: {_names(merged.conflicts)}")
        rows.append("  undo your change, or evolve the source as it is now")
    else:
        rows.append("  the two do not clash: --to FOLDER writes a copy to merge by hand, or evolve again")
    return rows


def _names(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return ", ".join(names[:NAMES]) + more or "nothing"


def _content(file: Path) -> str | None:
    try:
        return file.read_bytes().decode(errors="surrogateescape")
    except OSError:
        return None
