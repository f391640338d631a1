"""A conversation that gets too long loses its oldest results, a bounded number of times."""

from __future__ import annotations

from typing import Any

import pytest

from pygent.agent.dialogue.conversation import LEFT_OUT, Conversation
from pygent.agent.host_client import BudgetExhaustedError, HostClient, ModelUnavailableError
from pygent.prompts.message import Message
from tests.agent.conftest import Host, say

TOO_LONG = {"error": "context_length", "text": "at most 100 tokens"}
HEAD = [Message("system", "rules"), Message("user", "files")]


def filled(host: Host, results: int, tokens: int = 10_000) -> Conversation:
    made = Conversation(HostClient(host), HEAD, tokens=tokens)
    for number in range(results):
        made.result(f"c{number}", f"{number}" * 2000)
    for word in "wxyz":
        made.user(word)
    return made


def sent(host: Host) -> list[Any]:
    return [one["messages"] for one in host.completions]


def test_the_oldest_results_go_first_where_the_model_says_it_is_too_long() -> None:
    host = Host([TOO_LONG, say("yes")])
    assert filled(host, 6).ask("execute").text == "yes"
    first, second = sent(host)
    gone = [number for number, one in enumerate(second) if one["content"] == LEFT_OUT]
    assert gone == list(range(2, 2 + len(gone)))
    assert 0 < len(gone) < 6
    assert first[:2] == second[:2]
    assert len(first) == len(second)


def test_it_is_shortened_before_it_is_sent_where_it_is_known_to_be_long() -> None:
    host = Host([say("yes")])
    filled(host, 6, tokens=2000).ask("execute")
    assert sum(len(one["content"]) for one in sent(host)[0]) < 8000


def test_where_nothing_can_be_left_out_the_attempt_ends_with_the_models_words() -> None:
    host = Host([TOO_LONG] * 50)
    with pytest.raises(ModelUnavailableError, match="context_length: at most 100 tokens"):
        filled(host, 0).ask("execute")
    assert len(host.asked) == 1


def test_a_model_that_never_has_enough_room_is_asked_a_bounded_number_of_times() -> None:
    host = Host([TOO_LONG] * 50)
    with pytest.raises(ModelUnavailableError, match="context_length"):
        filled(host, 200, tokens=1_000_000).ask("execute")
    assert len(host.asked) < 10


@pytest.mark.parametrize("kind", ["refused", "empty", "no_answer"])
def test_a_fault_of_the_model_names_its_kind(kind: str) -> None:
    with pytest.raises(ModelUnavailableError, match=f"{kind}: why"):
        filled(Host([{"error": kind, "text": "why"}]), 1).ask("execute")


def test_a_budget_that_is_used_up_is_no_fault() -> None:
    with pytest.raises(BudgetExhaustedError):
        filled(Host([{"error": "budget", "text": "no more tokens"}]), 1).ask("execute")


def test_each_request_begins_as_the_one_before_it() -> None:
    host = Host([say("one"), say("two"), say("three")])
    made = Conversation(HostClient(host), HEAD, tokens=10_000)
    for word in "abc":
        made.user(word)
        made.ask("plan")
    first, second, third = sent(host)
    assert second[: len(first)] == first
    assert third[: len(second)] == second
