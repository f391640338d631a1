"""A model that knows the answers of some bundled tasks, and can only bring them in with its tools.

It searches for a line, copies what the search showed (with what is left of its indentation), replaces it and
finishes. So a search that misses a file, a result without its indentation, or an edit that mangles lines make
it fail where it could have succeeded, and a better tool makes it solve what it could not.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pygent.target_modules.importers.task_target import write_agent
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.target_registry import find_target
from tests.support.servers.model_server import Request, Script, Step, call, say


@dataclass(frozen=True)
class Fix:
    """`needle` is within the line that `new` replaces; `new` has the indentation of a line at the margin."""

    needle: str
    new: str


@dataclass(frozen=True)
class Known:
    """A task by words of its instruction. `inside`: a fix of several lines, within an indented block, which
    cannot be made without knowing how far the line is indented."""

    words: str
    fixes: tuple[Fix, ...]
    inside: bool
    split: str


TASKS: Mapping[str, Known] = {
    "median-even": Known(
        "`median(values)` in stats.py is wrong",
        (
            Fix("return ordered[len(", "return mean(ordered[(len(values) - 1) // 2 : len(values) // 2 + 1])"),
            Fix("ordered = sorted(", "ordered = sorted(values) if values else [min(values)]"),
        ),
        False,
        "search",
    ),
    "unique-fast": Known(
        "`unique(items)` in uniques.py",
        (
            Fix("for item in items", "for item in dict.fromkeys(items):"),
            Fix("if item not in kept", "if True:"),
        ),
        False,
        "search",
    ),
    "chunks-tail": Known(
        "`chunks(items, size)` in chunking.py",
        (
            Fix(
                "return [items[",
                "if size < 1:\n    raise ValueError(size)\n"
                "return [items[start : start + size] for start in range(0, len(items), size)]",
            ),
        ),
        True,
        "search",
    ),
    "stock-release": Known(
        "An order reserves stock when it is placed",
        (
            Fix(
                "self.cancelled.add(",
                "if number in self.placed:\n    article, amount = self.placed.pop(number)\n"
                "    self.stock.free[article] += amount",
            ),
        ),
        True,
        "search",
    ),
    "roman-pairs": Known(
        "`to_roman(number)` in roman.py",
        (
            Fix(
                "VALUES = [",
                'VALUES = list(zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), '
                '"M CM D CD C XC L XL X IX V IV I".split()))',
            ),
            Fix('text = ""', 'text = "" if 1 <= number <= 3999 else str(int("out of bounds"))'),
        ),
        False,
        "held_out",
    ),
    "page-ranges": Known(
        "`expand(text)` in pages.py",
        (
            Fix(
                "first, last = part",
                'first, last = map(int, part.split("-"))\nstep = 1 if last >= first else -1',
            ),
            Fix("pages.extend(range", "pages.extend(range(first, last + step, step))"),
            Fix("return pages", "return list(dict.fromkeys(pages))"),
        ),
        True,
        "held_out",
    ),
}  # fmt: skip
Plant = tuple[str, str, str]  # file, what is there, what takes its place
BETTER_SEARCH = ("agent/tools/search.py", "line.strip()[:_LINE]", "line.rstrip()[:_LINE]")
WORSE_SEARCH = ("agent/tools/search.py", "if files.is_whole(path)", "if path == 'main.py'")
MANGLING = ("agent/tools/replace.py", "replace=asked.replace)", "replace=asked.replace.replace('    ', ''))")


def planted(files: Mapping[str, str], *plants: Plant) -> dict[str, str]:
    """Files of an agent with some of the changes above."""
    changed = dict(files)
    for path, old, new in plants:
        assert changed[path].count(old) == 1, path
        changed[path] = changed[path].replace(old, new)
    return changed


def write_agent_of_known(folder: Path) -> Target:
    """The coding agent as a target with the tasks that the model knows: four to search, two held out."""
    bundled = find_target("coding_agent").root / "tasks"
    index = ""
    for name, known in TASKS.items():
        shutil.copytree(bundled / name, folder / "tasks" / name)
        index += f'[[task]]\nname = "{name}"\nsplit = "{known.split}"\n'
    (folder / "tasks" / "tasks.toml").write_text(index)
    return write_agent(folder, "known")


@dataclass(frozen=True)
class _Did:
    name: str
    arguments: Mapping[str, Any]
    result: str


def solver(otherwise: Script | None = None) -> Script:
    """The model as a script; what is no known task is for `otherwise`."""

    def answer(request: Request) -> Step:
        known = next((one for one in TASKS.values() if one.words in request.prompt), None)
        if known is None:
            return (otherwise or say("I do not know this task."))(request)
        move = _next(known.fixes, _done(request.body["messages"]))
        if isinstance(move, str) or not _fits(request.body.get("tools") or [], *move):
            return say(move if isinstance(move, str) else f"I cannot use {move[0]}.")(request)
        return call(move)(request)

    return answer


def _next(fixes: Sequence[Fix], done: Sequence[_Did]) -> str | tuple[str, dict[str, Any]]:
    """The next call, or why there is none, by what the calls so far have told."""
    for fix in fixes:
        pattern = re.escape(fix.needle)
        found = [did for did in done if did.name == "search" and did.arguments.get("pattern") == pattern]
        if not found:
            return "search", {"pattern": pattern}
        place = _place(found[-1].result, fix.needle)
        if place is None:
            return f"I cannot find {fix.needle!r}."
        path, line = place
        margin = line[: len(line) - len(line.lstrip())]
        new = "\n".join(margin + row for row in fix.new.split("\n"))
        wanted = {"path": path, "search": line, "replace": new}
        made = [did for did in done if did.name == "replace" and did.arguments == wanted]
        if not made:
            return "replace", wanted
        if made[-1].result.startswith("Not done"):
            return f"I cannot change {path}."
    ended = [did for did in done if did.name == "finish"]
    return "I cannot finish." if len(ended) > 1 else ("finish", {"note": "as the instruction says"})


def _place(result: str, needle: str) -> tuple[str, str] | None:
    """Path and line of the first hit, as the search tells them."""
    for row in result.split("\n"):
        match = re.fullmatch(r"([^:]+):\d+: (.*)", row)
        if match is not None and needle in match[2]:
            return match[1], match[2]
    return None


def _done(messages: Sequence[Mapping[str, Any]]) -> list[_Did]:
    """Calls and their results, in order."""
    done, wishes = [], []
    for message in messages:
        if message["role"] == "assistant":
            wishes = [one["function"] for one in message.get("tool_calls") or []]
        elif message["role"] == "tool" and wishes:
            wish = wishes.pop(0)
            done.append(_Did(wish["name"], json.loads(wish["arguments"]), message["content"] or ""))
    return done


def _fits(tools: Sequence[Mapping[str, Any]], name: str, arguments: Mapping[str, Any]) -> bool:
    """Whether there is such a tool, and its schema takes these arguments."""
    schemas = {one["function"]["name"]: one["function"]["parameters"] for one in tools}
    if name not in schemas:
        return False
    schema = schemas[name]
    return set(schema.get("required", ())) <= set(arguments) <= set(schema.get("properties", ()))
