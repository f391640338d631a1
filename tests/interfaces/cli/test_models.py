"""A run's model on the command line: what cannot work is refused at once, what will not be known is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.archive.records import RunRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.settings.config import ConfigError, load_config
from pygent.testing.small_target import write_small_target
from tests.interfaces.conftest import edit
from tests.support.cli import Done, pygent
from tests.support.servers.manners import play
from tests.support.servers.model_server import ModelServer
from tests.support.trusting import trusted

HELP = edit("        return value + high", "        return value - high")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*args: object, **kwargs: object) -> None:
        pytest.fail("a sandbox was opened")

    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", opened)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def runs(home: Path) -> list[RunRecord]:
    if not (home / "archive.db").exists():
        return []
    with ArchiveStore.open(home, read_only=True) as archive:
        return archive.runs.list_()


KEY = {"OPENAI_API_KEY": "sk-test-0123456789"}
HERE = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
PROFILE = 'name = "mine"\nextends = "direct"\nmcp = ["absent"]\n'
LLM = ["--proposer", "llm"]
RATE = ["--model", "m", "--attempts", "1", "--dollars-per-hour", "2"]
AGENT = ["--proposer", "agent", "--profile", "mine.toml", "--mcp-config", "mcp.json", "--tokens", "9"]
NO_ADDRESS = {"OPENAI_BASE_URL": "127.0.0.1:80"}
REFUSED = [
    pytest.param([*LLM, "--model", "gpt-4.1-mini"], {}, 1, "OPENAI_API_KEY is not set", id="no key"),
    pytest.param(["--proposer", "llm"], KEY, 2, "--model", id="no model"),
    pytest.param(["--model", "anthropic/claude-haiku-4-5"], KEY, 1, "ANTHROPIC_API_KEY", id="another key"),
    pytest.param(["--model", "antropic/claude-haiku-4-5"], KEY, 2, "antropic", id="no such provider"),
    pytest.param(["--model", "m"], KEY | NO_ADDRESS, 1, "OPENAI_BASE_URL", id="bad address"),
    pytest.param(["--model", "m", "--dollars", "2"], HERE, 2, "price of m is unknown", id="dollars"),
    pytest.param(RATE, HERE, 2, "--dollars-per-hour", id="rate"),
    pytest.param(["--model", "m"], HERE, 2, "--attempts", id="no budget"),
    pytest.param(["--model", "m"], KEY, 2, "budget in tokens", id="no price"),
    pytest.param(["--model", "m", "--temperature", "2.5"], HERE, 2, "--temperature", id="too warm"),
    pytest.param(["--model", "m", "--temperature", "nan"], HERE, 2, "--temperature", id="no number"),
    pytest.param(["--model", "local"], {"PYGENT_MODELS": "/nowhere"}, 1, "pygent models", id="not installed"),
    pytest.param([*AGENT, "--model", "m"], HERE, 2, "absent", id="no such server"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "environment", "code", "word"), REFUSED)
@pytest.mark.parametrize("detach", [False, True], ids=["here", "detached"])
def test_what_cannot_work_is_refused_before_a_run_is_recorded_and_a_sandbox_opened(
    options: list[str],
    environment: dict[str, str],
    code: int,
    word: str,
    detach: bool,
    target: Path,
    home: Path,
    no_sandbox: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.toml").write_text(PROFILE)
    (tmp_path / "mcp.json").write_text('{"mcpServers": {"present": {"command": "true"}}}')
    trusted(tmp_path / "mine.toml")
    trusted(tmp_path / "mcp.json")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = pygent("evolve", target, *options, *(["--detach"] if detach else []), home=home)
    assert done.code == code, done.err
    last = done.err.strip().splitlines()[-1]
    assert last.startswith("pygent: ")
    assert word in last
    assert runs(home) == []


def test_an_attempt_to_inspect_is_refused_like_a_run(target: Path, home: Path, no_sandbox: None) -> None:
    done = pygent("agent", "run", target, "--model", "gpt-4.1-mini", home=home)
    assert (done.code, runs(home)) == (1, [])
    assert "OPENAI_API_KEY is not set" in done.err


def evolve(
    server: ModelServer, target: Path, home: Path, monkeypatch: pytest.MonkeyPatch, model: str, *more: object
) -> Done:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return pygent("evolve", target, "--model", model, "--window", 1, *more, home=home)


def test_a_run_that_cannot_go_on_opens_no_sandbox_and_stays_as_it_was(
    target: Path, home: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(otherwise=HELP) as server:
        first = evolve(server, target, home, monkeypatch, "m", "--proposer", "llm", "--attempts", 1)
    assert first.code == 0, first.err
    (before,) = runs(home)
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setattr(
        "pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: pytest.fail("opened")
    )
    done = pygent("resume", before.id, "--attempts", 2, home=home)
    assert (done.code, runs(home)) == (1, [before])
    assert "OPENAI_API_KEY is not set" in done.err


def test_a_model_nearby_needs_no_price_and_what_is_not_known_is_said_once(
    target: Path, home: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(otherwise=HELP) as server:
        done = evolve(server, target, home, monkeypatch, "m", "--attempts", 3)
    assert done.code == 0, done.err
    assert done.err.count("no price is known for m") == 1
    assert "dollars unknown" in done.out
    assert "$" not in done.out.partition("model calls")[2].splitlines()[0]


@pytest.mark.parametrize("how", ["option", "variable", "file"])
def test_temperature_none_sends_none(
    target: Path, home: Path, local: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    given = ["--temperature", "None"] if how == "option" else []
    if how == "variable":
        monkeypatch.setenv("PYGENT_TEMPERATURE", "none")
    if how == "file":
        (tmp_path / "pygent.toml").write_text('temperature = "none"\n')
    with ModelServer(otherwise=HELP) as server:
        done = evolve(server, target, home, monkeypatch, "m", "--attempts", 1, *given)
    assert done.code == 0, done.err
    assert ["temperature" in one.body for one in server.requests] == [False]
    (run,) = runs(home)
    assert run.config["temperature"] == "none"


def test_a_temperature_is_a_number_or_none() -> None:
    assert load_config(None, target="text_distance", temperature="0.25").temperature == 0.25
    assert load_config(None, target="text_distance", temperature=0).temperature == 0.0
    for bad in ("warm", -0.1, "inf"):
        with pytest.raises(ConfigError, match="--temperature"):
            load_config(None, target="text_distance", temperature=bad)


def test_a_model_whose_thinking_eats_its_answers_ends_the_run_soon_and_a_larger_limit_goes_on(
    target: Path, home: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(otherwise=play) as server:
        done = evolve(
            server, target, home, monkeypatch, "thinker", "--evaluations", 60, "--max-answer-tokens", 4096
        )
        assert done.code == 3
        last = done.err.strip().splitlines()[-1]
        assert "4096" in last
        assert "--max-answer-tokens" in last
        assert len(server.requests) == 3
        with ArchiveStore.open(home) as archive:
            (run,) = archive.runs.list_()
            reasons = [one.reason for one in archive.variants.list_(run=run.id) if one.attempt]
        assert all("--max-answer-tokens" in reason for reason in reasons)
        more = pygent("resume", run.id, "--max-answer-tokens", 9000, "--attempts", 4, home=home)
        assert more.code == 0, more.err
        assert server.requests[-1].body["max_tokens"] == 9000


def test_a_router_without_tools_is_asked_in_words_by_the_agent(
    target: Path, home: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(otherwise=play) as server:
        done = evolve(
            server, target, home, monkeypatch, "notools", "--proposer", "agent", "--attempts", 1, "--calls", 3
        )
    assert "check --model" not in done.err
    assert [("tools" in one.body) for one in server.requests].count(True) <= 1
    assert len(server.requests) > 2
