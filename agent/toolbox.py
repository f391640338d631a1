"""The tools that an agent has in an attempt: found, described, and called."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from pygent.agent import tools as folder
from pygent.agent.host_client import BudgetExhaustedError, ModelUnavailableError
from pygent.agent.tool import Tool, ToolError, ToolResult
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts import quote
from pygent.prompts.message import ToolCall, ToolSpec

ALL = "*"  # as a tool's name in a profile: every tool that needs nothing but a box
_IN_A_BOX = frozenset({"sandbox", "shell"})


@cache
def every() -> dict[str, Tool]:
    """All tools by name: each module of `agent/tools/` has one, as `TOOL`."""
    found: dict[str, Tool] = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(folder.__path__)):
        tool: Tool = importlib.import_module(f"{folder.__name__}.{module}").TOOL
        found[tool.name] = tool
    return found


class Toolbox:
    """The tools of one profile, and those of MCP servers under their own names."""

    def __init__(self, names: Sequence[str], desk: AttemptState) -> None:
        self._tools = _named(names)
        self._desk = desk
        self._servers = {tool.name for tool in desk.servers}

    @property
    def specs(self) -> list[ToolSpec]:
        limits = self._desk.profile.limits
        return [tool.spec_under(limits) for tool in self._tools.values()] + list(self._desk.servers)

    def call(self, wish: ToolCall) -> ToolResult:
        """Make a call. Its result is bounded, and does not name the folder."""
        try:
            made = self._called(wish)
        except ToolError as fault:
            made = _not_done(wish, str(fault))
        except (BudgetExhaustedError, ModelUnavailableError):
            raise
        except Exception as error:  # noqa: BLE001  # job border: models change tools too
            made = _not_done(wish, f"the tool failed: {type(error).__name__}: {error}")
        return replace(made, text=self._limited(made.text))

    def _called(self, wish: ToolCall) -> ToolResult:
        arguments = _arguments(wish)
        tool = self._tools.get(wish.name)
        if tool is not None:
            result = tool.run(tool.read(arguments), self._desk)
            return result if isinstance(result, ToolResult) else ToolResult(result)
        if wish.name in self._servers:
            answer = self._desk.door.mcp(wish.name, arguments)
            if answer.is_error:
                raise ToolError(f"{wish.name}: {answer.text}")
            return ToolResult(answer.text)
        there = ", ".join([*self._tools, *sorted(self._servers)])
        raise ToolError(f"there is no tool {quote.line(wish.name, 60)!r}; there are: {there}")

    def _limited(self, text: str) -> str:
        text = quote.escape(self._desk.workspace.without_root(text))
        return quote.cut(text, self._desk.profile.limits.output)


def _not_done(wish: ToolCall, why: str) -> ToolResult:
    return ToolResult(
        f"Not done: {why}", valid=False, doubt=f"the call of {quote.line(wish.name, 60)} was not done"
    )


def specs_of(names: Sequence[str]) -> tuple[ToolSpec, ...]:
    """The tools of a profile as a model sees them, without those of servers."""
    return tuple(tool.spec for tool in _named(names).values())


def _named(names: Sequence[str]) -> dict[str, Tool]:
    known = every()
    if ALL in names:
        names = [name for name, tool in known.items() if _IN_A_BOX.issuperset(tool.needs)]
    return {name: known[name] for name in names if name in known}


def _arguments(wish: ToolCall) -> dict[str, object]:
    try:
        data = json.loads(wish.arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{wish.name}: the arguments are not JSON: {quote.line(str(error), 100)}") from None
    if not isinstance(data, dict):
        raise ToolError(f"{wish.name}: the arguments must be one JSON object")
    return data
