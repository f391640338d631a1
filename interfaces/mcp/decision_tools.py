"""Tools that record what somebody decided of a variant."""

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


def register(server: MCPServer, desk: ToolContext) -> None:
    @server.tool(annotations=RECORDS)
    def annotate(
        variant: VariantId, text: Annotated[str, Field(description="what is to be said of it")]
    ) -> answer_models.Decided:
        """Say something of a variant; the agent that changes it next is told."""
        from pygent.evolution.promotion import approvals

        return _decided(desk, variant, lambda archive, one: approvals.annotate(archive, one, desk.who, text))

    @server.tool(annotations=RECORDS)
    def approve(
        variant: VariantId, why: Annotated[str, Field(description="what stands beside it")] = ""
    ) -> answer_models.Decided:
        """Let a variant be a parent and be applied, where its run asks for that. Ask your user first."""
        from pygent.evolution.promotion import approvals

        return _decided(desk, variant, lambda archive, one: approvals.approve(archive, one, desk.who, why))

    @server.tool(annotations=RULES_OUT)
    def reject(
        variant: VariantId, why: Annotated[str, Field(description="the reason; the agent is told")]
    ) -> answer_models.Decided:
        """Rule a variant out: never a parent again, never applied; an approve takes it back."""
        from pygent.evolution.promotion import approvals

        return _decided(desk, variant, lambda archive, one: approvals.reject(archive, one, desk.who, why))


def _decided(desk: ToolContext, variant: str, decide: Callable[[Any, Any], Any]) -> answer_models.Decided:
    with desk.archive(write=True) as archive:
        found = archive.variants.get(archive.variants.find(variant))
        decision = decide(archive, found)
        now = archive.variants.get(found.id).status
    return answer_models.Decided(
        variant=decision.variant, kind=decision.kind, who=decision.who, why=decision.why, status=now.value
    )
