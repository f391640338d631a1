"""What of a run may be somebody's own: one registry for each extension point of this room.

Suites and sandboxes have theirs where they are at home: `benchmarks.suites.suite_registry` and
`sandbox.backends.select`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pygent.extensions import ExtensionError, ExtensionFile, Registry, describe, is_reference, read
from pygent.sandbox.backends.select import SANDBOXES

if TYPE_CHECKING:
    from pygent.evolution.protocols import Acceptor, Proposer, Selector
    from pygent.evolution.run.trackers import Tracker

T = TypeVar("T")

AUTO = "auto"
PROPOSERS: Registry[Proposer] = Registry(
    "proposer",
    "pygent.proposers",
    {
        AUTO: "",
        "mutate": "pygent.evolution.proposers.factory:mutate",
        "llm": "pygent.evolution.proposers.factory:llm",
        "agent": "pygent.evolution.proposers.factory:agent",
    },
    needs=("propose",),
    attributes=("name", "waits", "exhausted"),
)
SELECTORS: Registry[Selector] = Registry(
    "selector",
    "pygent.selectors",
    {
        "dgm": "pygent.evolution.search.selectors:DgmSelector",
        "best": "pygent.evolution.search.selectors:BestSelector",
        "random": "pygent.evolution.search.selectors:RandomSelector",
    },
    needs=("add", "remove", "select", "chosen"),
)
ACCEPTORS: Registry[Acceptor] = Registry(
    "acceptor",
    "pygent.acceptors",
    {"paired": "pygent.evolution.search.acceptance:PairedAcceptor"},
    needs=("accept",),
)
TRACKERS: Registry[Tracker] = Registry(
    "tracker",
    "pygent.trackers",
    {"jsonl": "pygent.evolution.run.trackers:JsonLinesTracker"},
    needs=("began", "progressed", "ended"),
)
REGISTRIES: Mapping[str, Registry[Any]] = {
    "proposer": PROPOSERS,
    "selector": SELECTORS,
    "acceptor": ACCEPTORS,
    "trackers": TRACKERS,
    "sandbox": SANDBOXES,
}
FIXED = ("proposer", "selector", "acceptor")  # a run keeps these from its beginning to its end
CODE = ("proposer", "selector", "acceptor", "trackers", "sandbox")  # settings that may name code
POINTS: Mapping[str, str] = {"proposer": AUTO, "selector": "dgm", "acceptor": "paired", "trackers": ""}


@dataclass(frozen=True)
class ExtensionObjects:
    """Objects or classes that were handed over in Python, in place of what the settings name."""

    proposer: object | None = None
    selector: object | None = None
    acceptor: object | None = None
    trackers: tuple[Tracker, ...] = ()

    def described(self) -> dict[str, str]:
        """The settings that a run records for them."""
        given = {key: getattr(self, key) for key in FIXED}
        return {key: describe(one) for key, one in given.items() if one is not None}


NO_OBJECTS = ExtensionObjects()


def made(
    registry: Registry[T], reference: str, given: object | None, digests: Mapping[str, str], *args: object
) -> T:
    """The implementation for a run: the object that was given, or what the reference makes of `args`.

    Raises `ExtensionError` if it cannot be loaded or lacks what the point needs.
    """
    if given is None:
        make = registry.load(reference, digest=digests.get(reference))
        try:
            found: object = make(*args)
        except Exception as error:
            if isinstance(error, ExtensionError) or reference in registry.bundled:
                raise
            words = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise ExtensionError(f"{registry.point} {reference}: cannot be made: {words}") from error
    else:
        found = given(*args) if isinstance(given, type) else given
    return cast("T", registry.conforming(found, reference))


def names(value: str) -> list[str]:
    """The parts of a setting that lists several, separated by commas."""
    return [part for one in value.split(",") if (part := one.strip())]


def references(settings: Mapping[str, object]) -> dict[str, list[str]]:
    """The settings that name code by import string or file, with the references."""
    parts = {key: names(str(settings.get(key) or "")) for key in CODE}
    found = {key: [one for one in listed if is_reference(one)] for key, listed in parts.items()}
    return {key: listed for key, listed in found.items() if listed}


def sources_of(settings: Mapping[str, object]) -> dict[str, ExtensionFile]:
    """The files that the settings name, as they are now, by reference. Raises `ExtensionError`."""
    found = {one: read(one) for listed in references(settings).values() for one in listed}
    return {reference: source for reference, source in found.items() if source is not None}
