"""The shapes of what tools answer, which clients get as schemas."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from pygent.archive.records import VariantRecord
from pygent.interfaces.mcp.tool_context import DATA, cut
from pygent.interfaces.views import run_views as views
from pygent.prompts.quote import escape, line

NOTE_CHARS = 500
Notice = Annotated[str, Field(description="how to take the texts beside it")]


class TargetRow(BaseModel):
    name: str
    goal: str
    suite: str = Field(description="how it is judged: cases, pytest, timing, objective, ...")
    metric: str
    direction: str = Field(description="min: lower is better; max: higher is better")


class Targets(BaseModel):
    targets: list[TargetRow]


class Runs(BaseModel):
    runs: list[views.RunRow]
    total: int


class RunStatusAnswer(BaseModel):
    run: str
    target: str
    state: views.State
    seconds: float
    stopped_by: str
    best: views.Best | None
    statuses: dict[str, int] = Field(description="how many variants have each status")
    budget: dict[str, list[float]] = Field(description="of each budget: what is used, and the whole")
    calls: int = Field(description="calls of models")
    tokens: int
    dollars: float
    not_well: list[str] = Field(description="models, servers and breakers that are not well, with the reason")
    said: str = Field("", description="what came of a request")


class VariantRow(BaseModel):
    id: str
    run: str
    attempt: int
    parents: list[str]
    status: str = Field(description="gated_out, failed, valid, accepted, champion or refused")
    reason: str
    score: float | None
    metrics: dict[str, float | None] = Field(description="null where infinite")
    proposer: str
    operator: str
    note: str
    generation: int


class Variants(BaseModel):
    notice: Notice = DATA
    variants: list[VariantRow]
    total: int | None = Field(description="how many there are; null where that is not known")
    next: int | None = Field(description="the offset of the next page; null on the last")


class DiffAnswer(BaseModel):
    notice: Notice = DATA
    variant: VariantRow
    approval: str = Field(description="approved, refused, awaiting or not needed")
    verdicts: list[str] = Field(description="measurements and comparisons, in words")
    decisions: list[str]
    diff: str = Field(description="against its first parent")


class DiffText(BaseModel):
    notice: Notice = DATA
    variant: str
    against: str | None
    diff: str = Field(description="unified")


class ComparisonAnswer(BaseModel):
    notice: Notice = DATA
    one: VariantRow
    other: VariantRow
    metrics: dict[str, list[float | None]] = Field(description="of both, in this order")
    diff: str = Field(description="from one to other")


class Decided(BaseModel):
    variant: str
    kind: str
    who: str
    why: str
    status: str = Field(description="the variant's status now")


class BenchAnswer(BaseModel):
    target: str
    gated_out: str = Field(description="why the gate refuses it; empty where it passed")
    graded: bool
    reason: str
    passed: int
    total: int
    score: float | None
    baseline_score: float | None
    metrics: dict[str, float | None] = Field(description="null where infinite")
    trust: str


class ApplyAnswer(BaseModel):
    variant: str
    folder: str
    files: list[str]
    branch: str | None
    commit: str | None
    suite: str = Field(description="what the target's own suite said of the real source")


def variant_row(variant: VariantRecord) -> VariantRow:
    """Texts are one visible line each."""
    known = {name: getattr(variant, name) for name in VariantRow.model_fields}
    known |= {name: line(known[name], NOTE_CHARS) for name in ("reason", "operator", "note")}
    known |= {"parents": list(variant.parents), "status": variant.status.value}
    return VariantRow.model_validate(known)


def run_status(found: views.RunStatus, said: str = "") -> RunStatusAnswer:
    usage = found.stats.usage
    return RunStatusAnswer(
        run=found.run,
        target=found.target,
        state=found.state,
        seconds=found.seconds,
        stopped_by=found.stopped_by,
        best=found.best,
        statuses=dict(found.stats.statuses),
        budget={name: list(spent) for name, spent in found.budget.items()},
        calls=usage.calls,
        tokens=usage.tokens,
        dollars=usage.dollars,
        not_well=[line(f"{one.name}: {one.state}: {one.reason}", NOTE_CHARS) for one in found.troubles],
        said=said,
    )


def shown_diff(text: str, variant: str) -> str:
    """Every character visible, so that the page that is reviewed is the page that is written."""
    return cut(escape(text), f"resource pygent://variants/{variant}/diff gives all of it by pages")
