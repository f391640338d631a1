"""The mutate proposer: patches without a model, for a first run without a key."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from random import Random
from threading import Lock

from pygent.evolution.proposers.mutate.change import RegionChange, splice
from pygent.evolution.proposers.mutate.operator_catalog import cumulative, operators
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.parent_view import Chances, Views, WeightedRegion
from pygent.evolution.proposers.mutate.regions import Region
from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.prompts.quote import line
from pygent.target_modules.fault_localization import LineWeights
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import NotPythonError, compile_only, parse_anew, split_lines
from pygent.target_modules.patch.syntax.top_level_chunks import pieces
from pygent.target_modules.spec.manifest import Target

_STACKED = (0.78, 0.95)  # one operator, two, else three
_WIDTH = 140  # characters; a line may not grow past it, or expressions would swell from child to child
_SHOWN = 60  # characters of a change in its note
_DRAWS = 12  # operators tried for each change before the place is given up
_WEIGHED_DRAWS = 200  # the same with weights, as most changes are then rejected because of their line


class MutateProposer:
    """Changes one editable symbol of the parent by one to three random operators, in about a millisecond.

    It is local and free: all chance comes from `rng`, and `once` is not used. `tries` bounds the search for
    new source; when they are used up, the proposal has no tree and says so. `weights` of lines are requested
    once per parent; if there are any, lines are changed in proportion to their weight.
    """

    name = "mutate"
    waits = False
    exhausted = ""

    def __init__(self, tries: int = 100, weights: Callable[[], LineWeights | None] = lambda: None) -> None:
        self._tries = tries
        self._views = Views(weights)
        self._lock = Lock()

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        with self._lock:
            return self.mutate(parent.tree, target.manifest.editable, rng, seen)

    def mutate(
        self, tree: Tree, editable: tuple[str, ...], rng: Random, seen: Callable[[str], bool]
    ) -> Proposal:
        """A changed tree that is not in `seen`; the same one for the same arguments and `rng`."""
        view = self._views.of(tree, editable)
        if not view.plots:
            return Proposal(
                None, self.name, reason=f"nothing to mutate: no file that parses has {', '.join(editable)}"
            )
        for _ in range(self._tries):
            plot = view.draw(rng)
            scene = view.scene(plot)
            if scene is None:
                continue
            drawn = _changes(scene, plot.chances, rng)
            if not drawn:
                continue
            text = _closed(splice(plot.text, [one for _, change in drawn for one in change.splices]))
            if text == plot.text or _sprawls(plot.text, text) or _trails_off(text):
                continue
            if not _compiles(text, plot.region):
                continue
            child = _child(tree, plot, text)
            if child.id != tree.id and not seen(child.id):
                return Proposal(child, "+".join(name for name, _ in drawn), note=_note(plot, drawn))
        return Proposal(None, self.name, reason=f"no unseen mutation found in {self._tries} tries")


def _changes(scene: OperatorContext, chances: Chances | None, rng: Random) -> list[tuple[str, RegionChange]]:
    """One to three changes at different places, each with its operator's name."""
    chance = rng.random()
    wanted = 1 if chance < _STACKED[0] else 2 if chance < _STACKED[1] else 3
    drawn: list[tuple[str, RegionChange]] = []
    entries, marks = operators(), cumulative()
    for _ in range(wanted * (_DRAWS if chances is None else _WEIGHED_DRAWS)):
        entry = entries[bisect_right(marks, rng.random() * marks[-1])]
        change = entry.operator(scene, rng)
        if change is None or any(change.overlaps(other) for _, other in drawn):
            continue
        if chances is None or rng.random() < chances.of(change):
            drawn.append((entry.name, change))
            if len(drawn) == wanted:
                break
    return drawn


def _closed(text: str) -> str:
    """Without blank lines at the end: they would no longer belong to the symbol."""
    lines = split_lines(text)
    while lines and not lines[-1].strip():
        lines.pop()
    return "".join(lines)


def _sprawls(before: str, after: str) -> bool:
    width = max(map(len, after.splitlines()), default=0)
    return width > _WIDTH and width > max(map(len, before.splitlines()))


def _trails_off(text: str) -> bool:
    """Whether a comment comes last: it would belong to what follows, and no longer to the symbol."""
    return text.rstrip().rpartition("\n")[2].lstrip().startswith("#")


def _compiles(text: str, region: Region) -> bool:
    try:
        if not region.nested:
            return all(piece.fault is None for piece, _ in pieces(text))
        compile_only(parse_anew(f"{'def f():' if region.local else 'if 1:'}\n{text}"))
    except NotPythonError:
        return False
    return True


def _child(tree: Tree, plot: WeightedRegion, text: str) -> Tree:
    region = plot.region
    if plot.added:
        text = text.removesuffix("\n").removesuffix("\r")
    whole = tree[region.path]
    return tree.with_file(region.path, whole[: region.start] + text + whole[region.end :])


def _note(plot: WeightedRegion, drawn: list[tuple[str, RegionChange]]) -> str:
    region = plot.region
    parts = []
    for _, change in sorted(drawn, key=lambda pair: pair[1].start):
        number = region.line + plot.text.count("\n", 0, change.start)
        before, after = line(change.before, _SHOWN), line(change.after, _SHOWN)
        parts.append(f"{region.path}:{number} {region.symbol}: {before} -> {after}")
    return "; ".join(parts)
