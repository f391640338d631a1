"""The notebook of the docs runs, and its cells hold what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.notebook_page import NOTEBOOK, executed, shown_by


@pytest.mark.bubblewrap
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYGENT_SANDBOX", "bubblewrap")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    cells = executed(NOTEBOOK, tmp_path).cells
    shown = {cell.source: "".join(shown_by(cell)) for cell in cells if cell.cell_type == "code"}

    def of(words: str) -> str:
        return next(text for source, text in shown.items() if words in source)

    assert "(60 evaluated, 0 under way)" in of("pygent.evolve(")
    assert of("pygent.evolve(").count("best score") == 2, "one panel, renewed in its place, and the run"
    assert "best score  1 (baseline" in of("pygent.evolve(")
    assert of("run.best.diff").startswith("--- a/overlap.py")
    assert shown["improvements"] == "{2: 1.0}\n"
    assert len(of('order="score"').splitlines()) == 5
    assert of("held_out=True").splitlines()[-1] == "1.0"
    assert of("aresume").splitlines()[-1] == "81"
    assert of("Archive.open").count("evaluations") == 1
    (panel,) = (
        output
        for cell in cells
        if "pygent.evolve(" in cell.source
        for output in cell.outputs
        if "under way" in output.get("data", {}).get("text/plain", "")
    )
    assert "<pre" in panel.data["text/html"]
