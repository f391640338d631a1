"""A parent as the proposer sees it: its editable regions, each with the scene that operators work on."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from evolution.proposers.mutate.facts import Facts, combined, facts, gathered
from evolution.proposers.mutate.regions import Region, editable
from evolution.proposers.mutate.scene import Scene
from evolution.proposers.mutate.survey import survey
from target_modules.patch.source import parse
from target_modules.patch.tree import Tree


_LEAST = 60  # characters that a region counts for at least, so that a constant is drawn at times


@dataclass(frozen=True)
class Frame:
    """Where a tree's regions lie, and the facts of what lies outside of them, by path."""

    regions: tuple[Region, ...]
    outside: Mapping[str, Facts]

    @classmethod
    def of(cls, tree: Tree, specs: tuple[str, ...]) -> Frame:
        regions: list[Region] = []
        outside = {}
        for path, text in tree.files.items():
            found = editable(path, text, specs) if path.endswith(".py") else []
            if found:
                regions += found
                lines = {line for region in found for line in range(region.line, region.last + 1)}
                rest = [
                    node
                    for node in parse(text).body
                    if lines.isdisjoint(range(node.lineno, (node.end_lineno or node.lineno) + 1))
                ]
                outside[path] = gathered(rest, top=True)
        return cls(tuple(regions), outside)

    def changed(self, index: int, before: str, after: str) -> Frame:
        """The frame of a child that differs in one region: what follows in the file moves."""
        one = self.regions[index]
        moved, lower = len(after) - len(before), after.count("\n") - before.count("\n")
        regions = list(self.regions)
        regions[index] = replace(one, end=one.end + moved, last=one.last + lower)
        for place in range(index + 1, len(regions)):
            other = regions[place]
            if other.path != one.path:
                break
            regions[place] = replace(
                other,
                start=other.start + moved,
                end=other.end + moved,
                line=other.line + lower,
                last=other.last + lower,
            )
        return Frame(tuple(regions), self.outside)


@dataclass
class Plot:
    """A region with its text, which always ends in a line end, and its scene once it is asked for."""

    index: int
    region: Region
    text: str
    added: bool  # the line end is not in the file
    scene: Scene | None = None
    unreadable: bool = False


class View:
    """The plots of one tree. A longer region is drawn more often, as it has more places to change."""

    def __init__(self, tree: Tree, frame: Frame) -> None:
        self.tree = tree
        self.frame = frame
        self.plots: list[Plot] = []
        for index, region in enumerate(frame.regions):
            piece = tree[region.path][region.start : region.end]
            added = not piece.endswith(("\n", "\r"))
            self.plots.append(Plot(index, region, piece + "\n" if added else piece, added))
        self._marks = list(accumulate(max(_LEAST, len(plot.text)) for plot in self.plots))
        self._facts: dict[str, Facts] = {}

    def draw(self, rng: Random) -> Plot:
        return self.plots[bisect_right(self._marks, rng.random() * self._marks[-1])]

    def scene(self, plot: Plot) -> Scene | None:
        """The plot's scene, or None where it cannot be read."""
        if plot.scene is None and not plot.unreadable:
            found = survey(plot.text, plot.region.nested)
            if found is None or not (found.exprs or found.statements):
                plot.unreadable = True
            else:
                plot.scene = Scene(found, self._facts_of(plot.region.path))
        return plot.scene

    def _facts_of(self, path: str) -> Facts:
        known = self._facts.get(path)
        if known is None:
            own = (facts(plot.text, plot.region.nested) for plot in self.plots if plot.region.path == path)
            known = self._facts[path] = combined([*own, self.frame.outside[path]])
        return known


class Views:
    """The last views, by tree, and the frames of the last children, so that no file is parsed twice."""

    def __init__(self, size: int = 64, children: int = 2048) -> None:
        self._size = size
        self._children = children
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], View] = OrderedDict()
        self._frames: OrderedDict[tuple[str, tuple[str, ...]], tuple[Frame, int, str, str]] = OrderedDict()

    def of(self, tree: Tree, specs: tuple[str, ...]) -> View:
        key = (tree.id, specs)
        view = self._kept.get(key)
        if view is not None:
            self._kept.move_to_end(key)
            return view
        known = self._frames.get(key)
        if known is None:
            frame = Frame.of(tree, specs)
        else:
            parent, index, before, after = known
            frame = parent.changed(index, before, after)
        view = self._kept[key] = View(tree, frame)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return view

    def born(self, child: Tree, specs: tuple[str, ...], view: View, plot: Plot, text: str) -> None:
        """Remembers how a child came about, in case it becomes a parent."""
        self._frames[child.id, specs] = (view.frame, plot.index, plot.text, text)
        if len(self._frames) > self._children:
            self._frames.popitem(last=False)
