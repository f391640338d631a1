"""A parent as the proposer sees it: its editable regions, each with the scene that operators work on."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from evolution.proposers.mutate.facts import Facts, combined, facts
from evolution.proposers.mutate.regions import Region, editable, outside
from evolution.proposers.mutate.scene import Scene
from evolution.proposers.mutate.survey import survey
from target_modules.patch.tree import Tree

_LEAST = 60  # characters that a region counts for at least, so that a constant is drawn at times


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
        self._specs = specs
        for path, text in tree.files.items():
            for region in editable(path, text, specs) if path.endswith(".py") else ():
                lines = text[region.start : region.end]
                added = not lines.endswith(("\n", "\r"))
                self.plots.append(Plot(region, lines + "\n" if added else lines, added))
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
            known = self._facts[path] = combined([*own, *outside(path, self.tree[path], self._specs)])
        return known


class Views:
    """The last views, by tree."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], View] = OrderedDict()

    def of(self, tree: Tree, specs: tuple[str, ...]) -> View:
        key = (tree.id, specs)
        view = self._kept.get(key)
        if view is not None:
            self._kept.move_to_end(key)
            return view
        view = self._kept[key] = View(tree, specs)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return view
