"""Tools that write into real sources: offered only if the owner allows it, each behind a confirmation."""

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
    """The user's answer to the question whether to write."""

    confirm: bool = Field(description="true to write")


def register(server: MCPServer, context: ToolContext) -> None:
    def before_applying(variant: str) -> Elicit[ApplyConfirmation]:
        from pygent.evolution.promotion.apply_variant import plan, require_clear

        with context.archive() as archive:
            planned = plan(archive, variant)
            require_clear(context.home, planned)
        changed = planned.diff.count("\n+") + planned.diff.count("\n-")
        return Elicit(
            f"Write variant {planned.variant.id} (score {planned.variant.score}) into "
            f"{planned.target.source}? {changed} changed lines; rollback undoes it.",
            ApplyConfirmation,
        )

    def before_rolling_back(variant: str | None = None) -> Elicit[ApplyConfirmation]:
        from pygent.target_modules.promotion.source_writer import PromotionError, applications

        done = applications(context.home)
        if not done:
            raise ToolError(str(PromotionError(f"nothing was applied from {context.home}")))
        what = f"variant {variant}" if variant else f"the latest application, variant {done[-1][1].variant},"
        return Elicit(f"Roll back {what} and restore the source as it was before?", ApplyConfirmation)

    @server.tool(annotations=WRITES)
    def apply(
        variant: VariantId, confirmed: Annotated[ApplyConfirmation, Resolve(before_applying)]
    ) -> answer_models.ApplyAnswer:
        """Write a champion into the real source, on a new git branch if it is in a repository.

        The target's suite then runs there; if it fails, everything is undone. The user is asked to confirm.
        """
        from pygent.evolution.promotion import apply_variant
        from pygent.interfaces.common.variant_sandbox import opened_for

        _insist(confirmed)
        with context.archive(write=True) as archive:
            planned = apply_variant.plan(archive, variant)
            with opened_for(archive, planned.variant) as sandbox:
                return _answer(apply_variant.apply(archive, context.home, planned, context.who, sandbox))

    @server.tool(annotations=WRITES)
    def rollback(
        confirmed: Annotated[ApplyConfirmation, Resolve(before_rolling_back)],
        variant: Annotated[
            str | None, Field(description="variant to roll back; the latest application if left out")
        ] = None,
    ) -> answer_models.ApplyAnswer:
        """Undo an application: the source is restored byte for byte. The user is asked to confirm."""
        from pygent.evolution.promotion import apply_variant

        _insist(confirmed)
        with context.archive(write=True) as archive:
            return _answer(apply_variant.rollback(archive, context.home, context.who, variant))


def _insist(confirmed: ApplyConfirmation) -> None:
    if not confirmed.confirm:
        raise ToolError("not confirmed: nothing was written")


def _answer(done: "Applied") -> answer_models.ApplyAnswer:
    suite = str(done.suite.get("reason", ""))
    if done.suite.get("ran"):
        suite = f"{done.suite['passed']} of {done.suite['total']} passed"
    return answer_models.ApplyAnswer(
        variant=done.variant,
        folder=done.folder,
        files=list(done.files),
        branch=done.branch,
        commit=done.commit,
        suite=suite,
    )
