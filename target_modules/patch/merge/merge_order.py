"""Match the parts of three versions, and put the merged ones in order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher

from pygent.target_modules.patch.merge.merge_nodes import Level, MergeNode

Id = tuple[object, ...]


@dataclass(frozen=True)
class Version:
    """The parts of a level in their order, by an identity that is the same in all three versions."""

    parts: dict[Id, MergeNode]


def versions(base: Level, ours: Level, theirs: Level) -> tuple[Version, Version, Version]:
    """Identify the parts of a base by number, and an added part by what it is and, if unnamed, where."""
    before: dict[Id, MergeNode] = {(number,): part for number, part in enumerate(base.parts)}
    return Version(before), Version(_identified(base, ours)), Version(_identified(base, theirs))


def ordered(
    before: Version, here: Version, there: Version, kept: Collection[Id]
) -> tuple[list[Id], list[Id]]:
    """The kept parts in order, and those that both sides moved differently.

    The order is ours; what the other side moved or added comes after the part that it follows there. A
    docstring and `__future__` imports come first, or they would lose their meaning.
    """
    moved_here, moved_there = _moved(here), _moved(there)
    common = [id for id in before.parts if id in here.parts and id in there.parts]
    torn: list[Id] = []
    if moved_here & moved_there:
        alike = [id for id in here.parts if id in common] == [id for id in there.parts if id in common]
        torn = [] if alike else [id for id in common if id in moved_here & moved_there]
    spine = [id for id in here.parts if id in kept and id not in moved_there - moved_here]
    placed = set(spine)
    previous: Id | None = None
    for id in there.parts:
        if id not in kept:
            continue
        if id not in placed:
            at = 0 if previous is None else spine.index(previous) + 1
            while at < len(spine) and spine[at] not in there.parts:
                at += 1
            spine.insert(at, id)
            placed.add(id)
        previous = id
    both = {**there.parts, **here.parts}
    return sorted(spine, key=lambda id: _rank(both[id])), torn


def _rank(part: MergeNode) -> int:
    if part.key[0] == "docstring":
        return 0
    return 1 if part.key == ("from", "__future__") else 2


def _identified(base: Level, side: Level) -> dict[Id, MergeNode]:
    known = _matched(base, side)
    found: dict[Id, MergeNode] = {}
    counts: Counter[Id] = Counter()
    anchor = -1
    for number, part in enumerate(side.parts):
        if number in known:
            anchor = known[number]
            found[anchor,] = part
        else:
            what: Id = part.key if part.is_named else (*part.key, part.text, anchor)
            counts[what] += 1
            found["added", *what, counts[what]] = part
    return found


def _matched(base: Level, side: Level) -> dict[int, int]:
    """The parts of a side that are parts of the base, changed or not, by number.

    Among parts with the same key the same text decides, or else the place.
    """
    groups: defaultdict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for which, level in enumerate((base, side)):
        for number, part in enumerate(level.parts):
            groups[part.key][which].append(number)
    known: dict[int, int] = {}
    for old, new in groups.values():
        texts = [base.parts[n].text for n in old], [side.parts[n].text for n in new]
        for tag, low, high, start, end in SequenceMatcher(None, *texts, False).get_opcodes():
            if tag in ("equal", "replace"):
                known.update(zip(new[start:end], old[low:high], strict=False))
    return known


def _moved(side: Version) -> set[Id]:
    """Parts of the base that are out of its order: all but a longest ascending run of them."""
    numbers = [number for number, *_ in side.parts if isinstance(number, int)]
    tops: list[int] = []
    lengths = []
    for number in numbers:
        length = bisect_left(tops, number)
        tops[length : length + 1] = [number]
        lengths.append(length)
    kept: set[int] = set()
    wanted = len(tops) - 1
    for number, length in zip(reversed(numbers), reversed(lengths), strict=True):
        if length == wanted:
            kept.add(number)
            wanted -= 1
    return {(number,) for number in numbers if number not in kept}
