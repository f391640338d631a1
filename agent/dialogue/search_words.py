"""Where the search stands, in sentences: facts, and only those that were counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pygent.agent.dialogue.brief import Brief, SearchState

STALE = 8  # measured programs since the best one, none better: more of the same is no advice then
STATUSES = {
    "champion": "better than the baseline on cases that the search never saw",
    "accepted": "better than its parent in a paired test",
    "valid": "measured, but not shown to be better than its parent",
    "failed": "ran, but an error, a wrong answer or a threshold ruled it out",
    "gated_out": "not run: it did not apply, broke a rule or repeated an earlier program",
    "refused": "ruled out by a person",
    "no_change": "ended without a change",
}


def is_stale(search: SearchState | None) -> bool:
    """Whether many programs were measured since the best one and none has a better score."""
    return search is not None and search.measured >= STALE and not search.ahead


def search_lines(brief: Brief) -> list[str]:
    """One sentence or two for each thing that is known."""
    return [] if brief.search is None else list(_lines(brief.search, brief.best is not None))


def _lines(search: SearchState, has_best: bool) -> Iterator[str]:
    name = search.name if search.is_baseline else f"{search.name}, {search.status}"
    if search.is_best:
        yield f"You change {search.name}, the best program so far."
    elif search.better:
        score = "score" if search.better > 1 else "scores"
        yield (
            f"You change {name}, chosen to explore: of {search.programs} programs, "
            f"{search.better} {score} better. Change this program and do not port a better one into it: "
            "others work on those, and what grows from this one may still win."
        )
    else:
        leads = " The best one leads because a paired test showed its gain." if has_best else ""
        yield f"You change {name}: no program scores better.{leads}"
    if search.children:
        yield f"Earlier attempts on it: {_counted(search.children)}."
    if search.since_best:
        yield _since(search)
    if is_stale(search):
        yield "Another structure is worth more now than other parameters of the same one."


def _since(search: SearchState) -> str:
    said = f"Attempts since the best program was found: {search.since_best}"
    if search.low is None or search.high is None:
        return f"{said}, none with a score."
    low, high = (f"{one:.6g}" for one in (search.low, search.high))
    span = low if low == high else f"{low} to {high}"
    ahead = f"{search.ahead} better, but not shown to be" if search.ahead else "none better"
    return f"{said}; with a score: {search.measured} ({span}), {ahead}."


def _counted(children: Mapping[str, int]) -> str:
    total = sum(children.values())
    order = [*STATUSES, *(name for name in children if name not in STATUSES)]
    if len(children) == 1:
        return f"{total} {next(iter(children))}"
    return f"{total} ({', '.join(f'{children[name]} {name}' for name in order if name in children)})"


def glossary(brief: Brief) -> list[tuple[str, str]]:
    """The status words that this prompt uses, each with its meaning."""
    used = {idea.outcome.partition(":")[0] for idea in brief.ideas}
    if brief.best:
        used.add(brief.best.status)
    if brief.search:
        used.update(brief.search.children)
        used.update(() if brief.search.is_best or brief.search.is_baseline else (brief.search.status,))
    return [(word, meaning) for word, meaning in STATUSES.items() if word in used]
