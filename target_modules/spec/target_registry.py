"""Which targets exist: the bundled ones by name, others by their folder; and who builds on whom."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.trust.exhibit import require
from pygent.target_modules.trust.target_exhibits import of_target

BUNDLED = Path(__file__).parents[1] / "bundled"
FILE = "target.toml"


def bundled() -> list[Target]:
    """The targets that ship with the product, by name."""
    return [load(file.parent, ours=True) for file in sorted(BUNDLED.glob(f"*/{FILE}"))]


def find_target(name: str) -> Target:
    """Find a bundled target by its name, or any by its folder (or its target.toml).

    A bundled target's name takes precedence over a folder of that name here (`./name` means the folder).
    Raises `TargetError` if there is none.
    """
    path = Path(name)
    if path.name == FILE and path.is_file():
        return _loaded(path.parent)
    if name and path.name == name and (BUNDLED / name / FILE).is_file():
        return _loaded(BUNDLED / name)
    if name and path.is_dir():
        return _loaded(path)
    names = ", ".join(target.name for target in bundled())
    raise TargetError(f"{name}: no such target; give a folder with a {FILE}, or one of: {names}")


def _loaded(folder: Path) -> Target:
    return load(folder, ours=folder.resolve().parent == BUNDLED.resolve())


def find_to_run(name: str) -> Target:
    """Find a target to measure: also raises `UntrustedError` if nobody has agreed to what it would run."""
    target = find_target(name)
    require(*of_target(target))
    return target


def in_order(targets: Iterable[Target]) -> list[Target]:
    """The targets, each after those that it builds on, otherwise by name.

    Raises `TargetError` if one is missing, two share a name, or they depend on each other in a circle.
    """
    known: dict[str, Target] = {}
    for target in targets:
        if target.name in known and known[target.name].root != target.root:
            raise TargetError(
                f"{target.root / FILE}: name: {target.name} is also in {known[target.name].root}"
            )
        known[target.name] = target
    for target in known.values():
        for name in target.manifest.depends:
            if name not in known:
                raise TargetError(f"{target.root / FILE}: depends: no target is named {name}")
    sorter = TopologicalSorter({name: sorted(known[name].manifest.depends) for name in sorted(known)})
    try:
        return [known[name] for name in sorter.static_order()]
    except CycleError as error:
        circle = list(reversed(error.args[1]))  # from the one that builds to the one that is built on
        first = known[circle[0]]
        raise TargetError(f"{first.root / FILE}: depends: a cycle: {' -> '.join(circle)}") from None


def with_dependencies(target: Target) -> list[Target]:
    """A target after all that it builds on: bundled ones, and those in sibling folders.

    Raises `TargetError` as `in_order` does.
    """
    near = {one.name: one for one in bundled()}
    if target.manifest.depends:
        near |= {one.name: one for one in _siblings(target)}
    near[target.name] = target
    wanted: dict[str, Target] = {}
    waiting = [target]
    while waiting:
        one = waiting.pop()
        if one.name in wanted:
            continue
        wanted[one.name] = one
        for name in one.manifest.depends:
            if name not in near:
                raise TargetError(f"{one.root / FILE}: depends: no target is named {name}")
            waiting.append(near[name])
    return in_order(wanted.values())


def _siblings(target: Target) -> list[Target]:
    folders = (file.parent for file in sorted(target.root.parent.glob(f"*/{FILE}")))
    return [load(folder) for folder in folders if folder.resolve() != target.root]
