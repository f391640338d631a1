"""Tools that record what people say and decide about runs and variants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from pygent.interfaces.mcp import answer_models
from pygent.interfaces.mcp.read_tools import RunId, VariantId
from pygent.interfaces.mcp.tool_context import ToolContext

RECORDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
RULES_OUT = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)


def register(server: MCPServer, context: ToolContext) -> None:
    @server.tool(annotations=RECORDS)
    def annotate(
        variant: VariantId, text: Annotated[str, Field(description="the remark; the agent sees it")]
    ) -> answer_models.Decided:
        """Attach a remark to a variant, for the agent that changes it next."""
        from pygent.evolution.promotion import approvals

        return _decided(
            context, variant, lambda archive, one: approvals.annotate(archive, one, context.who, text)
        )

    @server.tool(annotations=RECORDS)
    def hint(
        run: RunId,
        text: Annotated[str, Field(description="the hint; left out, nothing is added")] = "",
        remove: Annotated[int | None, Field(ge=1, description="number of a hint to withdraw")] = None,
    ) -> answer_models.Hints:
        """Give a run a hint, which all prompts of its next attempts hold, or withdraw one; lists the hints.

        It is recorded as given through MCP. Say what your user knows about the task.
        """
        if text and remove is not None:
            raise ToolError("give either `text` or `remove`")
        return _hinted(context, run, text, remove)

    @server.tool(annotations=RECORDS)
    def approve(
        variant: VariantId, why: Annotated[str, Field(description="a remark to keep with the approval")] = ""
    ) -> answer_models.Decided:
        """Let a variant be a parent and be applied, if its run requires approval. Ask your user first."""
        from pygent.evolution.promotion import approvals

        return _decided(
            context, variant, lambda archive, one: approvals.approve(archive, one, context.who, why)
        )

    @server.tool(annotations=RULES_OUT)
    def reject(
        variant: VariantId, why: Annotated[str, Field(description="the reason; the agent sees it")]
    ) -> answer_models.Decided:
        """Rule a variant out: it is never a parent again and never applied. `approve` undoes this."""
        from pygent.evolution.promotion import approvals

        return _decided(
            context, variant, lambda archive, one: approvals.reject(archive, one, context.who, why)
        )


def _decided(context: ToolContext, variant: str, decide: Callable[[Any, Any], Any]) -> answer_models.Decided:
    with context.archive(write=True) as archive:
        found = archive.variants.get(archive.variants.find(variant))
        decision = decide(archive, found)
        now = archive.variants.get(found.id).status
    return answer_models.Decided(
        variant=decision.variant, kind=decision.kind, who=decision.who, why=decision.why, status=now.value
    )


def _hinted(context: ToolContext, run: str, text: str, remove: int | None) -> answer_models.Hints:
    from pygent.evolution.promotion import hints
    from pygent.interfaces.views.hint_views import outlook

    with context.archive(write=True) as archive:
        record = archive.runs.get(archive.runs.find(run))
        said = ""
        if remove is not None:
            hints.withdraw(archive, record.id, _through_mcp(context.who), remove)
            said = f"hint {remove} withdrawn; {outlook(context.home, record)}"
        elif text:
            given = hints.give(archive, record.id, _through_mcp(context.who), text)
            said = f"hint {given.number} given; {outlook(context.home, record)}"
        found = archive.hints.list_(record.id)
    rows = [answer_models.hint_row(one) for one in found[-answer_models.HINTS :]]
    return answer_models.Hints(run=record.id, hints=rows, total=len(found), said=said)


def _through_mcp(who: str) -> str:
    """A client is a program, whoever started the server: its hints are told apart from a person's."""
    return who if who.endswith("(MCP)") else f"{who} (MCP)"
