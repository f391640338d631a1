"""Code of one's own on the command line: it runs where a person has named it, and nowhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from mcp import Client

from pygent.archive.store import ArchiveStore
from pygent.interfaces.mcp.mcp_server import make_server
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.support.cli import Done, pygent
from tests.support.runs import wait_until

FILE = """\
open({mark!r}, "a").write("loaded ")

from pygent.evolution.search.selectors import RandomSelector


class NewestSelector(RandomSelector):
    def select(self, rng):
        super().select(rng)
        return self._names[-1]


class NoTracker:
    def began(self, run, home): ...
    def progressed(self, progress): ...
    def ended(self, run): ...
"""
NAMED = "./my_selector.py:NewestSelector"


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once my_selector.py of the current folder has run."""
    monkeypatch.chdir(tmp_path)
    write_small_target(Path("target"))
    mark = tmp_path / "mark"
    Path("my_selector.py").write_text(FILE.format(mark=str(mark)))
    return mark


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())


def evolve(*options: object, attempts: int = 3) -> Done:
    usual = ("--proposer", "mutate", "--attempts", attempts, "--seed", 1, "--window", 1, "--json")
    return pygent("evolve", "target", *usual, *options)


def refused(done: Done, *words: str) -> None:
    assert done.code == 2, done.err
    last = done.err.splitlines()[-1]
    assert last.startswith("pygent: ")
    assert all(word in last for word in words), last


@pytest.mark.usefixtures("local")
def test_a_run_goes_on_with_the_same_file_named_again(mark: Path) -> None:
    run = evolve("--selector", NAMED).json["run"]
    assert mark.exists()
    with ArchiveStore.open(Path(".pygent"), read_only=True) as archive:
        made = [one for one in archive.variants.list_(run=run) if one.status in ("valid", "accepted")]
        later = list(archive.variants.list_(run=run))[1:]
    assert [one.parents[0] for one in later] == [one.id for one in made[: len(later)]]
    here = f"{Path.cwd()}/my_selector.py:NewestSelector"
    refused(pygent("resume", run, "--attempts", 4), f"give it again, as --selector {here}")
    refused(pygent("resume", run, "--attempts", 4, "--selector", "best"), f"keeps what it began with, {here}")
    Path("my_selector.py").write_text(f"{FILE.format(mark=str(mark))}# changed\n")
    refused(pygent("resume", run, "--attempts", 4, "--selector", NAMED), "my_selector.py has changed")
    Path("my_selector.py").write_text(FILE.format(mark=str(mark)))
    assert pygent("resume", run, "--attempts", 4, "--selector", NAMED).code == 0


@pytest.mark.bubblewrap
def test_a_run_in_the_background_gets_it_too(mark: Path) -> None:
    begun = evolve("--selector", NAMED, "--trackers", "jsonl", "--sandbox", "bubblewrap", "--detach")
    assert begun.code == 0, begun.err

    def state() -> str:
        return str(pygent("status", begun.json["run"], "--json").json["state"])

    wait_until(lambda: state() == "finished")
    assert mark.exists()
    assert Path(".pygent", "runs", f"{begun.json['run']}.events.jsonl").is_file()


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    "setting", [f'selector = "{NAMED}"', 'trackers = "jsonl,./my_selector.py:NoTracker"'], ids=["one", "list"]
)
def test_settings_of_a_folder_need_trust_for_the_file_as_it_is(mark: Path, setting: str) -> None:
    Path("pygent.toml").write_text(f"{setting}\n")
    refused(evolve(), "pygent.toml: not trusted: line 1: ", "is Python that runs on this machine")
    assert not mark.exists()
    assert pygent("trust").code == 0
    assert evolve().code == 0
    assert mark.exists()
    mark.unlink()
    with Path("my_selector.py").open("a") as file:
        file.write("# changed\n")
    refused(evolve(), "not trusted")
    assert not mark.exists()


@pytest.mark.usefixtures("local")
def test_a_path_in_a_file_of_settings_starts_at_its_folder(mark: Path) -> None:
    folder = Path("elsewhere")
    folder.mkdir()
    Path("my_selector.py").rename(folder / "my_selector.py")
    (folder / "pygent.toml").write_text(f'selector = "{NAMED}"\n')
    assert pygent("trust", folder / "pygent.toml").code == 0
    assert evolve("--config", folder / "pygent.toml").code == 0
    assert mark.exists()


@pytest.mark.usefixtures("local")
def test_a_file_that_is_not_there_is_one_clear_line(mark: Path) -> None:
    Path("pygent.toml").write_text('selector = "./nowhere.py:Nothing"\n')
    refused(evolve(), "nowhere.py cannot be read")
    refused(pygent("trust"), "nowhere.py cannot be read")


@pytest.mark.usefixtures("local")
def test_what_an_archive_names_is_never_run(mark: Path) -> None:
    done = evolve("--until", 1, "--seed", 3, "--window", 8, attempts=400)
    run, best = done.json["run"], done.json["best"]["variant"]
    here = f"{Path.cwd()}/my_selector.py"
    theirs = {
        "selector": f"{here}:NewestSelector",
        "acceptor": f"{here}:NewestSelector",
        "trackers": f"{here}:NoTracker",
    }
    with ArchiveStore.open(Path(".pygent")) as archive:
        archive.runs.update(run, config={**archive.runs.get(run).config, **theirs})
    for command in (("status", run), ("runs",), ("report",), ("archive", "show", best), ("apply", best)):
        assert pygent(*command).code == 0
    refused(pygent("resume", run, "--attempts", 500), "give it again")
    refused(pygent("resume", run, "--attempts", 500, "--detach"), "give it again")
    with ArchiveStore.open(Path(".pygent")) as archive:
        config = {**archive.runs.get(run).config, "selector": "dgm", "acceptor": "paired"}
        archive.runs.update(run, config=config)
    resumed = pygent("resume", run, "--attempts", 500)
    assert resumed.code == 0
    assert "not taken from the archive: trackers" in resumed.err
    assert not mark.exists()


@pytest.mark.parametrize("setting", ["selector", "proposer"])
def test_clients_of_the_server_choose_by_name(mark: Path, setting: str) -> None:
    async def asked() -> str:
        async with Client(make_server(Path(".pygent"), "Ada", allow_apply=False)) as client:
            wanted = {"target": "target", "attempts": 1, setting: NAMED}
            return str((await client.call_tool("start_run", wanted)).content)

    assert f"{setting}: {NAMED}: clients choose by name" in asyncio.run(asked())
    assert not Path(".pygent").exists()
    assert not mark.exists()
