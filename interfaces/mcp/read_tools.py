"""Tools that only read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

from pygent.interfaces.common.grouped_parameters import grouped
from pygent.interfaces.mcp import answer_models
from pygent.interfaces.mcp.tool_context import ToolContext

if TYPE_CHECKING:
    from pygent.archive.tables import search

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)

RunId = Annotated[str, Field(description="run, by a unique prefix of its id (see list_runs)")]
VariantId = Annotated[str, Field(description="variant, by a unique prefix of its id (see search)")]
Limit = Annotated[int, Field(ge=1, le=200, description="most results to return")]
Offset = Annotated[int, Field(ge=0, description="results to skip: `next` of the previous page")]


@dataclass(frozen=True)
class ArchiveSearch:
    """The filters of `search`, as clients give them."""

    run: RunId | None = None
    status: Literal["gated_out", "failed", "valid", "accepted", "champion", "refused"] | None = None
    proposer: Annotated[str | None, Field(description="proposer, such as mutate or agent")] = None
    text: Annotated[str | None, Field(description="part of an id, operator or reason")] = None
    at_least: Annotated[float | None, Field(description="lowest score")] = None
    at_most: Annotated[float | None, Field(description="highest score")] = None

    def plain(self) -> search.VariantQuery:
        from pygent.archive.records import Status
        from pygent.archive.tables import search

        return search.VariantQuery(**vars(self) | {"status": Status(self.status) if self.status else None})


def register(server: MCPServer, context: ToolContext) -> None:
    @server.tool(annotations=READS)
    def list_targets() -> answer_models.Targets:
        """List the bundled targets: what can be evolved, and how it is measured."""
        from pygent.target_modules.spec.target_registry import bundled

        rows = [
            answer_models.TargetRow(
                name=one.name,
                goal=one.manifest.goal,
                suite=one.manifest.suite.kind,
                metric=one.primary.metric,
                direction=one.primary.direction,
            )
            for one in bundled()
        ]
        return answer_models.Targets(targets=rows)

    @server.tool(annotations=READS)
    def list_runs(limit: Limit = 50, offset: Offset = 0) -> answer_models.Runs:
        """List the runs of this archive, latest first."""
        from pygent.interfaces.views.run_views import runs

        with context.archive() as archive:
            found = runs(archive, context.home)[::-1]
        rows = [
            replace(one, state=context.state(one.run, one.state)) for one in found[offset : offset + limit]
        ]
        return answer_models.Runs(runs=rows, total=len(found))

    @server.tool(annotations=READS)
    def status(run: RunId) -> answer_models.RunStatusAnswer:
        """The status of a run: state, counts, best variant so far, spend, and what is failing."""
        return run_status(context, run)

    @server.tool(annotations=READS)
    def best(run: RunId) -> answer_models.DiffAnswer:
        """The best variant of a run: the best champion, else the best accepted, else the best valid one."""
        from pygent.archive.records import ArchiveError

        with context.archive() as archive:
            found = archive.variants.best(archive.runs.find(run))
            if found is None:
                raise ArchiveError(f"run {run}: has no valid variant yet; see `status`")
        return _variant_answer(context, found.id)

    @server.tool(annotations=READS)
    def show(variant: VariantId) -> answer_models.DiffAnswer:
        """Everything about a variant: verdicts, decisions of people, and the diff against its parent."""
        return _variant_answer(context, variant)

    @server.tool(annotations=READS)
    def lineage(variant: VariantId, limit: Limit = 50, offset: Offset = 0) -> answer_models.Variants:
        """A variant's ancestors, baseline first, the variant itself last."""
        from pygent.interfaces.views import variant_views

        with context.archive() as archive:
            found = variant_views.lineage(archive, variant)
        rows = [answer_models.variant_row(row) for row in found[offset : offset + limit]]
        more = offset + len(rows)
        return answer_models.Variants(
            variants=rows, total=len(found), next=more if more < len(found) else None
        )

    @server.tool(annotations=READS)
    @grouped
    def search(
        wanted: ArchiveSearch,
        symbol: Annotated[str | None, Field(description="part of a `file:symbol` that it changed")] = None,
        order: Literal["newest", "score", "attempt"] = "score",
        limit: Limit = 20,
        offset: Offset = 0,
    ) -> answer_models.Variants:
        """Find variants by any of these filters. With `symbol`, at most a thousand variants are examined."""
        from pygent.interfaces.views.search_views import search as find

        with context.archive() as archive:
            found = find(archive, wanted.plain(), symbol=symbol, order=order, limit=limit, offset=offset)
        rows = [answer_models.variant_row(one) for one in found.variants]
        return answer_models.Variants(variants=rows, total=found.total, next=found.next)

    @server.tool(annotations=READS)
    def findings(
        run: RunId | None = None, limit: Limit = 20, offset: Offset = 0
    ) -> answer_models.FindingsAnswer:
        """What attempts found out that ended with no change, newest first; of all runs if none is given."""
        from pygent.interfaces.views import findings as views
        from pygent.prompts.note import keepable

        with context.archive() as archive:
            found = views.findings(archive, run, limit=limit, offset=offset)
        rows = [
            answer_models.FindingRow(
                id=one.id, run=one.run, attempt=one.attempt, about=one.about, finding=keepable(one.finding)
            )
            for one in found.findings
        ]
        return answer_models.FindingsAnswer(findings=rows, total=found.total, next=found.next)

    @server.tool(annotations=READS)
    def diff(
        variant: VariantId,
        against: Annotated[str, Field(description="`parent`, `root`, or another variant")] = "parent",
    ) -> answer_models.DiffText:
        """What a variant changed, as a unified diff."""
        from pygent.interfaces.views import variant_views

        with context.archive() as archive:
            found = variant_views.diff(archive, variant, against)
        return answer_models.DiffText(
            variant=found.variant,
            against=found.against,
            diff=answer_models.shown_diff(found.diff, found.variant),
        )

    @server.tool(annotations=READS)
    def compare(one: VariantId, other: VariantId) -> answer_models.ComparisonAnswer:
        """Two variants side by side: status, metrics, and the diff from one to the other."""
        from pygent.interfaces.views import variant_views

        with context.archive() as archive:
            found = variant_views.compare(archive, one, other)
        return answer_models.ComparisonAnswer(
            one=answer_models.variant_row(found.one),
            other=answer_models.variant_row(found.other),
            metrics={name: list(pair) for name, pair in found.metrics.items()},
            judged=list(found.judged),
            diff=answer_models.shown_diff(found.diff, found.other.id),
        )


def run_status(context: ToolContext, run: str, outcome: str = "") -> answer_models.RunStatusAnswer:
    """`outcome` says what a request did."""
    from pygent.interfaces.views import run_views

    with context.archive() as archive:
        now = answer_models.run_status(run_views.status(archive, context.home, run), outcome)
    now.state = context.state(now.run, now.state)
    return now


def _variant_answer(context: ToolContext, variant: str) -> answer_models.DiffAnswer:
    from pygent.interfaces.views.variant_views import variant as everything
    from pygent.interfaces.views.verdict_text import verdicts
    from pygent.prompts.quote import line

    with context.archive() as archive:
        known = everything(archive, variant)
    return answer_models.DiffAnswer(
        variant=answer_models.variant_row(known),
        approval=known.approval,
        verdicts=[line(text, 300) for text in verdicts(known.records, to_a_person=False)],
        decisions=[line(f"{one.kind} by {one.who}: {one.why}", 500) for one in known.decisions],
        diff=answer_models.shown_diff(known.diff, known.id),
    )
