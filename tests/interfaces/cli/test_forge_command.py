"""`pygent sandbox forge` as people and scripts use it."""

from __future__ import annotations

from typing import Any

import pytest

from pygent.benchmarks.forgeries import forgery_audit
from pygent.benchmarks.forgeries.forgery_audit import ForgeryVerdict, Report, Row
from pygent.benchmarks.forgeries.forgery_corpus import Forgery, read_corpus
from pygent.sandbox.backends import select
from pygent.sandbox.backends.local import LocalSandbox
from tests.support.cli import pygent

CLOSED: list[str] = []


class Closing(LocalSandbox):
    def close(self) -> None:
        CLOSED.append(self.name)
        super().close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command asked for; each forgery gets `score` from the cases suite."""
    asked: dict[str, Any] = {"score": 0.0}

    def opened(kind: str, **options: Any) -> LocalSandbox:
        asked["kind"] = kind
        return Closing()

    def forge(sandbox: Any, forgeries: list[Forgery], **options: Any) -> Report:
        asked.update(options, names=[one.name for one in forgeries])
        score = asked["score"]
        verdict = ForgeryVerdict(not score, score, "" if score else "wrong answer", "why")
        rows = tuple(Row(one, {"cases": verdict}) for one in forgeries)
        for row in rows:
            options["said"](row)
        return Report("a sandbox", rows, (), 1.5)

    monkeypatch.setattr(select, "open_sandbox", opened)
    monkeypatch.setattr(forgery_audit, "forge", forge)
    CLOSED.clear()
    return asked


def test_all_are_put_to_everything_and_the_quick_choice_to_the_suites(told: dict[str, Any]) -> None:
    assert pygent("sandbox", "forge").code == 0
    assert told["names"] == [one.name for one in read_corpus()]
    assert told["compare"]
    assert pygent("sandbox", "forge", "--fast").code == 0
    assert told["names"] == [one.name for one in read_corpus() if one.fast]
    assert not told["compare"]
    assert pygent("sandbox", "forge", "--fast", "--compare").code == 0
    assert told["compare"]
    assert len(CLOSED) == 3


@pytest.mark.parametrize("option", ["--backend", "--sandbox"])
def test_the_backend_goes_by_both_names(option: str, told: dict[str, Any]) -> None:
    assert pygent("sandbox", "forge", option, "bubblewrap", "--only", "nan").code == 0
    assert (told["kind"], told["names"]) == ("bubblewrap", ["nan"])


def test_a_score_is_exit_1_in_text_and_in_json(told: dict[str, Any]) -> None:
    told["score"] = 0.5
    done = pygent("sandbox", "forge", "--only", "nan", "--only", "truth")
    assert done.code == 1
    assert "FORGED 0.5" in done.out
    assert "NOT HELD: 2 forgeries" in done.out
    done = pygent("sandbox", "forge", "--only", "nan", "--json")
    assert done.code == 1
    assert not done.json["held"]
    assert done.json["forged"]["cases"] == 1
    assert done.json["rows"][0]["suites"]["cases"] == {"held": False, "score": 0.5, "stop": "", "why": "why"}


def test_the_table_ends_with_how_many_forged_each(told: dict[str, Any]) -> None:
    done = pygent("sandbox", "forge", "--only", "nan")
    assert done.code == 0
    assert "0 wrong answer" in done.out
    assert "forged, of 1" in done.out
    assert "held: 1 forgeries" in done.out


def test_an_unknown_forgery_is_named_and_nothing_is_started(told: dict[str, Any]) -> None:
    done = pygent("sandbox", "forge", "--only", "nan", "--only", "nothing")
    assert done.code == 2
    assert "nothing" in done.err
    assert CLOSED == []
