"""Without the model, one line says how to get it; a half install is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.gateway.local.install import MODEL, is_installed
from pygent.gateway.model_errors import ModelError
from pygent.gateway.models.connect import connect
from pygent.gateway.run_account import RunAccount
from tests.support.cli import pygent


def test_a_model_that_is_not_installed_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYGENT_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="`pygent models install local`"):
        connect("local", RunAccount(), environment={})
    assert "not installed" in pygent("models", "list").out
    done = pygent("evolve", "text_distance", "--model", "local", home=tmp_path / "home")
    assert done.code == 1
    assert "pygent models install local" in done.err


def test_half_an_install_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYGENT_MODELS", str(tmp_path))
    (tmp_path / "local" / MODEL).parent.mkdir(parents=True)
    (tmp_path / "local" / MODEL).touch()
    assert not is_installed()
