"""Tools that write into real sources: there only where the owner allowed it, each behind a confirmation."""

# Without `from __future__ import annotations`: the SDK must find the functions inside of `register`.

from typing import TYPE_CHECKING, Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from pygent.interfaces.mcp import answer_models
from pygent.interfaces.mcp.read_tools import VariantId
from pygent.interfaces.mcp.tool_context import ToolContext

if TYPE_CHECKING:
    from pygent.evolution.promotion.apply_variant import Applied

WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)


class ApplyConfirmation(BaseModel):
    confirm: bool = Field(description="yes: write it")


def register(server: MCPServer, desk: ToolContext) -> None:
    def before_applying(variant: str) -> Elicit[ApplyConfirmation]:
        from pygent.evolution.promotion.apply_variant import plan, require_clear

        with desk.archive() as archive:
            planned = plan(archive, variant)
            require_clear(desk.home, planned)
        changed = planned.diff.count("\n+") + planned.diff.count("\n-")
        return Elicit(
            f"Write variant {planned.variant.id} (score {planned.variant.score}) into "
            f"{planned.target.source}? {changed} changed lines; rollback takes it back.",
            ApplyConfirmation,
        )

    def before_rolling_back(variant: str | None = None) -> Elicit[ApplyConfirmation]:
        from pygent.target_modules.promotion.source_writer import PromotionError, applications

        done = applications(desk.home)
        if not done:
            raise ToolError(str(PromotionError(f"nothing was applied from {desk.home}")))
        what = f"variant {variant}" if variant else f"the latest application, variant {done[-1][1].variant},"
        return Elicit(f"Take {what} back, and restore the source as it was before?", ApplyConfirmation)

    @server.tool(annotations=WRITES)
    def apply(
        variant: VariantId, confirmed: Annotated[ApplyConfirmation, Resolve(before_applying)]
    ) -> answer_models.ApplyAnswer:
        """Write a champion into the real source, on a git branch of its own where there is a repository; its
        suite runs there, and if it fails, all is taken back. The user is asked to confirm."""
        from pygent.evolution.promotion import apply_variant
        from pygent.interfaces.common.variant_sandbox import opened_for

        _insist(confirmed)
        with desk.archive(write=True) as archive:
            planned = apply_variant.plan(archive, variant)
            with opened_for(archive, planned.variant) as sandbox:
                return _told(apply_variant.apply(archive, desk.home, planned, desk.who, sandbox))

    @server.tool(annotations=WRITES)
    def rollback(
        confirmed: Annotated[ApplyConfirmation, Resolve(before_rolling_back)],
        variant: Annotated[
            str | None, Field(description="what to take back; the latest application if left out")
        ] = None,
    ) -> answer_models.ApplyAnswer:
        """Take an application back: the source is restored byte for byte. The user is asked to confirm."""
        from pygent.evolution.promotion import apply_variant

        _insist(confirmed)
        with desk.archive(write=True) as archive:
            return _told(apply_variant.rollback(archive, desk.home, desk.who, variant))


def _insist(confirmed: ApplyConfirmation) -> None:
    if not confirmed.confirm:
        raise ToolError("not confirmed: nothing was written")


def _told(done: "Applied") -> answer_models.ApplyAnswer:
    said = str(done.suite.get("reason", ""))
    if done.suite.get("ran"):
        said = f"{done.suite['passed']} of {done.suite['total']} passed"
    return answer_models.ApplyAnswer(
        variant=done.variant,
        folder=done.folder,
        files=list(done.files),
        branch=done.branch,
        commit=done.commit,
        suite=said,
    )
