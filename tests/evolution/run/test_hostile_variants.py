"""Nothing that a variant or a model's answer holds may end a run, and nothing paid for is lost by a crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.facades.journal_store import JournalStore
from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.proposers.mutate import MutateProposer
from pygent.evolution.proposers.mutate.file_symbols import facts
from pygent.evolution.protocols import Proposal
from pygent.evolution.run.durable_steps import ArchivedSteps
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import RunConfig, load_config
from pygent.gateway.models.circuit_breaker import RunBreaker
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.testing.small_target import BUGGY, write_small_target
from tests.support.servers.model_server import ModelServer, say


class Killed(BaseException):
    """Stands for a kill -9."""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


def config_for(target: Path, **options: Any) -> RunConfig:
    return load_config(None, target=str(target), **{"evaluations": 6, "seed": 3, **options})


def evolve(
    home: Path, sandbox: LocalSandbox, config: RunConfig | None, run: str = "", **changes: Any
) -> list[VariantRecord]:
    with ArchiveStore.open(home) as archive:
        record = create_run(archive, config) if config is not None else archive.runs.get(run)
        execute_run(archive, home, record, sandbox, lambda progress: None, lambda: False, **changes)
        return list(archive.variants.list_())


Remember = Callable[[JournalStore, str, int, str, Mapping[str, Any]], None]


def killed_after(monkeypatch: pytest.MonkeyPatch, when: Callable[[int, str], bool]) -> None:
    """The process dies right after it has recorded the step for which `when` holds."""
    remember: Remember = JournalStore.add

    def dying(self: JournalStore, run: str, attempt: int, step: str, payload: Mapping[str, Any]) -> None:
        remember(self, run, attempt, step, payload)
        if when(attempt, step):
            raise Killed

    monkeypatch.setattr(JournalStore, "add", dying)


def test_a_run_killed_between_the_baselines_evaluation_and_its_commit_goes_on(
    tmp_path: Path, target: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with monkeypatch.context() as patch:
        killed_after(patch, lambda attempt, step: attempt == 0)
        with pytest.raises(Killed):
            evolve(home, local_sandbox, config_for(target))
    with ArchiveStore.open(home) as archive:
        (run,) = archive.runs.list_()
        ((attempt, step),) = archive.journal.pending(run.id)
        assert (attempt, step.partition(":")[0]) == (0, "evaluation")
    assert len(evolve(home, local_sandbox, None, run.id)) >= 6


def test_a_run_killed_far_ahead_goes_on_with_a_smaller_window(
    tmp_path: Path, target: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with monkeypatch.context() as patch:
        killed_after(patch, lambda attempt, step: attempt >= 6)
        with pytest.raises(Killed):
            evolve(home, local_sandbox, config_for(target, window=8, evaluations=20, workers=1))
    with ArchiveStore.open(home) as archive:
        (run,) = archive.runs.list_()
        ahead = [attempt for attempt, _ in archive.journal.pending(run.id)]
    assert ahead
    found = evolve(home, local_sandbox, None, run.id, window=1)
    assert [variant.attempt for variant in found] == list(range(len(found)))


HOSTILE = {
    "a lone surrogate in a JSON edit": {
        "kind": "search_replace", "path": "ranges.py", "search": "return 0", "replace": "return 0  # \ud800",
    },
    "a lone surrogate in a symbol": {
        "kind": "replace_symbol", "path": "ranges.py", "symbol": "outside",
        "source": "def outside(value, low, high):\n    return '\ud800'\n",
    },
    "a chain of attributes": {
        "kind": "search_replace", "path": "ranges.py", "search": "return 0",
        "replace": "import random\n    return random" + ".a" * 900 + "._os",
    },
    "a null byte": {
        "kind": "search_replace", "path": "ranges.py", "search": "return 0", "replace": "return 0\0",
    },
    "deep parentheses": {
        "kind": "search_replace", "path": "ranges.py", "search": "return 0",
        "replace": "return " + "(" * 3000 + "0" + ")" * 3000,
    },
    "a long sum": {
        "kind": "search_replace", "path": "ranges.py", "search": "return 0",
        "replace": "return " + "+".join("1" * 2900),
    },
}  # fmt: skip


@pytest.mark.parametrize("edit", list(HOSTILE.values()), ids=list(HOSTILE))
def test_a_hostile_answer_ends_its_attempt_and_not_the_run(
    edit: Mapping[str, str],
    tmp_path: Path,
    target: Path,
    local_sandbox: LocalSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = "```json\n" + json.dumps({"edits": [edit]}) + "\n```\n"
    with ModelServer(otherwise=say(answer)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", server.key)
        config = config_for(target, proposer="llm", model="m", tokens=100_000, evaluations=1, window=2)
        found = evolve(tmp_path / "home", local_sandbox, config)
    assert len(found) > 1
    assert {variant.status for variant in found[1:]} <= {Status.GATED_OUT, Status.FAILED}
    assert all(1 <= variant.usage.calls <= 2 for variant in found[1:])  # with a repair turn at most


def test_a_journal_that_says_fresh_is_still_the_attempts_own(tmp_path: Path, target: Path) -> None:
    with ArchiveStore.open(tmp_path / "home") as archive:
        run = create_run(archive, config_for(target))
        once = ArchivedSteps(archive, run.id, 0, fresh=True)
        assert once("answer", lambda: {"text": "paid"}) == {"text": "paid"}
        again = ArchivedSteps(archive, run.id, 0, fresh=False)
        assert again("answer", lambda: {"text": "paid twice"}) == {"text": "paid"}


def test_the_same_answer_twice_at_once_is_one_variant_and_a_repeat(
    tmp_path: Path, target: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = {
        "kind": "search_replace",
        "path": "ranges.py",
        "search": "value + high",
        "replace": "value - high",
    }
    answer = "```json\n" + json.dumps({"edits": [edit]}) + "\n```\n"
    with ModelServer(otherwise=say(answer)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", server.key)
        config = config_for(target, proposer="llm", model="m", tokens=100_000, evaluations=4, window=4)
        found = evolve(tmp_path / "home", local_sandbox, config)
    baseline, first = (variant for variant in found if variant.status is not Status.GATED_OUT)
    assert (baseline.attempt, baseline.tree == first.tree) == (0, False)
    repeats = [variant for variant in found if variant.reason.startswith("repeat: ")]
    assert len(repeats) >= 2
    assert {variant.score for variant in repeats} == {None}
    assert all(variant.usage.calls == 1 for variant in repeats)


def test_what_a_proposer_does_not_foresee_ends_its_attempt_and_not_the_run(
    tmp_path: Path, target: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Startled(MutateProposer):
        """Fails over every third attempt."""

        asked = 0

        def propose(self, *given: Any) -> Proposal:
            self.asked += 1
            if self.asked % 3 == 0:
                raise ValueError("Exceeds the limit (4300 digits) for integer string conversion")
            return super().propose(*given)

    monkeypatch.setattr("pygent.evolution.proposers.factory.mutate", lambda *given: Startled())
    found = evolve(tmp_path / "home", local_sandbox, config_for(target, evaluations=8))
    failed = [one for one in found if "the proposer failed" in one.reason]
    assert [one.attempt % 3 for one in failed] == [0] * len(failed)
    assert len(failed) >= 2
    assert all("4300 digits" in one.reason and one.tree is None for one in failed)
    assert len([one for one in found if one.tree is not None]) > 5


def test_a_broken_protocol_is_known_by_what_the_sandbox_saw_not_by_words(
    tmp_path: Path, target: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = target / "target.toml"
    editable = manifest.read_text().replace('"ranges.py:outside"]', '"ranges.py"]')
    manifest.write_text(f"{editable}\n[limits]\ncall_seconds = 10\n")  # a long answer takes time
    too_long = BUGGY.replace("    if value < low", "    return 'x' * (8 << 20)\n    if value < low", 1)
    says_so = BUGGY + "\n\nraise ValueError('broke the protocol')\n"
    sources = iter([too_long, says_so])

    class Scripted(MutateProposer):
        def propose(self, target: Any, parent: Any, *given: Any) -> Proposal:
            if (source := next(sources, None)) is None:
                return Proposal(None, "scripted", reason="nothing more")
            return Proposal(Tree({"ranges.py": source}), "scripted")

    seen: list[bool] = []

    def note(self: RunBreaker, *, failed: bool, violation: bool) -> None:
        seen.append(violation)

    monkeypatch.setattr("pygent.evolution.proposers.factory.mutate", lambda *given: Scripted())
    monkeypatch.setattr(RunBreaker, "note_attempt", note)
    found = evolve(tmp_path / "home", local_sandbox, config_for(target, attempts=3))
    assert "broke the protocol" in found[1].reason
    assert "broke the protocol" in found[2].reason
    assert [one.status for one in found[1:3]] == [Status.FAILED] * 2
    assert seen == [False, True, False, False]


def test_a_table_of_bits_in_the_source_is_no_number_to_build_with(
    tmp_path: Path, local_sandbox: LocalSandbox
) -> None:
    source = BUGGY.replace("def outside", f"TABLE = 0x{'a0' * 4000}\nSMALL = 17\n\n\ndef outside", 1)
    target = write_small_target(tmp_path / "odd", source=source)
    found = evolve(tmp_path / "home", local_sandbox, config_for(target, evaluations=8))
    assert not any("the proposer failed" in one.reason for one in found)
    assert facts(source).numbers == ("17", "0")
