"""Apply an archived variant to the real source and roll it back: the checks, the proof, the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pygent.archive.records import ArchiveError, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.evolution.promotion.approvals import approval
from pygent.evolution.promotion.commit_message import commit_message, pull_request
from pygent.evolution.settings.stored_config import settings_to_look_at
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.promotion import source_writer
from pygent.target_modules.promotion.apply_conflicts import in_the_way
from pygent.target_modules.promotion.source_lock import holding
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.target_registry import find_target
from pygent.target_modules.trust.exhibit import require
from pygent.target_modules.trust.target_exhibits import of_target


class ApplyError(Exception):
    """The variant was not applied, or was rolled back; the text, possibly several lines, says what to do."""


@dataclass(frozen=True)
class ApplyPlan:
    """What an application would do.

    It may go ahead if `obstacles` is empty. `message` is for the commit, `pr_body` for a pull request, in
    Markdown.
    """

    variant: VariantRecord
    target: Target
    before: Tree
    after: Tree
    diff: str
    obstacles: tuple[str, ...]
    message: str
    pr_body: str


@dataclass(frozen=True)
class Applied:
    """A finished application; `suite` holds the suite's verdict on the real source, or why it did not run."""

    variant: str
    folder: str
    files: tuple[str, ...]
    branch: str | None
    commit: str | None
    suite: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def plan(archive: ArchiveStore, id: str) -> ApplyPlan:
    """Plan the application of `id`, which may be a unique prefix.

    Raises `ArchiveError` for a variant without source.
    """
    variant = archive.variants.get(archive.variants.find(id))
    if variant.status is Status.NO_CHANGE:
        raise ArchiveError(
            f"variant {variant.id}: is the finding of attempt {variant.attempt}, which changed nothing: "
            "there is nothing to apply"
        )
    if variant.tree is None:
        raise ArchiveError(f"variant {variant.id} has no source: {variant.reason}")
    target = find_target(settings_to_look_at(archive.runs.get(variant.run)).target)
    first = next(iter(archive.variants.list_(run=variant.run, limit=1)))
    before, after = Tree(archive.variants.files(first.tree or "")), Tree(archive.variants.files(variant.tree))
    return ApplyPlan(
        variant=variant,
        target=target,
        before=before,
        after=after,
        diff=unified(before, after),
        obstacles=(*_standing(archive, variant), *in_the_way(target.source, before, after)),
        message=commit_message(archive, variant, target),
        pr_body=pull_request(archive, variant, target, before, after),
    )


def _standing(archive: ArchiveStore, variant: VariantRecord) -> list[str]:
    if variant.status in (Status.GATED_OUT, Status.FAILED, Status.REFUSED):
        return [f"it is {variant.status.value} and cannot be applied: {variant.reason}"]
    obstacles = []
    if variant.status is not Status.CHAMPION:
        obstacles.append(
            f"it is {variant.status.value}: no held-out cases confirm it, and only champions are applied; "
            "--to FOLDER writes a copy"
        )
    if approval(archive, variant) == "awaiting":
        obstacles.append(f"it awaits approval: `pygent approve {variant.id}`")
    return obstacles


def require_clear(home: Path, planned: ApplyPlan) -> None:
    """Raise `ApplyError` if a plan has obstacles or the target has an unproved application."""
    id, folder = planned.variant.id, planned.target.source
    for place, one in source_writer.applications(home):
        if source_writer.is_ours(place) and not one.proved and one.folder == str(folder.resolve()):
            raise ApplyError(
                f"variant {id}: nothing was written\n"
                f"variant {one.variant} is being applied to {folder}, or was left there by an interruption: "
                f"`pygent rollback {one.variant}` undoes it"
            )
    if planned.obstacles:
        raise ApplyError(f"variant {id}: nothing was written\n" + "\n".join(planned.obstacles))


def apply(
    archive: ArchiveStore, home: Path, planned: ApplyPlan, who: str, sandbox: Sandbox, *, hooks: bool = False
) -> Applied:
    """Write a variant into the real source, run the target's suite there, and roll back if that fails.

    With `hooks`, the hooks of the source's repository run when the change is committed.

    Raises `ApplyError` if there are obstacles (nothing is written) or if the suite does not confirm the
    variant (everything is restored), `UntrustedError` if nobody has agreed to what the suite would run,
    `HeldError` while another process is applying, `PromotionError` or `GitError` if writing fails.
    """
    require_clear(home, planned)
    require(*of_target(planned.target))
    with holding(planned.target.source):
        now = plan(archive, planned.variant.id)  # the plan may be out of date
        require_clear(home, now)
        require(*of_target(now.target))
        return _applied(archive, home, now, who, sandbox, hooks=hooks)


def _applied(
    archive: ArchiveStore, home: Path, planned: ApplyPlan, who: str, sandbox: Sandbox, *, hooks: bool
) -> Applied:
    id, folder = planned.variant.id, planned.target.source
    written = source_writer.apply(
        home, id, folder, planned.before, planned.after, message=planned.message, hooks=hooks
    )
    place = {"folder": str(folder), "branch": written.branch, "commit": written.commit}
    try:
        archive.decisions.add(id, "apply", who=who, data=place)
        suite = _suite(archive, planned, sandbox)
    except BaseException:  # an interruption, too, must leave nothing unproved in the source
        _take_back(archive, home, id, who, "it could not be proved on the real source")
        raise
    if not suite["ok"]:
        _take_back(archive, home, id, who, f"the suite failed on the real source: {suite['reason']}")
        raise ApplyError(
            f"variant {id}: written to {folder}, but the suite failed there ({suite['reason']}); "
            "it was rolled back, and every file is as before"
        )
    source_writer.proved(home, id)
    return Applied(id, str(folder), tuple(sorted(written.after)), written.branch, written.commit, suite)


def rollback(
    archive: ArchiveStore, home: Path, who: str, variant: str | None = None, *, force: bool = False
) -> Applied:
    """Undo the latest application, or that of `variant` (a unique prefix), byte for byte, and record it.

    Raises `PromotionError` if there is none, if a later one has changed the same files, or if the files were
    changed since (`force` overwrites them); `HeldError` while another process is applying.
    """
    id = None if variant is None else archive.variants.find(variant)
    folder = Path(source_writer.latest(home, id)[1].folder)
    with holding(folder):
        undone = source_writer.rollback(home, id, force=force)
    archive.decisions.add(undone.variant, "rollback", who=who, data={"folder": undone.folder})
    files = tuple(sorted(undone.before))
    return Applied(undone.variant, undone.folder, files, undone.branch, undone.commit, {})


def _take_back(archive: ArchiveStore, home: Path, id: str, who: str, why: str) -> None:
    undone = source_writer.rollback(home, id)
    archive.decisions.add(id, "rollback", who=who, why=why, data={"folder": undone.folder})


def _suite(archive: ArchiveStore, planned: ApplyPlan, sandbox: Sandbox) -> dict[str, Any]:
    """The suite's verdict on the source as it is in the folder now, on the cases of the variant's run."""
    target = find_target(str(planned.target.root))
    if suite_class_of(target).needs_solver:
        return {"ok": True, "ran": False, "reason": "its suite asks models: `pygent evolve` measures it"}
    records = archive.variants.records(planned.variant.id, kind="evaluation")
    recorded = Evaluation.from_json(records[-1].data) if records else None
    seed = 0 if recorded is None else recorded.seed
    bench = EvaluationContext(sandbox, Isolation.CONTAINER, seed, planned.before)
    evaluation = evaluate_tree(target, target.tree(), bench)
    reason = evaluation.reason
    if evaluation.graded and recorded is not None and evaluation.passed < recorded.passed:
        reason = f"{evaluation.passed} of {evaluation.total} cases passed, {recorded.passed} when archived"
    return {
        "ok": evaluation.graded and not reason,
        "ran": True,
        "reason": reason,
        "passed": evaluation.passed,
        "total": evaluation.total,
        "score": evaluation.score,
    }
