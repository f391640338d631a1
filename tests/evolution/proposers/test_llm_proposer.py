"""A model's answer becomes a proposal, a failure has its reason, and nothing is paid twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from pygent.archive.records import Status, Usage, VariantRecord
from pygent.benchmarks.results import Evaluation, StageResult
from pygent.evolution.proposers.llm import LlmProposer
from pygent.evolution.protocols import Parent, Proposal
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.connect import connect
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.run_account import Budgeted, RunAccount
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Manifest
from tests.support.servers.doors import Memory, doors_to
from tests.support.servers.model_server import ModelServer, say, status

SOURCE = "def double(x):\n    return x + x\n"
BETTER = "def double(x):\n    return x << 1\n"
EDIT = """\
IDEA: shift
m.py
```python
<<<<<<< SEARCH
    return x + x
=======
    return x << 1
>>>>>>> REPLACE
```
"""
TARGET = Target(
    Path("/nowhere"),
    Manifest.model_validate(
        {
            "name": "doubling",
            "goal": "Double faster.",
            "editable": ["m.py"],
            "entry": "m:double",
            "suite": {"kind": "timing", "cases": "cases.jsonl"},
            "objectives": [
                {"metric": "seconds", "direction": "min"},
                {"metric": "complexity", "direction": "max"},
            ],
            "thresholds": [{"metric": "passed", "min": 3}],
        }
    ),
)
EVALUATION = Evaluation(
    "search",
    True,
    "",
    2.0,
    {"seconds": 2.0},
    (StageResult("all", {}, 2, 3, ("case 3: returned 8",)),),
    0,
    output="debug: hello",
)
PARENT = Parent(
    VariantRecord(
        "v1",
        "r",
        0,
        "doubling",
        (),
        None,
        Status.VALID,
        "",
        "llm",
        "",
        0,
        0.0,
        score=2.0,
        metrics={"seconds": 2.0},
    ),
    Tree({"m.py": SOURCE}),
    EVALUATION,
)


def propose(
    proposer: LlmProposer,
    journal: Memory | None = None,
    seen: Callable[[str], bool] = lambda tree: False,
    seed: int = 1,
) -> Proposal:
    return proposer.propose(TARGET, PARENT, Random(seed), seen, journal or Memory())


def test_an_answer_becomes_a_tree_with_its_patch_note_and_cost(tmp_path: Path) -> None:
    made = propose(LlmProposer(doors_to(ScriptedModel([EDIT]), tmp_path)))
    assert made.tree == Tree({"m.py": BETTER})
    assert (made.reason, made.note, made.written_by_model) == ("", "shift", True)
    assert made.patch is not None
    assert made.patch["edits"][0]["path"] == "m.py"
    assert json.loads(json.dumps(made.patch)) == made.patch
    assert made.usage.calls == 1
    assert made.usage.tokens > 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I cannot help.", "edit"),
        (EDIT.replace("x + x", "x * 9"), "search"),
        (EDIT.replace("x << 1", "x + x"), "no_change"),
        (ModelError(Kind.REFUSED, "I will not", usage=Usage(1, 9, 0, 4)), "refused"),
        (ModelError(Kind.SERVER, "down", usage=Usage(1, 9, 0, 4)), "server"),
    ],
)
def test_a_failure_is_a_proposal_with_its_reason_and_its_cost(
    answer: str | ModelError, reason: str, tmp_path: Path
) -> None:
    made = propose(LlmProposer(doors_to(ScriptedModel([answer, answer]), tmp_path)))
    assert made.tree is None
    assert reason in made.reason.lower()
    assert made.usage.tokens > 0
    assert made.written_by_model


def test_a_repeat_is_not_worth_an_evaluation(tmp_path: Path) -> None:
    better = Tree({"m.py": BETTER}).id
    made = propose(LlmProposer(doors_to(ScriptedModel([EDIT]), tmp_path)), seen=lambda tree: tree == better)
    assert (made.tree, made.reason) == (None, "repeats an earlier variant")


@pytest.mark.parametrize("kind", [Kind.AUTH, Kind.NOT_FOUND, Kind.QUOTA])
def test_a_fault_that_ends_the_run_goes_through_and_is_not_kept(kind: Kind, tmp_path: Path) -> None:
    journal = Memory()
    with pytest.raises(ModelError) as caught:
        propose(LlmProposer(doors_to(ScriptedModel([ModelError(kind, "planned")]), tmp_path)), journal)
    assert caught.value.kind is kind
    assert journal.kept == {}


def test_a_budget_that_is_used_up_is_a_value_and_is_not_kept(tmp_path: Path) -> None:
    budget, journal = RunAccount(tokens=1), Memory()
    proposer = LlmProposer(doors_to(Budgeted(ScriptedModel([EDIT]), budget, None), tmp_path, budget))
    assert proposer.exhausted == ""
    made = propose(proposer, journal)
    assert made.tree is None
    assert made.reason.startswith("budget: the run's budget of tokens")
    assert made.usage == Usage()
    assert proposer.exhausted == "tokens"
    assert journal.kept == {}


@pytest.mark.parametrize("answer", [EDIT, "no edit", ModelError(Kind.REFUSED, "no", usage=Usage(1, 5, 0, 2))])
def test_a_paid_answer_is_not_paid_twice_and_gives_the_same_proposal(
    answer: str | ModelError, tmp_path: Path
) -> None:
    journal = Memory()
    first = propose(LlmProposer(doors_to(ScriptedModel([answer, answer]), tmp_path)), journal)
    unasked = ScriptedModel([])
    again = propose(LlmProposer(doors_to(unasked, tmp_path)), journal)
    assert again == first
    assert unasked.asked == []


def test_the_seed_comes_from_the_given_chance_alone(tmp_path: Path) -> None:
    def seed_after(chance: int) -> int | None:
        model = ScriptedModel([EDIT])
        propose(LlmProposer(doors_to(model, tmp_path)), seed=chance)
        return model.asked[0].seed

    assert seed_after(5) == seed_after(5) != seed_after(6)


def test_the_prompt_tells_what_is_known_about_the_parent(tmp_path: Path) -> None:
    model = ScriptedModel([EDIT])
    other = Parent(replace(PARENT.variant, id="v2", score=1.5), Tree({"m.py": BETTER}), None)
    proposer = LlmProposer(doors_to(model, tmp_path), baseline=lambda: 3.25)
    inspired = replace(PARENT, variant=replace(PARENT.variant, attempt=1), inspirations=(other,))
    proposer.propose(TARGET, inspired, Random(1), lambda tree: False, Memory())
    text = "\n".join(message.content for message in model.asked[0].messages)
    for told in (
        "Double faster.",
        "`seconds`: lower is better",
        "`complexity` (higher is better)",
        "`passed` must be at least 3",
        "case 3: returned 8",
        "debug: hello",
        SOURCE,
        "+    return x << 1",
        "Score: 2. The program that all began with: 3.25.",
    ):
        assert told in text


def test_through_a_real_server_with_a_fault_on_the_way(tmp_path: Path) -> None:
    budget = RunAccount(tokens=50_000)
    with ModelServer([status(529), say(EDIT)]) as server:
        model = connect("m", budget, environment=server.environment, timeout=10, sleep=lambda seconds: None)
        made = propose(LlmProposer(doors_to(model, tmp_path)))
        model.close()
    assert made.tree == Tree({"m.py": BETTER})
    assert made.usage == budget.spent
    assert made.usage.calls == 2
