"""The recorded order of a run's events, which a resumed or replayed run follows.

The events of a run are that an attempt begins, that its variant goes to a confirmation, that it is committed,
and that people's decisions are heeded. All that a run knows is a pure function of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from pygent.archive.records import Event, EventKind, IndexEntry, Status, VariantRecord
from pygent.archive.store import ArchiveStore


@dataclass(frozen=True)
class RecordedOrder:
    """What is recorded of a run that begins or goes on.

    `own` are the run's events; `variants` its committed attempts by number, which the loop consumes.
    `replayed` are the events of the run that this one replays, without those of people's decisions. These
    are about variants of that run; their effects, which are parents and confirmations, are in its events.
    `unanswered` are the attempts of that run that were never committed: nothing can be replayed of them.
    """

    own: Sequence[Event] = ()
    variants: dict[int, VariantRecord] = field(default_factory=dict)
    replayed: Sequence[Event] = ()
    unanswered: frozenset[int] = frozenset()

    @property
    def followed(self) -> list[Event]:
        """The events of the replayed run that this one has not followed yet."""
        done = {(one.kind, one.number) for one in self.own}
        return [one for one in self.replayed if (one.kind, one.number) not in done]

    @property
    def parents(self) -> dict[int, tuple[int, ...]]:
        """The parents that attempts were given, by number."""
        events = (*self.replayed, *self.own)
        return {one.number: one.parents for one in events if one.kind is EventKind.BEGIN and one.parents}


def recorded_order(
    archive: ArchiveStore, run: str, history: Sequence[VariantRecord], *, window: int, replayed: str | None
) -> RecordedOrder:
    """`history` are the run's committed attempts. Raises `ArchiveError` if a replayed run is not there."""
    own = events_of(archive, run, history, window)
    variants = {one.attempt: one for one in history}
    if replayed is None:
        return RecordedOrder(own, variants)
    members = list(archive.variants.members(replayed))
    before = archive.runs.get(replayed).config.get("window")
    events = events_of(archive, replayed, members, before if isinstance(before, int) else window)
    begun = {one.number for one in events if one.kind is EventKind.BEGIN}
    answered = {0, *(one.attempt for one in members)}  # the baseline needs no answer
    events = [one for one in events if one.kind is not EventKind.HEED]
    return RecordedOrder(own, variants, events, frozenset(begun - answered))


def events_of(
    archive: ArchiveStore, run: str, committed: Sequence[VariantRecord | IndexEntry], window: int
) -> list[Event]:
    """The events of a run with these committed attempts, also of those that an older version made."""
    recorded = archive.events.list_(run)
    older = len(committed) - sum(one.kind is EventKind.COMMIT for one in recorded)
    confirmed = _confirmed(archive, (one for one in committed if one.attempt < older))
    return [*by_number(older, window, confirmed), *recorded]


def _confirmed(archive: ArchiveStore, variants: Iterable[VariantRecord | IndexEntry]) -> set[int]:
    may_be = (Status.ACCEPTED, Status.CHAMPION, Status.REFUSED)
    likely = (one for one in variants if one.status in may_be)
    return {one.attempt for one in likely if archive.variants.records(one.id, kind="confirmation")}


def by_number(attempts: int, window: int, confirmed: Set[int] = frozenset()) -> Iterator[Event]:
    """The order of older versions: commits by number, and attempt n begins after commit n - window."""
    begun = 0
    for number in range(attempts):
        while begun < attempts and (begun == 0 or (begun < number + window and number > 0)):
            yield Event(EventKind.BEGIN, begun)
            begun += 1
        if number in confirmed:
            yield Event(EventKind.CONFIRM, number)
        yield Event(EventKind.COMMIT, number)


def before(archive: ArchiveStore, variant: VariantRecord) -> tuple[list[Event], int]:
    """The beginnings of attempts before a variant's own, and how many attempts were committed by then."""
    events = archive.events.list_(variant.run)
    own = Event(EventKind.BEGIN, variant.attempt)[:2]
    place = next((number for number, one in enumerate(events) if one[:2] == own), None)
    if place is None:  # an older version made it, which committed by number
        return [], variant.attempt
    begun = [one for one in events[:place] if one.kind is EventKind.BEGIN]
    ended = sum(one.kind is EventKind.COMMIT for one in events[:place])
    older = begun[0].number if begun else variant.attempt
    return begun, older + ended
