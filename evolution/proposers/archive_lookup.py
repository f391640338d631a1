"""Answers to an agent's questions about the archive: attempts shown whole, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pygent.agent.dialogue.memory import whole
from pygent.archive.records import ArchiveError, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.proposers.attempt_index import AttemptIndex
from pygent.evolution.proposers.ideas import prior_attempt
from pygent.evolution.protocols import Parent
from pygent.evolution.search.evidence_reader import EvidenceReader
from pygent.evolution.search.programs import Programs
from pygent.gateway.box.box_requests import Look
from pygent.prompts import quote
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

_AROUND = 160  # characters of a page besides its text: the fence and the word on other pages


class ArchiveLookup:
    """Looks into the archive, for all attempts of a session of a run."""

    def __init__(self, target: Target, archive: ArchiveStore) -> None:
        self._target = target
        self._archive = archive
        self._index = AttemptIndex(archive)
        self._evidence = EvidenceReader(Programs(archive))

    def answer(self, parent: Parent, asked: Look) -> Mapping[str, Any]:
        """The answer to a question that was asked in an attempt on `parent`."""
        try:
            found = self._found(parent, asked)
        except (ArchiveError, sqlite3.Error) as error:
            return {"error": "unknown", "text": str(error)}
        if not found:
            return {"text": _NOTHING[asked.what].format(quote.line(asked.query))}
        with_change = asked.what in ("lineage", "show")
        texts = (self._text(parent, one, with_change=with_change) for one in found)
        return page("\n\n".join(texts), asked.page, asked.chars)

    def _found(self, parent: Parent, asked: Look) -> list[VariantRecord]:
        variants = self._archive.variants
        if asked.what == "show":
            return [variants.get(variants.find(asked.query))]
        if asked.what == "lineage":
            return variants.lineage(parent.variant.id)[::-1][: asked.limit]
        if asked.what == "findings":
            findings = variants.list_(
                run=parent.variant.run, status=Status.NO_CHANGE, order="newest", limit=asked.limit
            )
            return list(findings)
        return [variants.get(id) for id in self._index.search(parent.variant.run, asked.query, asked.limit)]

    def _text(self, parent: Parent, variant: VariantRecord, *, with_change: bool) -> str:
        decisions = self._archive.decisions.list_(variant=variant.id)
        remarks = tuple(one.why for one in decisions if one.why and one.kind not in ("apply", "rollback"))
        told = prior_attempt(self._target, parent, variant, self._evidence.of(variant), remarks)
        change = self._change(variant) if with_change else ""
        return f"{whole(replace(told, change=''))}\n{change}" if change else whole(told)

    def _change(self, variant: VariantRecord) -> str:
        if not variant.parents or variant.tree is None:
            return ""
        before = self._archive.variants.get(variant.parents[0]).tree
        if before is None:
            return ""
        sides = (Tree(self._archive.variants.files(tree)) for tree in (before, variant.tree))
        return unified(*sides)


_NOTHING = {
    "search": "no attempt of this run has any of: {}",
    "findings": "no attempt of this run ended with a finding",
    "lineage": "nothing came before",
    "show": "there is no {}",
}


def page(text: str, number: int, chars: int) -> dict[str, Any]:
    """One page of at most `chars` characters, as a block of data; pages end at the end of a line."""
    safe = quote.data(text, 10 * len(text)).split("\n")[1:-1]  # without its fence: each page has its own
    pages = list(_pages("\n".join(safe), chars - _AROUND))
    if number > len(pages):
        return {"error": "unknown", "text": f"there is no page {number}; the last one is {len(pages)}"}
    shown = quote.fence(pages[number - 1], "text")
    if len(pages) == 1:
        return {"text": shown}
    more = f": ask with page={number + 1}" if number < len(pages) else ""
    return {"text": f"{shown}\npage {number} of {len(pages)}{more}"}


def _pages(text: str, chars: int) -> Iterator[str]:
    """Text in parts of at most `chars` characters, cut after a line, in a long line after a word."""
    while len(text) > chars:
        cut = text.rfind("\n", 1, chars + 1)
        cut = cut if cut > 0 else text.rfind(" ", 1, chars + 1)
        cut = cut if cut > 0 else chars
        yield text[:cut]
        text = text[cut:].removeprefix("\n").removeprefix(" ") if text[cut] in "\n " else text[cut:]
    yield text
