"""Prompts in sections, with an estimate of the tokens of each: sent ones, and those that would be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pygent.archive.store import ArchiveStore
from pygent.evolution.proposers.prompt_preview import PromptPreview
from pygent.gateway.models.tokens import of_text
from pygent.gateway.transcripts import Exchange
from pygent.interfaces.views.transcript_views import of_variant
from pygent.prompts.message import Message

INSTRUCTIONS = "system"


@dataclass(frozen=True)
class SectionView:
    """A part of a prompt. `tokens` is an estimate: a third of its bytes, rather too many than too few."""

    name: str
    tokens: int
    text: str


@dataclass(frozen=True)
class PromptView:
    """One prompt: what was sent in exchange `number` (from 1), or would be sent first (`number` 0).

    `messages` and `tools` are the whole request.
    """

    number: int
    stage: str
    tokens: int
    sections: Sequence[SectionView]
    messages: Sequence[Mapping[str, object]]
    tools: Sequence[Mapping[str, object]]


def of_preview(found: PromptPreview) -> PromptView:
    parts = [SectionView(one.name, one.tokens, one.text) for one in found.sections]
    tools = [
        {"name": one.name, "description": one.description, "parameters": dict(one.parameters)}
        for one in found.tools
    ]
    messages = [one.plain() for one in found.messages]
    return PromptView(0, "", sum(one.tokens for one in parts), parts, messages, tools)


def sent(archive: ArchiveStore, id: str) -> list[PromptView]:
    """The prompts that a model was sent to propose a variant, by number. Raises `ArchiveError`."""
    asked = [one for one in of_variant(archive, id) if one.op == "complete" and not one.place]
    return [_sent(archive, number, one) for number, one in enumerate(asked, 1)]


def _sent(archive: ArchiveStore, number: int, exchange: Exchange) -> PromptView:
    parts = [part for message in exchange.messages for part in _parts(message)]
    tools = []
    if about := exchange.request.get("about"):
        named = json.loads(archive.texts.get(about))[0]
        tools = [dict(zip(("name", "description", "parameters"), tool, strict=True)) for tool in named]
    if tools:
        parts.insert(0, _view("tools", "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)))
    messages = [message.plain() for message in exchange.messages]
    return PromptView(number, exchange.stage, sum(one.tokens for one in parts), parts, messages, tools)


def _parts(message: Message) -> Iterator[SectionView]:
    """The instructions as a whole, a user's message by its headings, anything else by its role."""
    if message.role != "user":
        calls = "".join(f"\n{call.name} {call.arguments}" for call in message.calls)
        yield _view(message.role, message.content + calls)
        return
    for title, text in _by_heading(message.content):
        yield _view(title, text)


def _by_heading(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a Markdown text that begin with a heading of the first level outside of code."""
    title, rows, fence = "", list[str](), ""
    for row in text.split("\n"):
        ticks = row[: len(row) - len(row.lstrip("`"))]
        if fence:
            fence = "" if len(ticks) >= len(fence) and not row.strip("` ") else fence
        elif len(ticks) >= 3:
            fence = ticks
        elif row.startswith("# "):
            if "\n".join(rows).strip():
                yield title or "user", "\n".join(rows).strip("\n")
            title, rows = _named(row), []
        rows.append(row)
    yield title or "user", "\n".join(rows).strip("\n")


_NAMES = {  # how headings begin, and the sections' names; headings of earlier versions are among them
    "# Inputs": "inputs",
    "# Files": "files",
    "# How these files do": "scores",
    "# What the grader": "feedback",
    "# What reviewers": "remarks",
    "# Hints": "hints",
    "# The best program": "best",
    "# What was tried": "ideas",
    "# Other programs": "others",
    "# Where the search": "search",
    "# Your turn": "turn",
}


def _named(heading: str) -> str:
    known = next((name for start, name in _NAMES.items() if heading.startswith(start)), "")
    return known or "-".join("".join(c if c.isalnum() else " " for c in heading).lower().split()[:4])


def _view(name: str, text: str) -> SectionView:
    return SectionView(name, of_text(text), text)
