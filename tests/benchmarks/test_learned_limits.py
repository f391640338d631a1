"""Limits of calls that are learned from the baseline, in boxes where calls take the time that a test says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.benchmarks.judge import compared, confirm, evaluate
from pygent.benchmarks.learned_limits import FLOOR, MUTANT_FLOOR, PATIENCE, call_limit, unfinished
from pygent.benchmarks.results import Evaluation, EvaluationContext, Split, StageResult
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Call, Execution, Isolation, Outcome, Program, Reply, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError
from tests.benchmarks.conftest import MakeTarget, ScriptedSandbox

NEVER = 1e6
WRONG = -1.0
OURS, HELD = range(6), range(100, 106)


def program(*seconds: float, held: Sequence[float] = ()) -> Tree:
    """A tree whose calls take so many seconds, for each case; `WRONG` ones are answered wrongly at once."""
    times = dict(enumerate(seconds)) | dict(enumerate(held, HELD[0]))
    return Tree({"module.py": f"# {json.dumps(times)}\n"})


class Clocked(ScriptedSandbox):
    """Boxes that time calls out by their limit; `spent` is the CPU time of all."""

    def __init__(self) -> None:
        super().__init__(self._script)
        self.spent = 0.0
        self.asked: list[list[int]] = []

    def _script(self, program: Program, calls: Sequence[Call], number: int) -> Execution:
        limit = self.specs[self.boxes[-1]].limits.call_seconds
        times = json.loads(str(program.files["module.py"]).removeprefix("# "))
        replies: list[Reply] = []
        for call in calls:
            n = call.args[0]
            assert isinstance(n, int)
            seconds = max(0.0, times[str(n)])
            self.spent += min(seconds, limit)
            if seconds > limit:
                replies.append(Reply(Outcome.TIMEOUT, detail=f"no answer within {limit:g} s"))
                break
            right = times[str(n)] != WRONG
            replies.append(Reply(Outcome.OK, n if right else -n - 1, seconds=seconds, cpu_seconds=seconds))
        self.asked.append([call.args[0] for call in calls[: len(replies)]])  # type: ignore[misc]
        return Execution(Reply(Outcome.OK), tuple(replies), 0.0, None, "")

    @property
    def limits(self) -> list[float]:
        return [self.specs[box].limits.call_seconds for box in self.boxes]


@pytest.fixture
def target(make_target: MakeTarget) -> Target:
    return made(make_target)


def made(make_target: MakeTarget, extra: str = "", **kind: Any) -> Target:
    cases, held = ([{"args": [n], "expected": n} for n in numbers] for numbers in (OURS, HELD))
    return make_target("# {}\n", cases=cases, held_out=held, extra=extra, **kind)


def measured(
    target: Target,
    sandbox: Sandbox,
    tree: Tree,
    baseline: Evaluation | None = None,
    to_beat: float | None = None,
    split: Split = "search",
    isolation: Isolation = Isolation.CONTAINER,
) -> Evaluation:
    context = replace(bench(sandbox, baseline, to_beat), isolation=isolation)
    return evaluate(target, suite_for(target), tree, context, split)


def bench(
    sandbox: Sandbox, baseline: Evaluation | None = None, to_beat: float | None = None
) -> EvaluationContext:
    found = EvaluationContext(sandbox, Isolation.CONTAINER, seed=1)
    return replace(found, baseline_found=lambda: baseline, to_beat=to_beat)


def evaluation(slowest: float | None, seconds: float = 0.0) -> Evaluation:
    stage = StageResult("all", {"passed": (1.0,)}, 1, 1, slowest_right=slowest)
    return Evaluation("search", True, "", 1.0, {"seconds": seconds}, (stage,), 1)


@given(
    times=st.lists(st.floats(0, 1e4), min_size=2, max_size=2).map(sorted),
    most=st.floats(0.01, 100),
    kind=st.sampled_from(["cases", "timing"]),
)
def test_a_learned_limit_grows_with_the_slowest_call_within_its_bounds(
    times: list[float], most: float, kind: str, bare_target: Target
) -> None:
    limits = bare_target.manifest.limits.model_copy(update={"call_seconds": most})
    suite = bare_target.manifest.suite.model_copy(update={"kind": kind})
    manifest = bare_target.manifest.model_copy(
        update={"limits": limits.model_copy(update={"learn": True}), "suite": suite}
    )
    target = replace(bare_target, manifest=manifest)
    less, more = (call_limit(target, evaluation(max(1e-6, one))) for one in times)
    assert min(FLOOR, most) <= less.seconds <= more.seconds <= most
    assert less.by_clock >= max(1, less.seconds)
    assert more.seconds == most or more.seconds >= 10 * times[1] - 0.001  # which is as far as it is told


@pytest.fixture(scope="module")
def bare_target() -> Target:
    from pygent.target_modules.spec.target_registry import find_target

    return find_target("text_distance")


def test_the_limit_is_ten_times_the_slowest_right_answer(target: Target) -> None:
    tree = program(0.002, 0.03, WRONG, NEVER, 0.001, 0.0)
    found = evaluate(target, suite_for(target), tree, replace(bench(Clocked()), baseline=tree))
    assert (found.score, found.stages[0].timed_out) == (pytest.approx(4 / 6), (3,))
    limit = call_limit(target, Evaluation.from_json(json.loads(json.dumps(found.to_json()))))
    assert (limit.seconds, limit.by_clock, limit.slowest) == (0.3, 1.0, 0.03)
    assert str(limit) == "0.3 s of CPU time (learned: 10 x the baseline's slowest, 30 ms), 1 s by the clock"
    assert found.limits == f"calls may take {limit}"


def test_a_baseline_that_loops_is_known_in_less_than_five_seconds(target: Target) -> None:
    for tree in (program(*[NEVER] * 6), program(NEVER, 0.01, WRONG, NEVER, NEVER, NEVER)):
        sandbox, told = Clocked(), list[tuple[str, float]]()

        def tell(line: str, sandbox: Clocked = sandbox, told: list[tuple[str, float]] = told) -> None:
            told.append((line, sandbox.spent))

        found = evaluate(target, suite_for(target), tree, replace(bench(sandbox), tell=tell))
        [(line, spent)] = told
        assert line.startswith(f"the baseline does not finish case 5 within {PATIENCE:g} s of CPU time")
        assert spent < 5
        assert sandbox.spent < 5 + 6
        assert found.graded
        words = unfinished(target, found)
        assert words.startswith(
            f"the baseline does not finish case 5 within {PATIENCE:g} s of CPU time, nor "
        )
        assert "limits.call_seconds" in words


@given(
    st.lists(
        st.just(0.001) | st.just(WRONG) | st.just(NEVER) | st.floats(0.02, 1.0), min_size=12, max_size=12
    ),
    st.sampled_from([None, 2.0]),
)
def test_a_patient_score_is_that_of_asking_each_case_with_all_its_time(
    many: Target, seconds: list[float], stated: float | None
) -> None:
    target = many
    if stated is not None:
        limits = many.manifest.limits.model_validate({"call_seconds": stated})
        target = replace(many, manifest=many.manifest.model_copy(update={"limits": limits}))
    found = measured(target, Clocked(), program(*seconds))
    assert found.stages[0].samples["passed"] == tuple(float(0 <= one <= 1.0) for one in seconds)


def test_a_mutant_has_less_time_than_what_a_model_wrote_and_everybody_is_told(target: Target) -> None:
    known = measured(target, Clocked(), program(0.001, 0.001, 0.001, 0.001, WRONG, WRONG))
    limits = f"calls may take {call_limit(target, known)}"
    assert limits == (
        "calls may take 0.1 s of CPU time, 0.02 s for a mutant "
        "(learned: 10 x the baseline's slowest, 1 ms, is less), 1 s by the clock"
    )
    for isolation, most in ((Isolation.PROCESS, MUTANT_FLOOR), (Isolation.CONTAINER, FLOOR)):
        for seconds, score in ((most, 1.0), (2 * most, 0.0)):
            sandbox = Clocked()
            found = measured(target, sandbox, program(*[seconds] * 6), known, 4 / 6, isolation=isolation)
            assert (found.score, found.limits) == (score, limits)
            assert set(sandbox.limits) == {most}
        held = Clocked()
        measured(target, held, program(held=[0.001] * 6), known, split="held_out", isolation=isolation)
        assert set(held.limits) == {FLOOR}


def test_one_loop_of_a_mutant_is_enough_if_the_manifest_does_not_ask_for_more(target: Target) -> None:
    known = measured(target, Clocked(), program(0.001, 0.001, 0.001, 0.001, WRONG, WRONG))
    loops = program(NEVER, NEVER, NEVER, NEVER, WRONG, WRONG)
    for one, count in ((target, 1), (made_with_timeouts(target, 2), 2)):
        sandbox = Clocked()
        found = measured(one, sandbox, loops, known, to_beat=4 / 6, isolation=Isolation.PROCESS)
        assert (len(found.stages[0].timed_out), found.stages[0].unasked) == (count, 4 - count)
        assert sandbox.spent == pytest.approx(count * MUTANT_FLOOR)


SLOW = ([3.0] * 6, [0.001, 0.001, 0.001, 0.2, 1.0, 3.0], [0.3] * 6)


@pytest.mark.parametrize("seconds", SLOW)
def test_a_baseline_that_is_only_slow_is_measured_rightly(target: Target, seconds: list[float]) -> None:
    found = measured(target, Clocked(), program(*seconds))
    assert (found.score, unfinished(target, found)) == (1.0, "")
    limit = call_limit(target, found)
    assert limit.seconds == min(10, 10 * max(seconds))


def test_one_that_is_slow_and_loops_as_well_keeps_what_it_can_answer(target: Target) -> None:
    found = measured(target, Clocked(), program(0.05, 0.3, 0.4, 0.05, 0.05, NEVER))
    assert found.stages[0].samples["passed"] == (1, 1, 1, 1, 1, 0)
    assert "case 5 within 3.5 s" in unfinished(target, found)
    found = measured(target, Clocked(), program(NEVER, NEVER, 0.2, 0.001, 0.001, 0.2))
    assert found.stages[0].samples["passed"] == (0, 0, 1, 1, 1, 1)
    assert "case 1 within 2 s" in unfinished(target, found)


def test_a_case_that_the_baseline_fails_teaches_nothing(target: Target) -> None:
    found = measured(target, Clocked(), program(*[WRONG] * 6))
    limit = call_limit(target, found)
    assert (limit.seconds, limit.is_learned, limit.is_open) == (10, False, True)
    mended = measured(target, Clocked(), program(*[3.0] * 6), found, to_beat=0.0)
    assert mended.score == 1.0


def test_a_stated_limit_rules(make_target: MakeTarget) -> None:
    target = made(make_target, "[limits]\ncall_seconds = 7.0")
    assert str(call_limit(target, evaluation(0.001))) == "7 s of CPU time, 21 s by the clock"
    sandbox = Clocked()
    measured(target, sandbox, program(5.0, 5.0, NEVER, 5.0, 5.0, 5.0), evaluation(0.001), to_beat=0.9)
    assert set(sandbox.limits) == {7.0}
    learning = made(make_target, "[limits]\ncall_seconds = 7.0\nlearn = true")
    assert call_limit(learning, evaluation(0.05)).seconds == 0.5
    assert call_limit(learning, evaluation(5.0)).seconds == 7.0


def test_kinds_whose_answers_are_scored_learn_if_they_are_asked_to(make_target: MakeTarget) -> None:
    kind: dict[str, Any] = {"kind": "objective", "objective": "score", "grader": "def problems(): ..."}
    plain = make_target("# {}\n", **kind)
    assert call_limit(plain, evaluation(0.001)).seconds == 10
    assert (
        call_limit(make_target("# {}\n", extra="[limits]\nlearn = true", **kind), evaluation(0.001)).seconds
        == 0.1
    )
    with pytest.raises(TargetError, match=r"limits.learn: a tasks suite learns no limits"):
        make_target("# {}\n", kind="tasks", suite='tasks = "t"', extra="[limits]\nlearn = true")


def test_an_evaluation_of_an_old_archive_teaches_nothing(target: Target) -> None:
    old = evaluation(0.001).to_json()
    for name in ("slowest_right", "timed_out", "unasked"):
        del old["stages"][0][name]
    del old["limits"]
    limit = call_limit(target, Evaluation.from_json(old))
    assert (limit.seconds, limit.is_learned, limit.is_open) == (10, False, False)


def test_a_variant_that_loops_is_cut_short_when_it_cannot_beat_its_parent(target: Target) -> None:
    known = measured(target, Clocked(), program(0.001, 0.001, 0.001, 0.001, WRONG, WRONG))
    sandbox = Clocked()
    found = measured(target, sandbox, program(*[NEVER] * 6), known, to_beat=4 / 6)
    assert sandbox.spent == pytest.approx(2 * FLOOR)
    assert (found.graded, found.score, found.stages[0].unasked) == (True, 0.0, 4)
    assert found.cut_short == "2 timed out, 4 more were not asked"
    assert found.stages[0].failures[-1].startswith(found.cut_short)
    patient = made_with_timeouts(target, 3)
    assert measured(patient, Clocked(), program(*[NEVER] * 6), known, to_beat=4 / 6).stages[0].unasked == 3


def made_with_timeouts(target: Target, timeouts: int) -> Target:
    limits = target.manifest.limits.model_copy(update={"timeouts": timeouts})
    return replace(target, manifest=target.manifest.model_copy(update={"limits": limits}))


def test_cases_that_the_baseline_does_not_finish_come_last(target: Target) -> None:
    known = measured(target, Clocked(), program(NEVER, NEVER, NEVER, 0.001, 0.001, 0.001))
    variant = program(NEVER, NEVER, NEVER, 0.002, 0.002, 0.002)
    found = measured(target, Clocked(), variant, known, to_beat=0.5)
    assert (found.score, found.stages[0].samples["passed"]) == (0.5, (0, 0, 0, 1, 1, 1))


@given(data=st.data())
def test_cutting_short_never_changes_whether_a_score_is_beaten(data: st.DataObject, bare: Target) -> None:
    one = st.sampled_from([0.001, WRONG, NEVER])
    baseline, variant = (program(*data.draw(st.lists(one, min_size=6, max_size=6))) for _ in range(2))
    known = measured(bare, Clocked(), baseline)
    to_beat = data.draw(st.integers(0, 6)) / 6
    whole = measured(bare, Clocked(), variant, known)
    cut = measured(bare, Clocked(), variant, known, to_beat)
    assert whole.score is not None
    assert cut.score is not None
    assert cut.score <= whole.score
    assert (cut.score > to_beat) == (whole.score > to_beat)
    assert cut.score == whole.score or cut.cut_short


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return loaded(tmp_path_factory, len(OURS))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return loaded(tmp_path_factory, 12)


def loaded(tmp_path_factory: pytest.TempPathFactory, cases: int) -> Target:
    from pygent.target_modules.spec.manifest import load
    from tests.support.trusting import trusted

    root = tmp_path_factory.mktemp("bare")
    (root / "src").mkdir()
    (root / "src" / "module.py").write_text("# {}\n")
    (root / "cases.jsonl").write_text("".join(f'{{"args": [{n}], "expected": {n}}}\n' for n in range(cases)))
    (root / "target.toml").write_text(
        'name = "bare"\ngoal = "g"\neditable = ["module.py"]\nentry = "module:f"\n'
        '[suite]\nkind = "cases"\ncases = "cases.jsonl"\n'
        '[[objectives]]\nmetric = "passed"\ndirection = "max"\n'
    )
    return load(trusted(root))


@pytest.mark.parametrize("candidate", [0.05, 0.5])
def test_a_baseline_that_is_slower_on_held_out_cases_does_not_lose_by_its_learned_limit(
    target: Target, candidate: float
) -> None:
    baseline = program(*[0.001] * 6, held=[0.5] * 6)
    other = program(*[0.001] * 6, held=[candidate] * 6)
    known = measured(target, Clocked(), baseline)
    context = replace(bench(Clocked(), known), baseline=baseline)
    found = confirm(target, suite_for(target), other, context, error_rate=0.05)
    assert (found.decision.better, found.decision.mean) == (False, 0)
    for side in (found.candidate, found.baseline):
        assert side is not None
        assert side.mean == 1


def test_a_loop_that_is_mended_wins_and_is_not_repeated(target: Target) -> None:
    baseline = program(0.001, 0.001, *[NEVER] * 4)
    known = measured(target, Clocked(), baseline)
    sandbox = Clocked()
    found = compared(
        suite_for(target),
        program(*[0.001] * 6),
        baseline,
        bench(sandbox, known),
        "search",
        error_rate=0.05,
    )
    assert found.better
    assert sandbox.spent < 2 * 4 * FLOOR + 0.2


def test_where_the_baseline_answers_nothing_a_slow_mend_is_compared_with_its_own_time(target: Target) -> None:
    baseline = program(*[NEVER] * 6)
    known = measured(target, Clocked(), baseline)
    mended = program(*[0.6] * 6)
    found = measured(target, Clocked(), mended, known, to_beat=0.0)
    assert found.score == 1.0
    sandbox = Clocked()
    decision = compared(suite_for(target), mended, baseline, bench(sandbox, known), "search", error_rate=0.05)
    assert decision.better
    loops = Clocked()
    assert measured(target, loops, program(*[NEVER] * 6), known, to_beat=0.0).score == 0
    assert loops.spent < 2


def test_where_speed_counts_a_call_may_take_what_the_baseline_needs_for_all(make_target: MakeTarget) -> None:
    target = made(make_target, kind="timing", objective="speedup")
    assert call_limit(target, evaluation(0.001, seconds=0.7)).seconds == 0.7
    assert call_limit(target, evaluation(0.1, seconds=0.7)).seconds == 1.0


def test_a_time_out_says_whether_more_time_would_have_sufficed_if_the_target_wants_to_know(
    make_target: MakeTarget, local: LocalSandbox
) -> None:
    source = """
        import time

        def f(n):
            end = time.process_time() + 0.15 * (n == 0)
            while time.process_time() < end:
                pass
            return n
    """
    limits = "[limits]\ncall_seconds = 0.05\ngrace = {}"
    cases = [{"args": [n], "expected": n} for n in (0, 1)]
    for grace, said in ((0, False), (10, True)):
        target = make_target(source, cases=cases, extra=limits.format(grace))
        found = measured(target, local, target.tree())
        assert (found.passed, found.stages[0].timed_out) == (1, (0,))
        assert ("it answered after" in found.stages[0].failures[0]) is said
