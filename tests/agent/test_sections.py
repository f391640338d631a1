"""What a prompt says of the search: facts, each once, whole or left out by name, within its budget."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.agent.dialogue.brief import BestProgram, Brief, Inspiration, PriorAttempt, SearchState
from pygent.agent.dialogue.context import DEFAULT, sections
from pygent.agent.dialogue.messages import messages
from pygent.agent.profile import Profile, load
from pygent.agent.stage import first_messages
from tests.agent.conftest import brief

HERE = SearchState("attempt 3 (abc)", "valid", better=2, programs=5)


def function(name: str, characters: int) -> str:
    rows = "".join(f"    x = x + {n}\n" for n in range(characters // 14))
    return f"def {name}(x):\n{rows}    return x\n\n\n"


def module(*names: str, characters: int = 400) -> str:
    return "".join(function(name, characters) for name in names)


def best(files: dict[str, str], **changes: object) -> BestProgram:
    known = BestProgram(
        "attempt 7 (best1)", "champion", "3.6 [3.5, 3.7], 40 cases", "steps, not best fit", files
    )
    return replace(known, metrics={"excess_uniform": 3.25}, **changes)


def told(**changes: object) -> str:
    return messages(brief(**changes))[1].content


def test_the_best_program_stands_there_whole_with_its_idea_score_and_metrics() -> None:
    better = module("slow", "new")
    text = told(best=best({"pkg/main.py": better}), search=HERE)
    assert better.strip() in text
    heading = "# The best program so far: attempt 7 (best1), champion"
    for said in (heading, "3.6 [3.5, 3.7], 40 cases", "steps, not best fit", "excess_uniform 3.25"):
        assert said in text


def test_of_a_best_program_beyond_the_budget_whole_symbols_are_shown_and_the_rest_named() -> None:
    small, large = function("small", 300), function("large", 40_000)
    files = {"pkg/main.py": module("same") + large + small}
    text = told(files={"pkg/main.py": module("same", "large")}, editable=("*.py",), best=best(files))
    section = text[text.index("# The best") :]
    assert small.strip() in section
    assert "x = x + 700" not in section
    assert "def same" not in section
    assert "Left out, as it is too long: pkg/main.py:large (" in section
    assert "the rest of pkg/main.py" in section


@given(st.integers(0, 3_000))
def test_no_line_of_the_best_program_or_of_a_change_is_ever_cut(room: int) -> None:
    files = {"m.py": module("a", "b", "c")}
    diff = "".join(f"@@ m.py:{name}\n-{'old' * 60}\n+{'new' * 60}\n" for name in "abcdef")
    known = brief(files={"m.py": "x = 1\n"}, editable=("*.py",), best=best(files))
    made = sections(
        replace(known, inspirations=(Inspiration(1.0, diff),)),
        replace(DEFAULT, best=room, inspiration=room // 5),
    )
    lines = {*files["m.py"].splitlines(), *diff.splitlines()}
    for name in ("best", "others"):
        shown = [row for row in made[name].splitlines() if row[:5] in ("    x", "-oldo", "+newn")]
        assert set(shown) <= lines


def test_a_parent_that_is_the_best_is_named_so_and_shown_once() -> None:
    text = told(search=replace(HERE, is_best=True, better=0))
    assert "You change attempt 3 (abc), the best program so far." in text
    assert "# The best program" not in text


def test_a_worse_parent_is_said_to_be_chosen_to_explore() -> None:
    text = told(search=HERE)
    assert "chosen to explore: of 5 programs, 2 score better" in text
    assert "do not port a better one" in text


def test_outcomes_of_earlier_attempts_on_the_parent_are_counted() -> None:
    text = told(search=replace(HERE, children={"valid": 2, "champion": 1}))
    assert "Earlier attempts on it: 3 (1 champion, 2 valid)." in text


def test_one_kind_of_outcome_is_counted_once() -> None:
    assert "Earlier attempts on it: 2 no_change." in told(search=replace(HERE, children={"no_change": 2}))


def test_the_baseline_is_named_once_and_its_score_too() -> None:
    text = told(search=replace(HERE, name="the baseline (abc)", is_baseline=True), spread="2, 4 cases")
    assert "You change the baseline (abc), chosen to explore" in text
    assert "Score: 2, 4 cases.\n" in text
    assert "that all began with" not in text


def test_the_score_is_not_repeated_among_the_metrics() -> None:
    text = told(metrics={"loss": 2.0, "gaps": 3.0}, metric="loss")
    assert "- gaps: 3" in text
    assert "- loss" not in text


def test_an_idea_that_is_told_whole_is_not_told_again_beside_the_program() -> None:
    other = Inspiration(1.0, "@@ m.py\n+x\n", "sort by size", name="attempt 2 (x)")
    assert "its idea: sort by size" in told(inspirations=(other,))
    text = told(inspirations=(other,), ideas=(PriorAttempt("sort by size", "valid", name="attempt 2 (x)"),))
    assert "its idea" not in text
    assert text.count("sort by size") == 1


def test_what_others_are_doing_is_data_and_those_without_an_idea_are_counted() -> None:
    text = told(search=replace(HERE, ideas=("sort first\n# System",), thinking=2))
    assert "- sort first # System" in text
    assert "2 more attempts on this program are being thought about now" in text


def test_stagnation_is_told_in_numbers_and_only_then_nothing_pushes_on() -> None:
    some = told(search=replace(HERE, since_best=3, measured=2, low=1.0, high=2.0))
    assert "Attempts since the best program was found: 3; with a score: 2 (1 to 2), none better." in some
    assert "It may be bold" in some
    assert "Another structure" not in some
    many = told(search=replace(HERE, since_best=12, measured=9, low=1.0, high=9.0))
    assert "12; with a score: 9 (1 to 9), none better" in many
    assert "Another structure is worth more now" in many
    assert "It may be bold" not in many
    assert "improve the score most" not in many


def test_scores_ahead_of_the_best_that_no_test_confirmed_are_said_to_be_that() -> None:
    text = told(search=replace(HERE, since_best=9, measured=9, low=1.0, high=1.0, ahead=1))
    assert "1 better, but not shown to be" in text
    assert "Another structure" not in text


def test_only_the_statuses_that_are_used_are_explained() -> None:
    text = told(search=HERE, ideas=(PriorAttempt("x", "failed: timed out"),))
    meanings = text[text.index("What the statuses mean") :]
    assert "- failed: " in meanings
    assert "- valid: " in meanings
    assert "champion" not in meanings
    assert "gated_out" not in meanings


def test_words_about_speed_stand_only_where_it_is_measured() -> None:
    system = messages(brief())[0].content
    assert "slower" not in system
    assert "how fast" not in system
    fast = messages(brief(measures_speed=True))[0].content
    assert "a wrong or slower\nprogram gains nothing" in fast


def test_rules_limits_and_inputs_are_told() -> None:
    system, user = (
        one.content
        for one in messages(brief(rules=("Import nothing.",), limits=("2 s a call.",), inputs=("f(1)",)))
    )
    assert "\n# Limits\n\n- 2 s a call.\n\n# Rules\n" in system
    assert "\n- Import nothing.\n" in system
    assert "- f(1)" in user


def test_an_agent_knows_its_limits_before_it_meets_them() -> None:
    system = first_messages(brief(limits=("2 s a call.",)), load("default"))[0].content
    for said in ("2 s a call.", "40 tool calls", "30 answers", "200,000 tokens", "20 minutes"):
        assert said in system
    assert "`evaluate` may be called 4 times" in system
    assert "One call of `shell` or `profile` may take 30 s" in system
    bare = first_messages(brief(), Profile.of({"name": "p", "tools": ["view", "finish"]}))[0].content
    assert "evaluate" not in bare
    assert "may take 30 s" not in bare


def crowded(letter: str) -> Brief:
    """Everything that there may be about a parent of 9 kB."""
    rows = module(*"abcdefghijklmnopqr", characters=460)
    return brief(
        files={"big.py": rows[:9_000]},
        editable=("*.py",),
        failures=("case 1: 3",) * 9,
        output="o" * 9999,
        inputs=("f(" + "1, " * 99 + ")",) * 3,
        best=best({"big.py": rows.replace("return x", f"return x, {letter!r}")[:8_900]}),
        inspirations=tuple(Inspiration(n, f"@@ big.py:{n}\n" + f"+{letter}\n" * 300) for n in range(5)),
        ideas=tuple(PriorAttempt(f"{letter} idea {n} " * 30, "failed: worse") for n in range(30)),
        rules=("Import nothing. " * 60,),
        limits=("2 s a call. " * 30,),
        search=replace(
            HERE, ideas=(f"{letter} idea " * 40,) * 3, since_best=9, measured=1, low=1.0, high=1.0
        ),
    )


@pytest.mark.parametrize("profile", [None, "default", "direct"])
def test_with_everything_at_once_a_prompt_keeps_its_size_and_the_best_goes_before_others(
    profile: str | None,
) -> None:
    known = crowded("a")
    sent = messages(known) if profile is None else first_messages(known, load(profile))
    assert sum(len(one.content) for one in sent) <= 25_000


def test_many_inputs_and_ideas_share_their_budget_line_by_line() -> None:
    many = tuple(f"idea {n} " + "long " * 200 for n in range(7))
    made = sections(brief(inputs=many, search=replace(HERE, ideas=many)))
    for name in ("inputs", "search"):
        assert "left out" not in made[name]
        assert all(f"- idea {n} long" in made[name] for n in range(7))
        assert len(made[name]) < 1_500


def test_a_brief_crosses_a_boxs_boundary_whole() -> None:
    assert Brief.of(json.loads(json.dumps(asdict(crowded("a"))))) == crowded("a")


def test_a_best_program_of_many_small_symbols_keeps_the_budget_too() -> None:
    many = module(*(f"f{n}" for n in range(400)), characters=40)
    made = sections(brief(files={"m.py": "x = 1\n"}, editable=("*.py",), best=best({"m.py": many})))
    assert len(made["best"]) <= DEFAULT.best + 600  # what is left out is named, too
    assert "more" in made["best"].splitlines()[-1]
