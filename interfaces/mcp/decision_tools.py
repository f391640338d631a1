"""Tools that record a person's decision about a variant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

from pygent.interfaces.mcp import answer_models
from pygent.interfaces.mcp.read_tools import VariantId
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
