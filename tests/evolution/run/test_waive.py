"""Limits that a sandbox lacks: what may run then, and what is refused until they are waived by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.archive.records import RunRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.run.run_execution import RunResult, create_run, execute_run
from pygent.evolution.settings.config import ConfigError, RunConfig, load_config
from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.support.servers.model_server import ModelServer, say


def config_for(target: Path, **more: object) -> RunConfig:
    return load_config(None, target=str(target), seed=3, evaluations=1, window=1, **more)


def run(home: Path, config: RunConfig, sandbox: LocalSandbox, again: str | None = None) -> RunResult:
    with ArchiveStore.open(home, create=True) as archive:
        record: RunRecord = (
            create_run(archive, config) if again is None else archive.runs.get(archive.runs.find(again))
        )
        return execute_run(
            archive, home, record, sandbox, lambda progress: None, lambda: False, evaluations=2
        )


@pytest.fixture
def lacking() -> LocalSandbox:
    sandbox = LocalSandbox()
    sandbox.name, sandbox.unlimited = "a sandbox (memory not limited)", ("memory",)
    return sandbox


def test_mutations_run_and_the_summary_says_in_what(tmp_path: Path, lacking: LocalSandbox) -> None:
    with lacking:
        ended = run(tmp_path / "home", config_for(write_small_target(tmp_path / "target")), lacking)
    assert ended.summary["evaluations"] == 2
    assert ended.summary["sandbox"] == "a sandbox (memory not limited)"


def test_a_model_is_refused_and_so_is_all_that_descends_from_it(
    tmp_path: Path, lacking: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, home = write_small_target(tmp_path / "target"), tmp_path / "home"
    with ModelServer([say("no edit")] * 60) as server, monkeypatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        config = config_for(target, model="m", tokens=100_000)
        with lacking, pytest.raises(SandboxUnavailableError, match=r"none on memory: .*--waive memory"):
            run(home, config, lacking)
        assert server.requests == []
        with LocalSandbox() as whole:
            first = run(home, config, whole)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)  # from here on it would be the mutate proposer
    with lacking, pytest.raises(SandboxUnavailableError, match="--waive memory"):
        run(home, config_for(target), lacking, again=first.run.id)


def test_only_limits_can_be_waived_and_the_message_names_them(tmp_path: Path) -> None:
    assert load_config(None, target="x", waive="memory, cpu,memory").waive == "memory,cpu"
    with pytest.raises(ConfigError, match=r"^--waive: 'network' cannot be waived: these can: memory, proc"):
        load_config(None, target="x", waive="network")
