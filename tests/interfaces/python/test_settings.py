"""Where the settings of `pygent.evolve` come from: keywords, variables, a file that is trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

import pygent
from pygent.testing import LocalSandbox
from tests.support.trusting import trusted


def evolved(target: Path, home: Path, **settings: object) -> pygent.Run:
    return pygent.evolve(
        target,
        home=home,
        attempts=1,
        proposer="mutate",
        sandbox=LocalSandbox(),
        **settings,  # type: ignore[arg-type]
    )


def test_keywords_go_before_variables_and_variables_before_the_file(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('seed = 1\nselector = "best"\nwindow = 1\n')
    monkeypatch.setenv("PYGENT_SELECTOR", "random")
    monkeypatch.setenv("PYGENT_WINDOW", "2")
    settings = evolved(target, tmp_path / "home", config=file, window=3).settings
    assert (settings.seed, settings.selector, settings.window) == (1, "random", 3)


def test_a_file_that_names_code_has_to_be_trusted(target: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "theirs.py").write_text(
        f"open({str(ran)!r}, 'w').close()\n"
        "from pygent.evolution.search.selectors import BestSelector as Theirs\n"
    )
    file = tmp_path / "pygent.toml"
    file.write_text(f'selector = "{tmp_path}/theirs.py:Theirs"\n')
    with pytest.raises(pygent.UntrustedError, match=r"pygent\.toml: .*selector"):
        evolved(target, tmp_path / "home", config=file)
    assert not ran.exists()
    trusted(file)
    assert evolved(target, tmp_path / "home", config=file).settings.selector.endswith("theirs.py:Theirs")
    assert ran.exists()
    (tmp_path / "theirs.py").write_text("raise SystemExit('changed')\n")
    with pytest.raises(pygent.UntrustedError):
        evolved(target, tmp_path / "home", config=file)


def test_the_file_of_the_current_folder_is_not_read_unasked(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pygent.toml").write_text('selector = "best"\n')
    assert evolved(target, tmp_path / "home").settings.selector == "dgm"


def test_a_missing_file_is_one_clear_line(target: Path, tmp_path: Path) -> None:
    with pytest.raises(pygent.ConfigError, match=r"nowhere\.toml: no such file"):
        evolved(target, tmp_path / "home", config=tmp_path / "nowhere.toml")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("row", ["proposer = {a = 1}", "trackers = [3]", 'selector = "\\u0000.py:Theirs"'])
def test_a_file_with_a_value_that_cannot_be_is_refused_in_one_line(
    target: Path, tmp_path: Path, row: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(row + "\n")
    with pytest.raises((pygent.ConfigError, pygent.ExtensionError)) as refused:
        pygent.evolve(target, home=tmp_path / "home", config=file, attempts=1)
    assert "\n" not in str(refused.value)
