"""What the host tells about a parent: figures with their spread, rules as the gate judges, the run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pygent.agent.dialogue.brief import Effect
from pygent.agent.dialogue.memory import whole
from pygent.archive.records import Status, VariantRecord
from pygent.benchmarks.calibration import BoxSpeed, box_speed
from pygent.benchmarks.results import Evaluation, StageResult
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.proposers import figures
from pygent.evolution.proposers.brief_of_parent import RunFacts, brief, visible_inputs
from pygent.evolution.protocols import Parent
from pygent.evolution.search.evidence import Evidence
from pygent.evolution.search.standings import SinceBest, Standing
from pygent.evolution.search.under_way import AttemptBeside
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Manifest
from pygent.target_modules.spec.target_registry import find_target

SOURCE = "def f(x):\n    return x\n"


def target(metric: str = "loss", direction: str = "min", **manifest: Any) -> Target:
    plain = {
        "name": "made",
        "goal": "Better.",
        "editable": ["m.py"],
        "entry": "m:f",
        "suite": {"kind": "objective", "grader": "grader.py"},
        "objectives": [{"metric": metric, "direction": direction}],
    }
    return Target(Path("/nowhere"), Manifest.model_validate({**plain, **manifest}))


TIMED = target("speedup", "max", suite={"kind": "timing", "cases": "cases.jsonl"})


def evaluation(samples: Mapping[str, tuple[float, ...]], score: float, **changes: Any) -> Evaluation:
    stage = StageResult("all", samples, 1, 1, call_seconds=(0.5, 1.5))
    return replace(Evaluation("search", True, "", score, {"loss": score}, (stage,), 0), **changes)


def decision(better: bool, mean: float, low: float, high: float, pairs: int = 8) -> PairedDecision:
    return PairedDecision(better, pairs, mean, low, high, 0.05, "")


def variant(id: str, attempt: int, score: float, status: Status = Status.VALID, **more: Any) -> VariantRecord:
    known = VariantRecord(
        id, "r", attempt, "made", (), None, status, "", "llm", "single", 0, 0.0, score=score
    )
    return replace(known, metrics={"loss": score, "half": score / 2}, **more)


def program(id: str, attempt: int, score: float, source: str = SOURCE, **more: Any) -> Parent:
    samples = {"loss": (score - 0.5, score + 0.5)}
    record = variant(id, attempt, score, **more)
    return Parent(record, Tree({"m.py": source}), evaluation(samples, score))


def test_a_score_has_its_interval_and_the_size_of_its_sample() -> None:
    measured = evaluation({"loss": (1.0, 2.0, 3.0)}, 2.0)
    assert figures.with_spread(target(), 2.0, measured) == "2 [-0.4841, 4.484], 3 samples"
    assert figures.with_spread(target(), None, None) == ""
    assert figures.with_spread(target(), 2.0, None) == "2"


def test_cases_that_are_the_whole_task_have_a_number_but_no_interval() -> None:
    whole = target("passed", "max", suite={"kind": "cases", "cases": "cases.jsonl"})
    measured = evaluation({"passed": (1.0, 0.0, 1.0)}, 2 / 3)
    assert figures.with_spread(whole, 2 / 3, measured) == "0.666667, 3 cases"


def test_a_speed_up_has_the_interval_of_its_logarithms() -> None:
    measured = evaluation({"log_speedup": (0.0, 0.1, -0.1), "speedup": ()}, 1.0)
    assert figures.with_spread(TIMED, 1.0, measured) == "1 [0.78, 1.282], 3 pairs"


@pytest.mark.parametrize(
    ("made", "found", "words"),
    [
        (
            target(),
            decision(False, 0.018, -0.042, 0.078),
            "+0.018 [-0.042, +0.078] against its parent (above 0",
        ),
        (target(), decision(False, 0.018, -0.042, 0.078), "8 pairs: cannot be told apart"),
        (target(), decision(True, 0.2, 0.1, 0.3), "8 pairs: better"),
        (target(), decision(False, -0.2, -0.3, -0.1), "8 pairs: worse"),
        (TIMED, decision(False, 0.0, -0.05, 0.05), "1 [0.951, 1.05] times its parent's speed"),
        (TIMED, decision(False, 0.0, -0.05, 0.05), "8 pairs: cannot be told apart"),
    ],
)
def test_a_comparison_says_in_words_what_its_interval_means(
    made: Target, found: PairedDecision, words: str
) -> None:
    assert words in figures.gain(made, found)


def test_a_comparison_that_broke_off_says_nothing() -> None:
    assert figures.gain(target(), decision(False, 0, 0, 0, pairs=0)) == ""
    assert figures.gain(target(), None) == ""


def test_times_of_calls_stand_beside_their_limit() -> None:
    told = brief(target(limits={"call_seconds": 10}), program("a", 1, 2.0), None)
    assert told.call_seconds == "One call took 0.5 s (median), 1.5 s (slowest) of the 10 s allowed."


def test_an_evaluation_of_an_old_archive_has_no_times() -> None:
    plain = evaluation({"loss": (1.0,)}, 1.0).to_json()
    assert Evaluation.from_json(plain) == evaluation({"loss": (1.0,)}, 1.0)
    for stage in plain["stages"]:
        del stage["call_seconds"]
    assert figures.call_times(target(), Evaluation.from_json(plain)) == ""


def test_the_best_program_comes_whole_with_idea_metrics_and_how_far_it_leads() -> None:
    better = program("best", 7, 1.0, "def f(x):\n    return x + 1\n", status=Status.CHAMPION, note="add one")
    better = replace(better, comparison=decision(True, 0.5, 0.4, 0.6))
    told = brief(target(), replace(program("here", 3, 2.0), best=better, inspirations=(better,)), None)
    assert told.best is not None
    assert told.best.files == {"m.py": "def f(x):\n    return x + 1\n"}
    assert (told.best.name, told.best.status, told.best.note) == ("attempt 7 (best)", "champion", "add one")
    assert told.best.metrics == {"half": 0.5}
    assert told.best.score.startswith("1 [")
    assert told.best.lead == "+1 [+1, +1] against the program above (above 0 is better), 2 samples"
    assert told.best.gain.endswith("better")
    assert told.inspirations == ()
    assert told.search is not None
    assert not told.search.is_best


def test_a_parent_that_leads_or_draws_level_is_shown_alone() -> None:
    here = program("here", 3, 2.0)
    alone = brief(target(), replace(here, best=here), None)
    assert alone.best is None
    assert alone.search is not None
    assert alone.search.is_best
    level = brief(target(), replace(here, best=program("first", 0, 2.0)), None)
    assert level.best is None


def test_the_search_is_told_as_it_was_when_the_parent_was_chosen() -> None:
    here = program("here", 3, 2.0)
    standing = Standing(2, 5, {"valid": 1}, SinceBest(4, 2, 1.5, 2.5, 1))
    beside = (
        *(AttemptBeside(5, "here", "sort"), AttemptBeside(6, "else", "hash")),
        *(AttemptBeside(7, "here"), AttemptBeside(8, "else")),
    )
    best = program("best", 2, 2.0, status=Status.ACCEPTED)
    told = brief(target(), replace(here, standing=standing, beside=beside, best=best), None).search
    assert told is not None
    assert (told.better, told.programs, told.children) == (2, 5, {"valid": 1})
    assert (told.since_best, told.measured, told.low, told.high, told.ahead) == (4, 2, 1.5, 2.5, 1)
    assert (told.ideas, told.thinking) == (("sort", "hash"), 1)


def test_other_programs_have_metrics_spread_and_a_difference_from_the_parent() -> None:
    other = program("other", 2, 3.0, "def f(x):\n    return x - 1\n", note="less")
    (told,) = brief(target(), replace(program("here", 3, 2.0), inspirations=(other,)), None).inspirations
    assert (told.name, told.note, dict(told.metrics)) == ("attempt 2 (other)", "less", {"half": 1.5})
    assert told.spread.endswith("2 samples")
    assert told.diff == "@@ m.py:f\n def f(x):\n-    return x\n+    return x - 1\n"


@pytest.mark.parametrize(
    ("metric", "is_told"),
    [("sentiment", False), ("lifetimes_found", False), ("call_seconds", True), ("run-time", True)],
)
def test_speed_is_a_matter_only_of_metrics_that_are_named_after_it(metric: str, is_told: bool) -> None:
    assert brief(target(metric), program("here", 3, 2.0), None).measures_speed is is_told


def test_effects_on_samples_have_an_interval_and_what_made_these_files_is_compared_once() -> None:
    row = Effect("loss", 3.0, 2.0, -1.0, -1.2, -0.8, 8)
    here = program("here", 3, 2.0)
    parent = replace(
        here, tried=(here.variant,), evidence=lambda one: Evidence("", (row,), decision(True, 1.0, 0.8, 1.2))
    )
    (told,) = brief(target(), parent, None).ideas
    assert (told.effects, told.comparison) == ((row,), "")
    (elsewhere,) = brief(target(), replace(parent, variant=variant("other", 4, 2.0)), None).ideas
    assert "8 pairs: better" in elsewhere.comparison


def test_times_of_different_moments_are_said_to_be_that() -> None:
    rows = (Effect("speedup", 3.37, 6.39), Effect("complexity", 3.0, 4.0))
    here = program("here", 3, 2.0)
    parent = replace(here, tried=(here.variant,), evidence=lambda one: Evidence("", rows))
    (told,) = brief(TIMED, parent, None).ideas
    text = whole(told)
    assert "speedup: 3.37 -> 6.39, timed at different moments" in text
    assert "complexity: 3 -> 4" in text.splitlines()[2]
    assert text.count("moments") == 1


def test_a_comparison_without_spread_has_no_interval() -> None:
    said = figures.gain(target(), decision(True, 0.5, 0.5, 0.5, 105))
    assert said == "+0.5 against its parent (above 0 is better), 105 pairs: better"


@pytest.mark.parametrize("granted", [(), ("time", "sqlite3")])
def test_modules_are_named_exactly_if_the_gate_lets_them_in(granted: tuple[str, ...]) -> None:
    made = target(safety={"imports": list(granted)})
    rule = brief(made, program("here", 3, 2.0), None).rules[0]
    before = Tree({"m.py": SOURCE})
    for name in sorted(sys.stdlib_module_names):
        found = gate(made, before, Tree({"m.py": f"import {name}\n{SOURCE}"}))
        assert (f"`{name}`" in rule.partition(" `time` is refused")[0]) is not any(
            one.rule == "import" for one in found
        ), name
    assert ("`time` is refused" in rule) is ("time" not in granted)


def test_built_in_functions_are_named_exactly_if_the_gate_refuses_them() -> None:
    made = target(safety={"calls": ["open"]})
    rule = brief(made, program("here", 3, 2.0), None).rules[1]
    before = Tree({"m.py": SOURCE})
    for name in ("open", "eval", "exec", "compile", "vars", "input", "len", "sorted", "print"):
        found = gate(made, before, Tree({"m.py": f"{SOURCE}\n\ndef g(x):\n    return {name}(x)\n"}))
        assert (f"`{name}`" in rule) is bool(found), name


def test_speed_counts_only_where_it_is_measured() -> None:
    timed = brief(TIMED, replace(program("a", 1, 2.0), evaluation=None), None)
    foreign = target(suite={"kind": "evaluator", "evaluator": "e.py"}, trust="in-process")
    untimed = brief(target(), program("a", 1, 2.0), None)
    assert (timed.measures_speed, untimed.measures_speed) == (True, False)
    assert any("speed does not count" in one for one in untimed.limits)
    unknown = brief(foreign, program("a", 1, 2.0), None)
    assert not unknown.measures_speed
    for one in (timed, unknown):
        assert not any("speed does not count" in limit for limit in one.limits)


def test_the_speed_of_the_machine_and_the_longest_answer_are_among_the_limits() -> None:
    facts = RunFacts(speed=lambda: BoxSpeed("3.12.4", 0.0281), answer_tokens=4096)
    limits = brief(target(), program("a", 1, 2.0), None, facts).limits
    assert "Python 3.12.4. 1,000,000 turns of an empty `for` loop take 0.028 s here." in limits
    assert "An answer may have 4,096 tokens, thinking included." in limits


def test_the_speed_is_that_of_the_boxs_own_python(local_sandbox: LocalSandbox) -> None:
    speed = box_speed(target(), local_sandbox)
    assert speed is not None
    assert speed.python == ".".join(map(str, sys.version_info[:3]))
    assert 0 < speed.seconds < 60


@pytest.mark.parametrize(
    ("name", "start"), [("text_distance", "distance('"), ("online_bin_packing", "place([")]
)
def test_a_few_visible_inputs_are_shown_as_calls(name: str, start: str) -> None:
    shown = visible_inputs(find_target(name), 5)
    assert len(shown) == 3
    assert all(one.startswith(start) and len(one) <= 400 for one in shown)


def test_a_target_without_inputs_shows_none() -> None:
    assert visible_inputs(find_target("coding_agent"), 5) == ()
