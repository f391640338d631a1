"""Every key of `RunConfig` is an option or says why not; the committed options are those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pygent.evolution.settings.config import RunConfig, load_config
from pygent.evolution.settings.setting_offers import Offered, Withheld
from pygent.interfaces.cli.options import RunOption, with_run_options
from pygent.interfaces.cli.run_options import RESUME_OPTIONS, RUN_OPTIONS
from pygent.interfaces.common.grouped_parameters import RunSettings
from tests.support.cli import pygent
from tests.support.run_options import FILE, text

GIVEN = {
    "int": "3",
    "float": "0.25",
    "str": "words",
    "waive": "cpu",
    "temperature": "none",
    "proposer": "mutate",
    "selector": "best",
    "acceptor": "paired",
    "trackers": "jsonl",
    "sandbox": "bubblewrap",
}


def test_the_options_are_those_of_the_code() -> None:
    assert FILE.read_text() == text(), "run `make docs`"


@pytest.mark.parametrize("name", RunConfig.model_fields)
def test_a_key_is_an_option_of_evolve_or_says_why_not(name: str) -> None:
    marks = [one for one in RunConfig.model_fields[name].metadata if isinstance(one, (Offered, Withheld))]
    assert len(marks) == 1
    is_option = name in {one.name for one in RUN_OPTIONS}
    assert is_option == isinstance(marks[0], Offered)
    assert is_option or (isinstance(marks[0], Withheld) and marks[0].why)


def sample(option: RunOption) -> str:
    if isinstance(option.kind, tuple):
        return option.kind[-1]
    return GIVEN.get(option.name) or GIVEN[option.kind.__name__]


def received(words: list[str], *, fresh: bool = True) -> RunSettings:
    """What a command with these options is handed."""
    app, found = typer.Typer(), dict[str, object]()

    @app.command()
    @with_run_options(RUN_OPTIONS if fresh else RESUME_OPTIONS, fresh=fresh)
    def command(target: str, options: RunSettings, json: bool = False) -> None:
        found.update(options)

    done = CliRunner().invoke(app, ["text_distance", *words])
    assert done.exit_code == 0, done.output
    return found


@pytest.mark.parametrize("option", RUN_OPTIONS, ids=lambda one: one.name)
def test_an_option_reaches_the_settings(option: RunOption) -> None:
    words = [f"--{option.name.replace('_', '-')}", sample(option)]
    options = received(words)
    assert [name for name, value in options.items() if value is not None] == [option.name]
    config = load_config(None, target="text_distance", **options)
    assert str(getattr(config, option.name)) == sample(option)
    assert ("resume" in option.to) == (option in RESUME_OPTIONS)


def test_names_of_a_repeated_option_are_joined() -> None:
    assert received(["--waive", "cpu", "--waive", "memory,inodes"])["waive"] == "cpu,memory,inodes"


def test_a_variable_counts_for_a_run_that_begins_and_not_for_one_that_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYGENT_IMAGE", "host")
    assert received([])["image"] == "host"
    assert received([], fresh=False)["image"] is None


def test_help_has_each_option_under_its_heading(tmp_path: Path) -> None:
    told = pygent("evolve", "--help").out
    for option in RUN_OPTIONS:
        section = told.split(f"\n{option.panel}:\n")[1].split("\n\n")[0]
        assert f"--{option.name.replace('_', '-')} " in section
