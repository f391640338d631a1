"""Guessing the password of the review page."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from pygent.interfaces.web import actions
from pygent.interfaces.web.login_throttle import FREE, LONGEST_WAIT, MOST_CLIENTS, Guesses
from tests.interfaces.web.conftest import Reviewed
from tests.support.servers.review_server import Serving, reviewing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def serving(reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    monkeypatch.setattr(actions, "WRONG_SECONDS", 0.0)
    with reviewing(reviewed.home, by_link=False) as started:
        yield started


def logging_in(serving: Serving, password: str, address: str = "127.0.0.1") -> int:
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=serving.base, transport=transport) as client:
        return client.post("/login", data={"password": password}).status_code


def test_who_guesses_is_made_to_wait_even_with_the_right_password_and_nobody_else_is(
    serving: Serving,
) -> None:
    assert [logging_in(serving, f"guess {n}", "127.0.0.2") for n in range(FREE + 2)] == [401] * FREE + [
        429
    ] * 2
    assert logging_in(serving, serving.secret, "127.0.0.2") == 429
    assert logging_in(serving, serving.secret) == 303


def test_a_slip_or_two_costs_the_owner_nothing(serving: Serving) -> None:
    assert [logging_in(serving, "slip") for _ in range(FREE - 1)] == [401] * (FREE - 1)
    assert logging_in(serving, serving.secret) == 303
    assert [logging_in(serving, "slip") for _ in range(FREE - 1)] == [401] * (FREE - 1)  # counted anew


@pytest.mark.parametrize(
    "password", ["", "a secret of test", "a secret of tests ", "a" * 100_000, "\udcff", "\0"]
)
def test_what_is_nearly_right_is_wrong(serving: Serving, password: str) -> None:
    body = httpx.QueryParams({"password": password.encode("utf-8", "surrogatepass").decode("latin-1")})
    answer = httpx.post(f"{serving.base}/login", content=str(body), headers={
        "content-type": "application/x-www-form-urlencoded"
    })  # fmt: skip
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_a_made_up_cookie_lets_nobody_in(serving: Serving) -> None:
    for cookie in ("", "0" * 64, "é"):
        headers = {"cookie": f"pygent={cookie}".encode()}
        assert httpx.get(f"{serving.base}/api/runs", headers=headers).status_code == 401


def test_each_further_guess_costs_twice_the_time_up_to_a_minute() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    waits = []
    for _ in range(FREE + 9):
        guesses.wrong("192.0.2.1")
        waits.append(guesses.wait("192.0.2.1"))
        clock.now += waits[-1]
    assert waits[: FREE - 1] == [0.0] * (FREE - 1)
    assert waits[FREE - 1 :] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0] + [LONGEST_WAIT] * 4
    assert guesses.wait("192.0.2.1") == 0.0


def test_an_owner_of_many_addresses_of_a_network_counts_as_one() -> None:
    guesses = Guesses(Clock())
    for n in range(FREE):
        guesses.wrong(f"2001:db8:0:1::{n:x}")
    assert guesses.wait("2001:db8:0:1:ffff::1") > 0
    assert guesses.wait("2001:db8:0:2::1") == 0
    assert guesses.wait("192.0.2.7") == 0
    for _ in range(FREE):
        guesses.wrong("::ffff:192.0.2.7")
    assert guesses.wait("192.0.2.7") > 0


def test_many_guessers_are_remembered_in_bounded_memory() -> None:
    guesses = Guesses(Clock())
    for n in range(MOST_CLIENTS + 10):
        for _ in range(FREE):
            guesses.wrong(f"client {n}")
    assert guesses.wait("client 0") == 0
    assert guesses.wait(f"client {MOST_CLIENTS}") > 0
