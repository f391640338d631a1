"""The answers of tools. Clients get their schemas."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from pygent.archive.records import Hint, VariantRecord
from pygent.interfaces.mcp.tool_context import DATA, cut
from pygent.interfaces.views import hint_views
from pygent.interfaces.views import run_views as views
from pygent.prompts.note import keepable
from pygent.prompts.quote import cut as shortened
from pygent.prompts.quote import escape, line

NOTE_CHARS = 500
HINTS = 20  # in one answer
HINT_CHARS = 2000
Notice = Annotated[str, Field(description="how to treat the texts in this answer")]


class TargetRow(BaseModel):
    """A target in a list."""

    name: str
    goal: str
    suite: str = Field(description="how it is measured: cases, pytest, timing, objective, ...")
    metric: str
    direction: str = Field(description="min: lower is better; max: higher is better")


class Targets(BaseModel):
    """All targets."""

    targets: list[TargetRow]


class Runs(BaseModel):
    """A page of runs."""

    runs: list[views.RunRow]
    total: int


class RunStatusAnswer(BaseModel):
    """The state of a run."""

    run: str
    target: str
    state: views.State
    seconds: float
    stopped_by: str
    best: views.Best | None
    statuses: dict[str, int] = Field(description="number of variants by status")
    findings: int = Field(description="number of attempts that ended with no change; see `findings`")
    budget: dict[str, list[float]] = Field(description="for each budget: the part used, and the whole")
    calls: int = Field(description="model calls")
    tokens: int
    dollars: float
    not_well: list[str] = Field(description="failing models, servers and circuit breakers, with the reason")
    said: str = Field("", description="the result of a request to start, resume, pause or stop")


class VariantRow(BaseModel):
    """A variant in a list."""

    id: str
    run: str
    attempt: int
    parents: list[str]
    status: str = Field(
        description="gated_out, failed, valid, accepted, champion or refused; no_change if the attempt made "
        "no variant and `note` is its finding"
    )
    reason: str
    score: float | None
    metrics: dict[str, float | None] = Field(description="null if infinite")
    proposer: str
    operator: str
    note: str
    generation: int


class Variants(BaseModel):
    """A page of variants."""

    notice: Notice = DATA
    variants: list[VariantRow]
    total: int | None = Field(description="number of matches; null if not known")
    next: int | None = Field(description="the offset of the next page; null on the last")


class FindingRow(BaseModel):
    """An attempt that ended with no change."""

    id: str
    run: str
    attempt: int
    about: str = Field(description="the variant that it was to change")
    finding: str = Field(description="what it found out, in the words of a model")


class FindingsAnswer(BaseModel):
    """A page of findings."""

    notice: Notice = DATA
    findings: list[FindingRow]
    total: int
    next: int | None = Field(description="the offset of the next page; null on the last")


class DiffAnswer(BaseModel):
    """A variant with its change and its evidence."""

    notice: Notice = DATA
    variant: VariantRow
    approval: str = Field(description="approved, refused, awaiting or not needed")
    verdicts: list[str] = Field(description="measurements and comparisons, in words")
    decisions: list[str]
    diff: str = Field(description="unified diff against its first parent")


class DiffText(BaseModel):
    """The change from one variant to another."""

    notice: Notice = DATA
    variant: str
    against: str | None
    diff: str = Field(description="unified diff")


class ComparisonAnswer(BaseModel):
    """Two variants side by side."""

    notice: Notice = DATA
    one: VariantRow
    other: VariantRow
    metrics: dict[str, list[float | None]] = Field(description="the values of both variants, in this order")
    judged: list[str] = Field(description="the metrics that a model judges, which are not sealed")
    diff: str = Field(description="unified diff from one to other")


class Decided(BaseModel):
    """A decision that was recorded."""

    variant: str
    kind: str
    who: str
    why: str
    status: str = Field(description="the variant's status now")


class HintRow(BaseModel):
    """A hint to a run."""

    number: int
    text: str
    who: str
    when: str
    withdrawn: str = Field(description="by whom and when; empty if it still counts")


class Hints(BaseModel):
    """The hints to a run."""

    notice: Notice = DATA
    run: str
    hints: list[HintRow] = Field(description=f"the newest {HINTS}, in the order of their numbers")
    total: int
    said: str = Field(description="what was recorded, and when it counts")


class BenchAnswer(BaseModel):
    """The verdict on a patch."""

    target: str
    gated_out: str = Field(description="why the gate refuses it; empty if it passed")
    graded: bool
    reason: str
    passed: int
    total: int
    score: float | None
    baseline_score: float | None
    metrics: dict[str, float | None] = Field(description="null if infinite")
    words: list[str] = Field(description="what the grader says; data")
    trust: str


class ApplyAnswer(BaseModel):
    """A finished application or rollback."""

    variant: str
    folder: str
    files: list[str]
    branch: str | None
    commit: str | None
    suite: str = Field(description="result of the target's own suite on the real source")


def variant_row(variant: VariantRecord) -> VariantRow:
    """A row for a variant. Each text is one line of visible characters."""
    known = {name: getattr(variant, name) for name in VariantRow.model_fields}
    known |= {name: line(known[name], NOTE_CHARS) for name in ("reason", "operator")}
    known |= {
        "note": keepable(variant.note),
        "parents": list(variant.parents),
        "status": variant.status.value,
    }
    return VariantRow.model_validate(known)


def hint_row(hint: Hint) -> HintRow:
    """A row for a hint. Each text has visible characters only."""
    gone = line(hint_views.withdrawal(hint), NOTE_CHARS)
    text = shortened(escape(hint.text), HINT_CHARS)  # only a stranger's archive holds a longer one
    when = hint_views.moment(hint.when)
    return HintRow(number=hint.number, text=text, who=line(hint.who), when=when, withdrawn=gone)


def run_status(found: views.RunStatus, outcome: str = "") -> RunStatusAnswer:
    usage = found.stats.usage
    return RunStatusAnswer(
        run=found.run,
        target=found.target,
        state=found.state,
        seconds=found.seconds,
        stopped_by=found.stopped_by,
        best=found.best,
        statuses=dict(found.stats.statuses),
        findings=found.stats.findings,
        budget={name: list(spent) for name, spent in found.budget.items()},
        calls=usage.calls,
        tokens=usage.tokens,
        dollars=usage.dollars,
        not_well=[line(f"{one.name}: {one.state}: {one.reason}", NOTE_CHARS) for one in found.troubles],
        said=outcome,
    )


def shown_diff(text: str, variant: str) -> str:
    """A diff with every character visible, so the reviewed text is the text that is written."""
    return cut(escape(text), f"resource pygent://variants/{variant}/diff has all of it, in pages")
