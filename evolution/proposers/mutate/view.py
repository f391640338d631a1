"""A parent as the proposer sees it: its editable regions, each with the scene that operators work on."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from evolution.proposers.mutate.facts import facts
from evolution.proposers.mutate.regions import Region, editable
from evolution.proposers.mutate.scene import Scene
from evolution.proposers.mutate.survey import survey
from target_modules.patch.tree import Tree


@dataclass
class Plot:
    """A region with its text, which always ends in a line end, and its scene once it is asked for."""

    region: Region
    text: str
    added: bool  # the line end is not in the file
    scene: Scene | None = None
    unreadable: bool = False


class View:
    """The plots of one tree. A longer region is drawn more often, as it has more places to change."""

    def __init__(self, tree: Tree, specs: tuple[str, ...]) -> None:
        self.tree = tree
        self.plots: list[Plot] = []
        for path, text in tree.files.items():
            if path.endswith(".py"):
                for region in editable(path, text, specs):
                    piece = text[region.start : region.end]
                    added = not piece.endswith(("\n", "\r"))
                    self.plots.append(Plot(region, piece + "\n" if added else piece, added))
        self._marks = list(accumulate(len(plot.text) for plot in self.plots))

    def draw(self, rng: Random) -> Plot:
        return self.plots[bisect_right(self._marks, rng.random() * self._marks[-1])]

    def scene(self, plot: Plot) -> Scene | None:
        """The plot's scene, or None where it cannot be read."""
        if plot.scene is None and not plot.unreadable:
            found = survey(plot.text, plot.region.nested)
            if found is None or not (found.exprs or found.statements):
                plot.unreadable = True
            else:
                plot.scene = Scene(found, facts(self.tree[plot.region.path]))
        return plot.scene


class Views:
    """The last views, by tree: a parent is drawn again and again."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], View] = OrderedDict()

    def of(self, tree: Tree, specs: tuple[str, ...]) -> View:
        key = (tree.id, specs)
        view = self._kept.get(key)
        if view is None:
            view = self._kept[key] = View(tree, specs)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return view
