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
    """What came of a merge: a tree, or the names of what clashed (then `tree` is None).

    Names are `path:qualified.name`, and the path alone where a file is taken or clashes as a whole. `took`
    says of everything that is not as in the base whose version the tree has.
    """

    tree: Tree | None
    conflicts: tuple[str, ...]
    took: Mapping[str, Side]


def merge(base: Tree, ours: Tree, theirs: Tree) -> Merged:
    """Both sides' changes of `base`; never raises, whatever the files hold.

    What one side alone changed is taken, and what both changed alike; two different changes of one symbol
    are a conflict. A class of which both sides changed different members is merged member by member.
    Imports are united: one that a side no longer has stays for the other side's code, unless the first has
    bound its name otherwise. What both sides added in one
    place stands in our order, theirs behind it.
    Two changes of a file that does not parse (before, after or merged), or is not Python, are a conflict of
    the whole file.
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
                changes.clash(above)  # one side has a file where the other has a folder
            above = above.rpartition("/")[0]
    conflicts = tuple(sorted(changes.conflicts))
    took = dict(sorted(changes.took.items()))
    return Merged(None if conflicts else Tree(files), conflicts, took)


def _file(path: str, before: str | None, here: str | None, there: str | None, changes: Changes) -> str | None:
    """The merged file; None where it is a conflict as a whole. Conflicts of symbols go to `changes`."""
    if before is None or here is None or there is None or not path.endswith(".py"):
        return None
    try:
        sources = base, ours, theirs = Source(before), Source(here), Source(there)
    except NotPythonError:
        return None
    known = len(changes.conflicts)
    text = changes.level(base.top, ours.top, theirs.top, f"{path}:", ours.newline)
    if len(changes.conflicts) > known:
        return text  # of no use, as there will be no tree
    if not _chosen(*(one.is_closed for one in sources)):
        text = text.removesuffix("\n").removesuffix("\r")
    text = _chosen(*(one.bom for one in sources)) + text
    try:
        outline(text)
    except NotPythonError:
        return None
    return text


def _chosen(before: T, here: T, there: T) -> T:
    """Of a value that can have but two states: where one side changed it, the change."""
    return there if here == before else here
