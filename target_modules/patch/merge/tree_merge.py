"""Three-way merge of trees by symbol: what two variants changed since their common ancestor, in one tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pygent.target_modules.patch.merge.merge_levels import Changes, Side, settled
from pygent.target_modules.patch.merge.merge_nodes import Source
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError

__all__ = ["Merged", "Side", "merge"]

T = TypeVar("T")


@dataclass(frozen=True)
class Merged:
    """The result of a merge: a tree, or the names of what clashed (then `tree` is None).

    Names are `path:qualified.name`, or the path alone if a file is taken or clashes as a whole. `took` says
    whose version the tree has of everything that differs from the base.
    """

    tree: Tree | None
    conflicts: tuple[str, ...]
    took: Mapping[str, Side]


def merge(base: Tree, ours: Tree, theirs: Tree) -> Merged:
    """Merge both sides' changes of `base`; never raises, whatever the files hold.

    A change that one side alone made, or both made alike, is taken; two different changes of one symbol are a
    conflict. If both sides changed different members of a class, it is merged member by member. Imports are
    united: one that a side dropped stays for the other side's code, unless the first side has bound its name
    otherwise. If both sides added something in one place, ours comes first. Two changes of a file that does
    not parse (before, after or merged), or is not Python, are a conflict of the whole file.
    """
    changes = Changes()
    files: dict[str, str] = {}
    for path in sorted({*base, *ours, *theirs}):
        before, here, there = (tree.files.get(path) for tree in (base, ours, theirs))
        if settled(before, here, there):
            text = there if here == before else here
            if text != before:
                changes.take(path, before, here, there)
        else:
            text = _file(path, before, here, there, changes)
            if text is None:
                changes.clash(path)
        if text is not None:
            files[path] = text
    for path in files:
        above = path.rpartition("/")[0]
        while above:
            if above in files:
                changes.clash(above)  # one side has a file and the other a folder
            above = above.rpartition("/")[0]
    conflicts = tuple(sorted(changes.conflicts))
    took = dict(sorted(changes.took.items()))
    return Merged(None if conflicts else Tree(files), conflicts, took)


def _file(path: str, before: str | None, here: str | None, there: str | None, changes: Changes) -> str | None:
    """The merged file; None if it conflicts as a whole. Conflicts of symbols go to `changes`."""
    if before is None or here is None or there is None or not path.endswith(".py"):
        return None
    try:
        sources = base, ours, theirs = Source(before), Source(here), Source(there)
    except NotPythonError:
        return None
    known = len(changes.conflicts)
    text = changes.level(base.top, ours.top, theirs.top, f"{path}:", ours.newline)
    if len(changes.conflicts) > known:
        return text  # unused, as there will be no tree
    if not _chosen(*(one.is_closed for one in sources)):
        text = text.removesuffix("\n").removesuffix("\r")
    text = _chosen(*(one.bom for one in sources)) + text
    try:
        outline(text)
    except NotPythonError:
        return None
    return text


def _chosen(before: T, here: T, there: T) -> T:
    """Choose a value that has only two states: if one side changed it, the change."""
    return there if here == before else here
