"""A parent as the proposer sees it: its editable regions, each with the scene that operators work on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from random import Random

from cachetools import LRUCache

from pygent.evolution.proposers.mutate.change import RegionChange
from pygent.evolution.proposers.mutate.file_symbols import Facts, combined, facts
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.region_index import survey
from pygent.evolution.proposers.mutate.regions import Region, editable, outside
from pygent.target_modules.fault_localization import LineWeights
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import split_lines

_LEAST = 60  # characters that a region counts as at least, so that a constant is drawn sometimes
_FLOOR = 0.05  # largest chance of the least suspicious lines, if that of the most suspicious is 1
_COLD = 0.15  # largest chance of all of them together, in long files, against all suspicious lines


class Chances:
    """How readily changes to a plot's lines are accepted: up to 1, which only some plots reach.

    `size` is the length of the plot's text, with each line counted in that proportion.
    """

    def __init__(self, text: str, chances: Sequence[float]) -> None:
        sizes = [len(line) for line in split_lines(text)]
        self._starts = list(accumulate(sizes, initial=0))[:-1]
        self._chances = chances
        self._peak = max(chances)
        self.size = sum(map(mul, sizes, chances))

    def of(self, change: RegionChange) -> float:
        """A change's chance, relative to the plot's most suspicious line.

        It is that of the most suspicious line that is touched, or that something is put before or after.
        """
        return max(self._at(one.start, one.end) for one in change.splices) / self._peak

    def _at(self, start: int, end: int) -> float:
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = max(bisect_right(self._starts, max(start, end - 1)), first + 1)
        if start == end:
            first = max(first - 1, 0)
        return max(self._chances[first:last], default=self._chances[-1])


@dataclass
class WeightedRegion:
    """A region with its text, which always ends in a line end, and its scene, made when first requested."""

    region: Region
    text: str
    added: bool  # the line end is not in the file
    chances: Chances | None = None  # None: all places are alike
    scene: OperatorContext | None = None
    unreadable: bool = False


class View:
    """The plots of one tree.

    A longer region is drawn more often, as it has more places to change; so is one with suspicious lines.
    """

    def __init__(self, tree: Tree, specs: tuple[str, ...], weights: LineWeights | None = None) -> None:
        self.tree = tree
        self.plots: list[WeightedRegion] = []
        self._specs = specs
        for path, text in tree.files.items():
            for region in editable(path, text, specs) if path.endswith(".py") else ():
                lines = text[region.start : region.end]
                added = not lines.endswith(("\n", "\r"))
                self.plots.append(WeightedRegion(region, lines + "\n" if added else lines, added))
        if weights is not None:
            self._weigh(weights)
        self._marks = list(accumulate(map(_size, self.plots)))
        self._facts: dict[str, Facts] = {}

    def draw(self, rng: Random) -> WeightedRegion:
        return self.plots[bisect_right(self._marks, rng.random() * self._marks[-1])]

    def scene(self, plot: WeightedRegion) -> OperatorContext | None:
        """The plot's scene, or None if it cannot be read."""
        if plot.scene is None and not plot.unreadable:
            found = survey(plot.text, plot.region.nested)
            if found is None or not (found.exprs or found.statements):
                plot.unreadable = True
            else:
                plot.scene = OperatorContext(found, self._facts_of(plot.region.path))
        return plot.scene

    def _weigh(self, weights: LineWeights) -> None:
        lines = {
            path: weights.of_lines(path, self.tree[path])
            for path in dict.fromkeys(plot.region.path for plot in self.plots)
        }
        of_plots: list[list[float]] = []
        total = suspicious = 0.0
        for plot in self.plots:
            first, texts = plot.region.line - 1, split_lines(plot.text)
            of_plots.append(lines[plot.region.path][first : first + len(texts)])
            total += len(plot.text)
            suspicious += sum(map(mul, map(len, texts), of_plots[-1]))
        highest = max((weight for found in of_plots for weight in found), default=0.0)
        if highest:
            floor = min(_FLOOR, _COLD * suspicious / highest / total)
            for plot, found in zip(self.plots, of_plots, strict=True):
                plot.chances = Chances(plot.text, [max(floor, weight / highest) for weight in found])

    def _facts_of(self, path: str) -> Facts:
        known = self._facts.get(path)
        if known is None:
            own = (facts(plot.text, plot.region.nested) for plot in self.plots if plot.region.path == path)
            known = self._facts[path] = combined([*own, *outside(path, self.tree[path], self._specs)])
        return known


def _size(plot: WeightedRegion) -> float:
    return max(_LEAST, len(plot.text)) if plot.chances is None else plot.chances.size


class Views:
    """The last views, by tree."""

    def __init__(self, weights: Callable[[], LineWeights | None]) -> None:
        self._weights = weights
        self._kept: LRUCache[tuple[str, tuple[str, ...]], View] = LRUCache(64)

    def of(self, tree: Tree, specs: tuple[str, ...]) -> View:
        key = (tree.id, specs)
        view = self._kept.get(key)
        if view is None:
            view = self._kept[key] = View(tree, specs, self._weights())
        return view
